"""Addresses that mail does not reach: listed with the reason, shown where they matter, freed."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient

from helpdesk.core.config import Settings
from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.correspondence.bouncing import PAGE, Undelivered, count_bounce
from helpdesk.domain.correspondence.models import BouncingAddress, OutboundMail
from helpdesk.domain.correspondence.rules import Severity
from helpdesk.mail.deliver import deliver_due
from tests.mail.letters import Road, letter, sent_to, tickets
from tests.mail.outbox import answer
from tests.web.conftest import SignIn
from tests.world import World

pytestmark = pytest.mark.one_database

EVA = "eva@example.com"
SAID = "550 5.1.1 <b>no such user</b>"


@pytest.fixture
def admin(sign_in: SignIn, world: World) -> FlaskClient:
    return sign_in(world.admin_id)


@pytest.fixture
def bounced(world: World, settings: Settings, now: datetime) -> int:
    """Eva’s address after a hard bounce of what we answered her; its id."""
    Road(settings).take(letter())
    return bounce(EVA, now)


def bounce(address: str, now: datetime, severity: Severity = Severity.HARD) -> int:
    with unit_of_work():
        outbound = sent_to(EVA, "received").id
        count_bounce(address, Undelivered(severity, "5.1.1", SAID, outbound), now=now)
        db.session.flush()
        row = db.session.scalars(
            db.select(BouncingAddress).where(BouncingAddress.address == address)
        ).one()
        return row.id


def test_an_address_is_listed_with_what_its_server_said(admin: FlaskClient, bounced: int) -> None:
    text = admin.get("/admin/addresses").text
    assert EVA in text
    assert "Eva Ek" in text
    assert "550 5.1.1 &lt;b&gt;no such user" in text
    assert "<b>no such user" not in text
    assert f"/admin/outbox/{sent_to(EVA, 'received').id}" in text
    assert "Addresses not reached" in admin.get("/admin/outbox").text


def test_an_empty_list_tells_what_will_be_here(admin: FlaskClient) -> None:
    assert "Every address is reached" in admin.get("/admin/addresses").text


def test_one_that_stumbles_is_listed_apart(admin: FlaskClient, bounced: int, now: datetime) -> None:
    bounce("nils@example.net", now, Severity.SOFT)
    assert "nils@example.net" not in admin.get("/admin/addresses").text
    text = admin.get("/admin/addresses?state=counting").text
    assert "nils@example.net" in text
    assert "Came back once" in text
    assert EVA not in text


def test_a_search_looks_among_all(admin: FlaskClient, bounced: int, now: datetime) -> None:
    bounce("nils@example.net", now, Severity.SOFT)
    text = admin.get("/admin/addresses?q=nils").text
    assert "nils@example.net" in text
    assert EVA not in text
    assert "No such address" in admin.get("/admin/addresses?q=nobody").text


def test_a_long_list_has_pages_and_no_address_twice(
    admin: FlaskClient, bounced: int, now: datetime
) -> None:
    for number in range(PAGE + 9):
        # Some at the same moment, for there the order could waver.
        bounce(f"p{number:02d}@example.net", now + timedelta(minutes=number // 3))
    first = admin.get("/admin/addresses").text
    later = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = admin.get(later).text
    on_first = {n for n in range(PAGE + 9) if f"p{n:02d}@" in first}
    on_second = {n for n in range(PAGE + 9) if f"p{n:02d}@" in second}
    assert len(on_first) == PAGE
    assert on_first | on_second == set(range(PAGE + 9))
    assert on_first & on_second == set()


def test_freeing_an_address_is_told_and_remembered(
    admin: FlaskClient, bounced: int, world: World
) -> None:
    shown = admin.post(f"/admin/addresses/{bounced}/free", follow_redirects=True).text
    assert f"Mail is sent to {EVA} again." in shown
    text = admin.get("/admin/addresses?state=free").text
    assert "freed by Ada Admin" in text
    again = admin.post(f"/admin/addresses/{bounced}/free", follow_redirects=True)
    assert "alert-danger" in again.text
    assert admin.post("/admin/addresses/999999/free").status_code == 404


def test_who_may_not_see_the_outbox_sees_no_addresses(
    sign_in: SignIn, world: World, bounced: int
) -> None:
    agnes = sign_in(world.agnes_id)
    assert agnes.get("/admin/addresses").status_code == 403
    assert agnes.post(f"/admin/addresses/{bounced}/free").status_code == 403


def test_the_persons_page_says_it_calmly(admin: FlaskClient, bounced: int, world: World) -> None:
    text = admin.get(f"/admin/people/{world.eva_id}").text
    assert f"Mail does not reach {EVA}" in text
    assert f"Mail does not reach {EVA}" not in admin.get(f"/admin/people/{world.oskar_id}").text


def test_the_ticket_says_whom_mail_does_not_reach_and_what_was_not_sent(
    sign_in: SignIn, admin: FlaskClient, bounced: int, world: World, settings: Settings
) -> None:
    (ticket,) = tickets()
    answer(world, ticket.number, ticket.opened_at)
    deliver_due(settings)
    text = sign_in(world.agnes_id).get(f"/desk/tickets/{ticket.number}").text
    assert "Mail does not reach this address since" in text
    assert f"The mail to {EVA} was not sent: mail does not reach it since" in text
    assert f"Not sent to {EVA}: Mail does not reach this address" in text
    assert "&lt;b&gt;no such user" in text
    # Only who may free it is shown the way there.
    assert "/admin/addresses" not in text
    assert "/admin/addresses?q=" in admin.get(f"/desk/tickets/{ticket.number}").text


def test_a_mail_that_was_not_sent_offers_the_reason_instead_of_another_try(
    admin: FlaskClient, bounced: int, world: World, settings: Settings
) -> None:
    deliver_due(settings)
    mail: OutboundMail = sent_to(EVA, "received")
    assert mail.state == "failed"
    text = admin.get(f"/admin/outbox/{mail.id}").text
    assert "/admin/addresses?q=" in text
    assert "/send-again" not in text
