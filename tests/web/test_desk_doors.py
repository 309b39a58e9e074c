from __future__ import annotations

import re
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.tickets.actions import assign, link, place
from helpdesk.domain.tickets.models import LinkKind, Ticket
from helpdesk.domain.tickets.queries import ticket_by_number
from tests.statements import statements
from tests.web.conftest import SignIn
from tests.web.tickets import a_file, a_note, a_reply, a_ticket, an_answer
from tests.world import World

pytestmark = pytest.mark.one_database

MOST_ON_A_LIST = 15
MOST_ON_A_TICKET = 16


def desk_rules(app: Flask) -> list[tuple[str, str]]:
    """(method, address) of every door of the desk, its places filled in."""
    places = {"number": "1", "message_id": "1", "attachment_id": "1", "outbound_id": "1"}
    places |= {"filename": "x", "list": "mine", "inbound_id": "1", "view_id": "1"}
    places |= {"notice_id": "1", "conversation_id": "1"}
    return [
        (method, re.sub(r"<(?:\w+:)?(\w+)>", lambda place: places[place[1]], rule.rule))
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("desk.")
        for method in sorted((rule.methods or set()) & {"GET", "POST"})
    ]


def test_a_requester_is_refused_at_every_door_of_the_desk(
    app: Flask, sign_in: SignIn, world: World, now: datetime
) -> None:
    a_ticket(world, now)
    eva = sign_in(world.eva_id)
    rules = desk_rules(app)
    assert len(rules) > 20
    for method, path in rules:
        assert eva.open(path, method=method).status_code == 403, (method, path)


def test_a_stranger_is_sent_to_the_sign_in(app: Flask, world: World, now: datetime) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    number = a_ticket(world, now)
    stranger = app.test_client()
    for method, path in desk_rules(app):
        answer = stranger.open(path, method=method)
        if method == "GET":
            assert answer.status_code == 302, path
            assert answer.location.startswith("/account/login?next="), path
        else:
            assert answer.status_code == 401, path
    assert db.session.get_one(Ticket, number).version == 1


def test_nothing_is_done_without_the_token(
    app: Flask, sign_in: SignIn, world: World, now: datetime
) -> None:
    number = a_ticket(world, now)
    agnes = sign_in(world.agnes_id)
    app.config["WTF_CSRF_ENABLED"] = True
    for method, path in desk_rules(app):
        if method == "POST":
            assert agnes.post(path, data={}).status_code == 400, path
    page = agnes.get(f"/desk/tickets/{number}").text
    token = re.search(r'name="take-csrf_token" type="hidden" value="([^"]+)"', page)
    assert token
    taken = agnes.post(
        f"/desk/tickets/{number}/take", data={"take-seen": "1", "take-csrf_token": token[1]}
    )
    assert taken.status_code == 303
    db.session.rollback()
    assert db.session.get_one(Ticket, number).assignee_id == world.agnes_id


def test_a_work_list_asks_the_same_few_questions_however_long_it_is(
    sign_in: SignIn, world: World, now: datetime
) -> None:
    agnes = sign_in(world.agnes_id)
    a_ticket(world, now)
    agnes.get("/desk/service-desk")
    with statements() as few:
        agnes.get("/desk/service-desk")
    for _ in range(25):
        number = a_ticket(world, now)
        with unit_of_work():
            ticket = ticket_by_number(number, lock=True)
            assert ticket
            assign(ticket, to=world.oskar, by=None, now=now)
    with statements() as many:
        assert agnes.get("/desk/service-desk").text.count("data-row") == 26
    assert len(many) == len(few) <= MOST_ON_A_LIST


@pytest.mark.parametrize("turns", [5, 100])
def test_a_ticket_asks_no_more_however_much_was_said(
    sign_in: SignIn, world: World, now: datetime, turns: int
) -> None:
    number, other = a_ticket(world, now), a_ticket(world, now)
    for turn in range(turns):
        file = a_file(b"x", f"{turn}.txt", "text/plain")
        an_answer(world, number, now, f"Words {turn}", html=f"<p>Words {turn}</p>", files=(file,))
        a_reply(world, number, now, f"Words of mine {turn}", cc=[world.oskar])
    a_note(world, number, now, "Between us")
    with unit_of_work():
        ticket, second = ticket_by_number(number, lock=True), ticket_by_number(other)
        assert ticket
        assert second
        assign(ticket, to=world.oskar, by=world.agnes, now=now)
        assign(ticket, to=world.agnes, by=None, now=now)
        place(ticket, queue=world.technical_queue, by=world.admin, now=now)
        link(ticket, other=second, kind=LinkKind.RELATED, by=None, now=now)
    agnes: FlaskClient = sign_in(world.agnes_id)
    agnes.get(f"/desk/tickets/{number}")
    with statements() as sent:
        page = agnes.get(f"/desk/tickets/{number}").text
    # The first and the newest; what lies between comes when it is asked for.
    assert page.count("data-message") == min(2 * turns + 2, 13)
    assert len(page) < 60_000
    assert "Assigned to Oskar Operator by Agnes Agent" in page
    assert len(sent) <= MOST_ON_A_TICKET, "\n".join(sent)


def test_a_search_asks_the_same_few_questions_however_much_it_finds(
    sign_in: SignIn, world: World, now: datetime
) -> None:
    agnes = sign_in(world.agnes_id)
    for _ in range(20):
        a_ticket(world, now)
    agnes.get("/desk/search?q=stripes")
    with statements() as sent:
        assert agnes.get("/desk/search?q=stripes").text.count("data-row") == 20
    assert len(sent) <= MOST_ON_A_LIST
