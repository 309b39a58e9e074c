"""Who is at a ticket, and what an open page is told: cheaply, and by any process that is asked."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from helpdesk.application import create_app
from helpdesk.core import clock
from helpdesk.core.config import Settings
from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.accounts.actions import add_person, grant
from helpdesk.domain.accounts.permissions import Role
from helpdesk.domain.presence.models import Presence
from helpdesk.domain.presence.rules import GONE_AFTER, RENEW_AFTER
from helpdesk.domain.tickets.actions import move, rename
from helpdesk.domain.tickets.queries import ticket_by_number
from helpdesk.jobs.tasks import forget_who_was_here
from helpdesk.web.portal.way import follow_token
from tests.statements import statements
from tests.web.conftest import Browser, SignIn
from tests.web.tickets import a_note, a_reply, a_ticket, an_answer
from tests.world import World

# The reader with their roles, and the ticket with who is at it.
MOST_OF_A_LOOK = 3
# Whoever comes by a link is found first, then the ticket that they follow, then its words.
MOST_OF_A_REQUESTER = 4
# The reader with their roles, the list with its queues, its rows, and who looks at them.
MOST_OF_A_LIST = 6


def ask(
    client: FlaskClient, number: int, doing: str = "reading", mark: str = "", seen: int = 1
) -> Any:
    said = {"doing": doing, "mark": mark, "seen": str(seen)}
    return client.post(f"/desk/tickets/{number}/together", data=said)


def writes(sent: list[str]) -> list[str]:
    return [each for each in sent if each.startswith(("INSERT", "UPDATE", "DELETE"))]


def questions(sent: list[str]) -> list[str]:
    return [each for each in sent if each.startswith("SELECT")]


def test_most_looks_are_one_question_and_write_nothing(
    sign_in: SignIn, world: World, now: datetime
) -> None:
    number = a_ticket(world, now)
    agnes = sign_in(world.agnes_id)
    with statements() as first:
        mark = ask(agnes, number).json["mark"]
    assert len(writes(first)) == 1
    asked, written = 0, 0
    for seconds in range(5, 125, 5):
        with clock.stopped_at(now + timedelta(seconds=seconds)), statements() as sent:
            assert ask(agnes, number, mark=mark).status_code == 204
        asked += 1
        written += len(writes(sent))
        assert len(questions(sent)) <= MOST_OF_A_LOOK, sent
    assert written == timedelta(seconds=120) // RENEW_AFTER < asked / 4


def test_each_sees_the_other_until_they_leave_or_fall_silent(
    sign_in: SignIn, world: World, now: datetime
) -> None:
    number = a_ticket(world, now)
    agnes, ada = sign_in(world.agnes_id), sign_in(world.admin_id)
    assert ask(agnes, number).json["here"] == ""
    told = ask(ada, number, "reply").json
    assert "Agnes Agent is reading this" in told["here"]
    assert "Ada Admin" not in told["here"], "nobody is told of themselves"
    assert "Ada Admin is writing a reply" in ask(agnes, number).json["here"]
    ask(ada, number, "note")
    assert "Ada Admin is writing a note" in ask(agnes, number).json["here"]
    # A page in the background asks and says nothing of its reader.
    with clock.stopped_at(now + GONE_AFTER / 2):
        ask(ada, number, "")
        assert "Ada Admin is writing a note" in ask(agnes, number).json["here"]
    with clock.stopped_at(now + GONE_AFTER):
        assert ask(agnes, number).json["here"] == ""
        ask(ada, number)
        assert "Ada Admin is reading this" in ask(agnes, number).json["here"]
        assert ask(ada, number, "gone").status_code == 204
        assert ask(agnes, number).json["here"] == ""


def test_two_processes_tell_the_same(
    app: Flask, settings: Settings, sign_in: SignIn, world: World, now: datetime
) -> None:
    number = a_ticket(world, now)
    agnes, ada = sign_in(world.agnes_id), sign_in(world.admin_id)
    other = create_app(settings)
    other.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    elsewhere = Browser(other, other.response_class, use_cookies=True)
    cookie = agnes.get_cookie("session")
    assert cookie is not None
    elsewhere.set_cookie("session", cookie.value)
    ask(ada, number, "reply")
    here, there = ask(agnes, number), ask(elsewhere, number)
    assert there.json == here.json
    assert "Ada Admin is writing a reply" in there.json["here"]
    assert ask(elsewhere, number, mark=here.json["mark"]).status_code == 204
    with other.app_context():
        db.session.remove()
        db.engine.dispose()


def test_a_page_is_told_what_it_does_not_show_and_takes_only_that(
    sign_in: SignIn, world: World, now: datetime
) -> None:
    number = a_ticket(world, now)
    agnes = sign_in(world.agnes_id)
    assert ask(agnes, number).json["news"] == ""
    an_answer(world, number, now, "It prints dots now.")
    told = ask(agnes, number).json
    assert "Eva Ek answered" in told["news"]
    assert told["changes"] == 1
    an_answer(world, number, now, "And it smells.")
    with unit_of_work():
        ticket = ticket_by_number(number, lock=True)
        assert ticket is not None
        rename(ticket, subject="Dots and a smell", by=world.admin, now=now)
    told = ask(agnes, number).json
    assert "2 new messages, 1 change" in told["news"]
    page = agnes.get(f"/desk/tickets/{number}?since=1").text
    assert page.count("data-message") == 2
    assert "Every page is grey" not in page
    assert 'id="conversation-new"' in page
    assert f'id="shown-version" value="{told["changes"] + 1}"' in page
    assert ask(agnes, number, seen=4).json["news"] == ""


def test_owners_of_services_are_seen_and_requesters_see_nobody(
    sign_in: SignIn, world: World, now: datetime
) -> None:
    number = a_ticket(world, now)
    with unit_of_work():
        owner = add_person("olle@example.org", name="Olle Owner", now=now)
        grant(owner, role=Role.OWNER)
        owner_id = owner.id
    agnes, olle, eva = (sign_in(each) for each in (world.agnes_id, owner_id, world.eva_id))
    assert ask(olle, number).status_code == 200
    assert "Olle Owner is reading this" in ask(agnes, number).json["here"]
    assert ask(eva, number).status_code == 403
    assert ask(agnes, 4711).status_code == 404
    assert "Agnes" not in eva.get(f"/tickets/{number}").text


def test_what_nobody_took_along_is_swept(sign_in: SignIn, world: World, now: datetime) -> None:
    numbers = [a_ticket(world, now) for _ in range(3)]
    agnes = sign_in(world.agnes_id)
    for number in numbers[:2]:
        ask(agnes, number)
    with clock.stopped_at(now + GONE_AFTER):
        ask(agnes, numbers[2])
        with statements() as sent:
            forget_who_was_here(None)  # type: ignore[arg-type]
        assert len(writes(sent)) == 1
        with statements() as sent:
            forget_who_was_here(None)  # type: ignore[arg-type]
        assert writes(sent) == [], "where nothing is left, nothing is written"
    db.session.rollback()
    assert db.session.scalars(db.select(Presence.ticket_id)).all() == numbers[2:]


def test_a_list_says_who_looks_and_how_much_is_new_in_a_few_questions(
    sign_in: SignIn, world: World, now: datetime
) -> None:
    numbers = [a_ticket(world, now) for _ in range(3)]
    agnes, ada = sign_in(world.agnes_id), sign_in(world.admin_id)
    ask(ada, numbers[0])
    ask(ada, numbers[1], "reply")
    page = agnes.get("/desk/service-desk").text
    assert "Ada Admin is looking" in page
    assert "Ada Admin is writing" in page
    shown = "-".join(f"{number}.1" for number in numbers)
    address = f"/desk/service-desk/news?here=/desk/service-desk&shown={shown}"
    told = agnes.get(address).json
    assert told["news"] == ""
    assert set(told["looking"]) == {str(number) for number in numbers[:2]}
    with statements() as sent:
        assert agnes.get(f"{address}&mark={told['mark']}").status_code == 204
    assert len(questions(sent)) <= MOST_OF_A_LIST, sent
    assert writes(sent) == []

    # One came, one changed, one left: three, whoever did it.
    a_ticket(world, now)
    an_answer(world, numbers[0], now, "Dots.")
    with unit_of_work():
        ticket = ticket_by_number(numbers[1], lock=True)
        assert ticket is not None
        move(ticket, target="resolved", by=world.admin, now=now)
    told = agnes.get(f"{address}&mark={told['mark']}").json
    assert told["changes"] == 3
    assert "3 tickets are new or changed" in told["news"]
    assert agnes.get("/desk/nowhere/news").status_code == 404


def test_a_view_is_watched_as_it_was_kept(sign_in: SignIn, world: World, now: datetime) -> None:
    number = a_ticket(world, now)
    agnes = sign_in(world.agnes_id)
    kept = {"list": "all", "priority": "3", "name": "Ordinary"}
    address = agnes.post("/desk/views", data=kept).location
    assert f'data-list-news="{address}/news"' in agnes.get(address).text
    assert agnes.get(f"{address}/news?shown={number}.1").json["changes"] == 0
    a_ticket(world, now)
    assert agnes.get(f"{address}/news?shown={number}.1").json["changes"] == 1
    assert sign_in(world.admin_id).get(f"{address}/news").status_code == 404


def test_a_requester_is_told_of_answers_and_never_of_what_is_inside(
    app: Flask, sign_in: SignIn, world: World, now: datetime
) -> None:
    number = a_ticket(world, now)
    agnes, eva = sign_in(world.agnes_id), sign_in(world.eva_id)
    with app.test_request_context():
        link = f"/follow/{follow_token(number, world.eva_id)}"
    stranger = Browser(app, app.response_class, use_cookies=True)
    seen = re.search(r'id="shown-version" value="(\d+)" data-state="(\w+)"', eva.get(link).text)
    assert seen
    asked = f"news?seen={seen[1]}&state={seen[2]}"
    ask(agnes, number, "reply")
    a_note(world, number, now, "She means the other printer.")
    mark = eva.get(f"/tickets/{number}/{asked}").json["mark"]
    for page, reader in ((f"/tickets/{number}", eva), (link, stranger)):
        assert reader.get(f"{page}/{asked}").json["news"] == ""
        with statements() as sent:
            assert reader.get(f"{page}/{asked}&mark={mark}").status_code == 204
        assert len(questions(sent)) <= MOST_OF_A_REQUESTER, sent
        assert writes(sent) == []
    # A reply that can still be taken back is not an answer yet.
    message_id = a_reply(world, number, now, "Try it again.", hold=timedelta(seconds=10))
    assert eva.get(f"/tickets/{number}/{asked}").json["news"].count("new message") == 0
    with clock.stopped_at(now + timedelta(seconds=10)):
        told = stranger.get(f"{link}/{asked}").json
        assert "1 new message" in told["news"]
        page = stranger.get(f"{link}?since={seen[1]}").text
        assert f"message-{message_id}" in page
        assert page.count("data-message") == 1
    assert stranger.get(f"/tickets/{number}/{asked}").status_code == 302
    assert stranger.get("/follow/x/news").status_code == 404
