from __future__ import annotations

import re
from datetime import datetime
from importlib import import_module

import pytest
from flask.testing import FlaskClient

from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.correspondence.models import OutboundMail
from helpdesk.domain.tickets.actions import assign, move, rename
from helpdesk.domain.tickets.models import Ticket, TicketEvent
from helpdesk.domain.tickets.queries import ticket_by_number
from tests.web.conftest import SignIn
from tests.web.tickets import a_ticket
from tests.world import World


@pytest.fixture
def agnes(sign_in: SignIn, world: World) -> FlaskClient:
    return sign_in(world.agnes_id)


def ticket(number: int) -> Ticket:
    db.session.rollback()
    return db.session.get_one(Ticket, number)


def mails() -> list[tuple[str, str, str]]:
    db.session.rollback()
    rows = db.session.scalars(db.select(OutboundMail).order_by(OutboundMail.id))
    return [(mail.notification, mail.to_address, mail.state) for mail in rows]


def seen_on(page: str) -> list[str]:
    return re.findall(r'name="ticket" value="(\d+:\d+)"', page)


def done_with(agnes: FlaskClient, do: str, *numbers: int) -> tuple[str, str]:
    """Look at what would happen and do it: the page that says what was done, and the undo."""
    page = agnes.post(
        "/desk/many", data={"do": do, "ticket": list(numbers), "back": "/desk/all"}
    ).text
    answer = agnes.post(
        "/desk/many/do", data={"do": do, "ticket": seen_on(page), "back": "/desk/all"}
    )
    assert answer.status_code == 303
    done = agnes.get(answer.location).text
    undo = re.search(r'name="t" value="([^"]+)"', done)
    assert undo
    return done, undo[1]


def test_what_will_happen_is_told_before_anything_happens(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    one, two, done = (a_ticket(world, now, subject=f"Matter {each}") for each in range(3))
    with unit_of_work():
        third = ticket_by_number(done, lock=True)
        assert third
        move(third, target="resolved", by=None, now=now)
    before = mails()
    page = agnes.post("/desk/many", data={"do": "state:resolved", "ticket": [one, two, done]}).text
    assert "Nothing has been done yet." in page
    assert "This happens to 2 tickets" in page
    assert "1 ticket stays as it is" in page
    assert "It is so already." in page
    assert "Mail goes to: Eva Ek (2 mails)." in " ".join(page.split())
    assert seen_on(page) == [f"{one}:1", f"{two}:1"]
    assert (ticket(one).state, ticket(two).state) == ("new", "new")
    assert mails() == before


def test_many_are_assigned_moved_placed_and_resolved_at_once(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    one, two = a_ticket(world, now), a_ticket(world, now)
    page, _undo = done_with(agnes, f"assign:{world.oskar_id}", one, two)
    assert "Done with 2 tickets." in page
    assert "Mail to: Oskar Operator (2 mails)." in " ".join(page.split())
    done_with(agnes, f"queue:{world.technical_queue_id}", one, two)
    done_with(agnes, f"service:{world.email_id}", one, two)
    done_with(agnes, "state:resolved", one, two)
    for number in (one, two):
        found = ticket(number)
        assert (found.assignee_id, found.queue_id) == (world.oskar_id, world.technical_queue_id)
        assert (found.service_id, found.state) == (world.email_id, "resolved")


def test_tickets_that_changed_meanwhile_or_refuse_are_named_and_left(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    one, changed, closed = (a_ticket(world, now, subject=f"Matter {each}") for each in "abc")
    page = agnes.post(
        "/desk/many", data={"do": f"queue:{world.requests_id}", "ticket": [one, changed]}
    ).text
    assert "This queue is only for another process." in page
    assert seen_on(page) == []
    with unit_of_work():
        second, third = ticket_by_number(changed, lock=True), ticket_by_number(closed, lock=True)
        assert second
        assert third
        rename(second, subject="Another", by=world.oskar, now=now)
        move(third, target="resolved", by=None, now=now)
        move(third, target="closed", by=None, now=now)
    wanted = {"do": "state:open", "ticket": [f"{one}:1", f"{changed}:1", f"{closed}:3"]}
    answer = agnes.post("/desk/many/do", data=wanted, follow_redirects=True).text
    assert "Done with 1 ticket." in answer
    assert "2 tickets stay as they are" in answer
    assert "It was changed by somebody else in the meantime." in answer
    assert "The ticket cannot go there from the state that it is in." in answer
    assert [ticket(each).state for each in (one, changed, closed)] == ["open", "new", "closed"]


@pytest.mark.parametrize("deed", ["assign", "queue", "service", "state"])
def test_undo_gives_each_ticket_back_what_it_had_and_calls_back_mail_that_waits(
    agnes: FlaskClient, world: World, now: datetime, deed: str
) -> None:
    number = a_ticket(world, now)
    values = {
        "assign": world.oskar_id,
        "queue": world.technical_queue_id,
        "service": world.email_id,
        "state": "resolved",
    }

    def stands() -> tuple[object, ...]:
        found = ticket(number)
        return (
            *(found.assignee_id, found.queue_id, found.service_id),
            *(found.state, found.standing, found.resolved_at),
        )

    before, waiting = stands(), len(mails())
    _page, undo = done_with(agnes, f"{deed}:{values[deed]}", number)
    assert stands() != before
    page = agnes.post(
        "/desk/many/undo", data={"t": undo, "back": "/desk/all"}, follow_redirects=True
    ).text
    assert "Undone for 1 ticket." in page
    assert stands() == before
    assert {state for _name, _to, state in mails()[waiting:]} <= {"cancelled"}
    db.session.rollback()
    lines = db.session.scalars(
        db.select(TicketEvent).where(TicketEvent.ticket_id == number).order_by(TicketEvent.id)
    ).all()
    assert [line.facts.get("undone", False) for line in lines] == [False, False, True]


def test_undo_leaves_tickets_that_were_changed_since(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    one, two = a_ticket(world, now), a_ticket(world, now)
    _page, undo = done_with(agnes, "state:open", one, two)
    with unit_of_work():
        first = ticket_by_number(one, lock=True)
        assert first
        assign(first, to=world.oskar, by=None, now=now)
    page = agnes.post("/desk/many/undo", data={"t": undo}, follow_redirects=True).text
    assert "Undone for 1 ticket." in page
    assert f"Changed since, and left as they are: #{one}." in page
    assert (ticket(one).state, ticket(two).state) == ("open", "new")
    again = agnes.post("/desk/many/undo", data={"t": undo}, follow_redirects=True).text
    assert "Undone for" not in again


def test_undo_says_whom_mail_had_reached_already(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    number = a_ticket(world, now)
    _page, undo = done_with(agnes, "state:resolved", number)
    with unit_of_work():
        db.session.execute(db.update(OutboundMail).values(state="sent"))
    page = agnes.post("/desk/many/undo", data={"t": undo}, follow_redirects=True).text
    assert "Mail about it had left already to Eva Ek." in page


def test_undo_is_for_ten_minutes_and_for_who_did_it(
    agnes: FlaskClient,
    sign_in: SignIn,
    world: World,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    number = a_ticket(world, now)
    done, undo = done_with(agnes, "state:open", number)
    assert 'action="/desk/many/undo"' in done
    oskar = sign_in(world.oskar_id)
    oskar.post("/desk/many/undo", data={"t": undo})
    agnes.post("/desk/many/undo", data={"t": undo + "x"})
    assert ticket(number).state == "open"
    assert undo not in oskar.get("/desk/many/done", query_string={"t": undo}).text
    # The same as waiting until its time is over.
    monkeypatch.setattr(import_module("helpdesk.web.desk.many"), "UNDO_SECONDS", -1)
    late = agnes.get("/desk/many/done", query_string={"t": undo}).text
    assert "Done with 1 ticket." in late
    assert 'action="/desk/many/undo"' not in late
    page = agnes.post("/desk/many/undo", data={"t": undo}, follow_redirects=True).text
    assert "It is too late to undo this." in page
    assert ticket(number).state == "open"


def test_nothing_selected_or_nothing_chosen_leads_back_with_words(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    number = a_ticket(world, now)
    for data in (
        {"do": "", "ticket": number},
        {"do": "state:open"},
        {"do": "state:nowhere", "ticket": number},
        {"do": f"assign:{world.eva_id}", "ticket": number},
        {"do": "queue:9999", "ticket": "99999999999999999999"},
    ):
        answer = agnes.post("/desk/many", data={**data, "back": "https://elsewhere.example.com"})
        assert answer.location == "/desk/mine", data
    assert "Select tickets, and choose what to do" in agnes.get("/desk/mine").text


def test_who_only_reads_is_offered_nothing_to_do(
    sign_in: SignIn, world: World, now: datetime
) -> None:
    from helpdesk.domain.accounts.actions import grant
    from helpdesk.domain.accounts.permissions import Role

    number = a_ticket(world, now)
    with unit_of_work():
        grant(world.eva, role=Role.OWNER)
    owner = sign_in(world.eva_id)
    page = owner.get("/desk/all").text
    assert f"#{number}" in page
    assert 'name="do"' not in page
    assert owner.post("/desk/many", data={"do": "state:open", "ticket": number}).status_code == 403
    assert owner.post("/desk/many/do", data={}).status_code == 403
