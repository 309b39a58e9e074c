"""A mailbox's page accounts for all its mail, and asks what becomes of the old."""

from __future__ import annotations

import html
import re
from datetime import UTC, date, datetime
from urllib.parse import quote_plus

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from helpdesk.core.config import Settings
from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.correspondence.models import InboundMail
from helpdesk.domain.reconciliation import PLACES, reconciled
from tests.mail.letters import Road, letter
from tests.web.admin_mailboxes import changes, mailbox_named
from tests.web.conftest import SignIn
from tests.world import World

pytestmark = pytest.mark.one_database


@pytest.fixture
def admin(sign_in: SignIn, world: World) -> FlaskClient:
    return sign_in(world.admin_id)


@pytest.fixture
def road(world: World, settings: Settings, now: datetime) -> Road:
    return Road(settings)


def asks_about_old_mail(world: World) -> None:
    with unit_of_work():
        box = world.helpdesk
        box.kind, box.host, box.username = "imap", "imap.example.org", "helpdesk"
        box.first_seen_at = datetime(2026, 11, 20, tzinfo=UTC)
        box.first_count, box.first_uidnext, box.old_uid = 1432, 1500, 1499


def test_old_mail_is_decided_about_with_its_number_shown(admin: FlaskClient, world: World) -> None:
    asks_about_old_mail(world)
    assert "1432 mails lay there before us." in admin.get("/admin/").text
    path = f"/admin/mailboxes/{world.helpdesk_id}"
    assert "1432 mails lay here before us" in admin.get(path).text
    answer = admin.post(
        f"{path}/old-mail", data={"policy": "since", "since": "2026-01-31"}, follow_redirects=True
    )
    assert "Decided." in answer.text
    box = mailbox_named("helpdesk")
    assert (box.old_mail, box.old_mail_since, box.old_uid) == ("since", date(2026, 1, 31), 0)
    assert changes()[-1].facts == {
        "old_mail": ["ask", "since"],
        "old_mail_since": [None, "2026-01-31"],
    }
    assert "lay here before us" not in admin.get(path).text


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "Choose what should become of the old mail."),
        ({"policy": "since"}, "Write a day, like 2026-01-31."),
        ({"policy": "ask"}, "Not a valid choice"),
    ],
)
def test_a_decision_that_is_none_changes_nothing(
    admin: FlaskClient, world: World, given: dict[str, str], words: str
) -> None:
    asks_about_old_mail(world)
    answer = admin.post(f"/admin/mailboxes/{world.helpdesk_id}/old-mail", data=given)
    assert words in answer.text
    assert mailbox_named("helpdesk").old_mail == "ask"


def some_of_each(road: Road) -> None:
    first = road.take(letter())
    again = f"<{db.session.get_one(InboundMail, first.id).rfc_message_id}>"
    road.take(letter(subject="Re: The printer is dead", In_Reply_To=again))
    road.take(letter(subject="Out of office", Auto_Submitted="auto-replied"))
    road.take(letter("alarm@example.com", "Alarm", Auto_Submitted="auto-generated"))
    twice = letter(subject="Twice")
    road.take(twice)
    road.take(twice)
    road.keep(letter(subject="Not filed yet"))


def test_the_account_of_a_mailbox_adds_up_and_each_number_leads_to_its_mail(
    admin: FlaskClient, road: Road, world: World
) -> None:
    some_of_each(road)
    account = reconciled(world.helpdesk_id)
    assert account.places == {
        "new": 2,
        "answer": 1,
        "quietly": 1,
        "copy": 1,
        "report": 0,
        "set-aside": 1,
        "failed": 0,
        "waiting": 1,
    }
    assert (account.kept, account.adds_up) == (7, True)
    text = admin.get(f"/admin/mailboxes/{world.helpdesk_id}").text
    assert "do not add up" not in text
    for place, number in account.places.items():
        path = f"/admin/mail?mailbox={world.helpdesk_id}&place={place}"
        assert path.replace("&", "&amp;") in text
        rows = re.findall(r'href="/admin/mail/\d+"', admin.get(path).text)
        assert len(rows) == number, place


def test_what_is_set_aside_is_counted_by_reason_and_each_number_leads_to_its_mail(
    admin: FlaskClient, road: Road, world: World
) -> None:
    some_of_each(road)
    road.take(letter(subject="Away too", Auto_Submitted="auto-replied"))
    other = road.take(letter(subject="Not ours", Auto_Submitted="auto-replied"), mailbox="orders")
    odd = road.take(letter(subject="Odd")).id
    with unit_of_work():
        row = db.session.get_one(InboundMail, odd)
        row.state, row.reason, row.message_id = "set aside", "Another reason", None
    account = reconciled(world.helpdesk_id)
    assert [number for _, number in account.set_aside] == [2, 1]
    assert account.adds_up
    text = html.unescape(admin.get(f"/admin/mailboxes/{world.helpdesk_id}").text)
    for reason, number in account.set_aside:
        path = (
            f"/admin/mail?mailbox={world.helpdesk_id}&place=set-aside&reason={quote_plus(reason)}"
        )
        assert path in text
        rows = re.findall(r'href="/admin/mail/(\d+)"', admin.get(path).text)
        assert len(rows) == number, reason
        assert str(other.id) not in rows


def test_a_fetched_mailbox_shows_what_is_on_the_server_and_when_that_was_counted(
    admin: FlaskClient, world: World
) -> None:
    with unit_of_work():
        box = world.helpdesk
        box.kind, box.host = "imap", "imap.example.org"
    assert "not counted yet" in admin.get(f"/admin/mailboxes/{world.helpdesk_id}").text
    with unit_of_work():
        box = world.helpdesk
        box.on_server, box.counted_at = 4711, datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
    text = admin.get(f"/admin/mailboxes/{world.helpdesk_id}").text
    assert "4711" in text
    assert "On the server, counted Tue 24 Nov 06:00" in text


def test_every_mail_is_in_exactly_one_place(road: Road, world: World) -> None:
    some_of_each(road)
    everything = db.session.scalars(select(InboundMail.id)).all()
    found = [
        inbound_id
        for condition in PLACES.values()
        for inbound_id in db.session.scalars(select(InboundMail.id).where(condition))
    ]
    assert sorted(found) == sorted(everything)
