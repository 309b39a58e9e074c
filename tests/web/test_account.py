"""The first page and the page of one's own settings."""

from __future__ import annotations

import re
from datetime import datetime

import pytest

from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.tickets.actions import Opening, Words, open_ticket
from helpdesk.domain.tickets.models import Ticket
from tests.web.conftest import SignIn
from tests.web.portal_stage import Stage
from tests.web.portal_stage import stage as stage

pytestmark = pytest.mark.one_database


def tickets_on(text: str) -> list[int]:
    return [int(number) for number in re.findall(r'href="/tickets/(\d+)"', text)]


def test_a_stranger_reads_how_to_get_help(stage: Stage) -> None:
    page = stage.app.test_client().get("/")
    assert page.status_code == 200
    assert 'href="mailto:helpdesk@example.org"' in page.text
    assert 'href="mailto:orders@example.org"' in page.text
    assert "/account/login" in page.text
    assert "printer" not in page.text


def test_a_mailbox_that_is_switched_off_is_not_offered(stage: Stage) -> None:
    with stage.inside(), unit_of_work():
        stage.world.orders.active = False
    assert "orders@example.org" not in stage.app.test_client().get("/").text


def test_i_see_my_tickets_and_what_is_expected_of_me(stage: Stage, sign_in: SignIn) -> None:
    page = sign_in(stage.world.eva_id).get("/").text
    assert tickets_on(page) == [stage.number]
    assert "We have asked you something and wait for your answer." in page
    assert "/desk" not in page


def test_a_watcher_sees_the_ticket_among_theirs(stage: Stage, sign_in: SignIn) -> None:
    assert tickets_on(sign_in(stage.nils_id).get("/").text) == [stage.number]


def test_an_agent_sees_their_own_tickets_here_and_the_way_to_the_desk(
    stage: Stage, sign_in: SignIn
) -> None:
    page = sign_in(stage.world.agnes_id).get("/").text
    assert tickets_on(page) == []
    assert "You have no open tickets" in page
    assert 'href="/desk/' in page


def test_a_long_list_is_turned_page_by_page_and_loses_nothing(
    stage: Stage, sign_in: SignIn, now: datetime
) -> None:
    numbers = []
    with stage.inside(), unit_of_work():
        for each in range(75):
            ticket, _ = open_ticket(
                Opening(
                    subject=f"Matter {each}",
                    requester=stage.world.eva,
                    process="incident",
                    queue=stage.world.queue,
                ),
                Words(text="Words."),
                by=stage.world.eva,
                now=now,
            )
            numbers.append(ticket.id)
            if each >= 60:
                ticket.state, ticket.standing = "closed", "done"
    client = sign_in(stage.world.eva_id)
    unfinished, finished = numbers[:60], numbers[60:]
    first = client.get("/").text
    # The one that waits for Eva comes first although it is the oldest.
    assert tickets_on(first)[0] == stage.number
    following = re.findall(r'href="(/\?(?:after|before)=[^"]+)"', first)
    assert len(following) == 2
    seen = tickets_on(first)
    seen += [number for path in following for number in tickets_on(client.get(path).text)]
    assert sorted(seen) == sorted([stage.number, *unfinished, *finished])


def test_a_key_that_cannot_be_read_means_the_first_page(stage: Stage, sign_in: SignIn) -> None:
    client = sign_in(stage.world.eva_id)
    for key in ("?after=x", "?after=1-x", "?before=x", "?after=", "?before=99999999999999999999"):
        assert client.get(f"/{key}").status_code == 200


def test_settings_are_kept_and_hold_from_the_next_page_on(stage: Stage, sign_in: SignIn) -> None:
    client = sign_in(stage.world.eva_id)
    answer = client.post(
        "/me", data={"name": " Eva  Svensson ", "language": "sv", "time_zone": "Europe/Helsinki"}
    )
    assert answer.status_code == 303
    assert '<html lang="sv"' in client.get("/me").text
    with stage.inside():
        eva = db.session.get_one(Person, stage.world.eva_id)
        assert (eva.name, eva.language, eva.time_zone) == (
            "Eva Svensson",
            "sv",
            "Europe/Helsinki",
        )
    client.post("/me", data={"name": "Eva", "language": "", "time_zone": ""})
    with stage.inside():
        assert db.session.get_one(Person, stage.world.eva_id).language is None


def test_a_place_that_has_no_time_is_refused_in_words(stage: Stage, sign_in: SignIn) -> None:
    page = sign_in(stage.world.eva_id).post("/me", data={"name": "E", "time_zone": "Mars/Hill"})
    assert page.status_code == 422
    assert "Choose a time zone from the list." in page.text
    assert 'value="Mars/Hill"' in page.text


def test_only_those_who_write_replies_have_a_signature(stage: Stage, sign_in: SignIn) -> None:
    assert 'name="signature"' not in sign_in(stage.world.eva_id).get("/me").text
    agnes = sign_in(stage.world.agnes_id)
    assert 'name="signature"' in agnes.get("/me").text
    agnes.post("/me", data={"name": "Agnes", "language": "en", "signature": "Agnes\r\nIT"})
    sign_in(stage.world.eva_id).post("/me", data={"name": "Eva", "signature": "I am an agent"})
    with stage.inside():
        assert stage.world.agnes.signature == "Agnes\nIT"
        assert stage.world.eva.signature == ""


def test_hostile_words_are_only_words(stage: Stage, sign_in: SignIn) -> None:
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    with stage.inside(), unit_of_work():
        stage.world.eva.name = hostile
        db.session.get_one(Ticket, stage.number).subject = hostile
    client = sign_in(stage.world.eva_id)
    for path in ("/", "/me", f"/tickets/{stage.number}", stage.link(stage.nils_id)):
        page = client.get(path).text
        assert "<script>alert" not in page
        assert "<img" not in page
