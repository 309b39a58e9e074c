"""One line that becomes a ticket, assigning by name, and mentions, without JavaScript."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient

from helpdesk.core import clock
from helpdesk.core.config import Settings
from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.routing.models import RoutingRule
from helpdesk.domain.services.models import Service
from helpdesk.domain.tickets.actions import assign, watch
from helpdesk.domain.tickets.models import Message, Ticket
from helpdesk.domain.tickets.queries import ticket_to_change
from helpdesk.mail.deliver import deliver_due
from tests.mail.letters import Road, letter, message_of
from tests.mail.outbox import captured, html_of, outbox, text_of
from tests.web.conftest import SignIn
from tests.web.tickets import a_ticket, an_answer
from tests.world import World

pytestmark = pytest.mark.one_database


@pytest.fixture
def agnes(sign_in: SignIn, world: World) -> FlaskClient:
    return sign_in(world.agnes_id)


def newest() -> Ticket:
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalars(db.select(Ticket).order_by(Ticket.id.desc()).limit(1)).one()


def test_one_line_becomes_a_ticket_of_ones_own_about_the_service_that_it_names(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    found = agnes.get("/desk/search", query_string={"q": "+ Nothing comes"})
    assert found.status_code == 302
    assert 'value="Nothing comes"' in agnes.get(found.location).text
    assert "Register “Nothing comes” as a ticket" in agnes.get("/desk/search?q=Nothing comes").text
    offered = agnes.get("/desk/search/suggestions?q=Nothing comes").json[-1]
    assert offered["registers"]

    answer = agnes.post("/desk/register", data={"text": "+ The e-post does not come"})
    ticket = newest()
    assert answer.location == f"/desk/tickets/{ticket.number}"
    assert ticket.subject == "The e-post does not come"
    assert (ticket.requester_id, ticket.service_id) == (world.agnes_id, world.email_id)
    assert (ticket.process, ticket.queue_id) == ("incident", world.queue_id)
    # Nobody is written to about what they have just written themselves.
    assert outbox() == []
    page = agnes.get(answer.location).text
    assert "The ticket is registered." in page
    assert "Registered by Agnes Agent" in page


def test_a_rule_places_it_and_somebody_else_may_be_named(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    with unit_of_work() as session:
        session.add(
            RoutingRule(
                name="Cables",
                position=0,
                words="cable",
                process="request",
                queue_id=world.technical_queue_id,
            )
        )
    agnes.post("/desk/register", data={"text": 'A cable for:"Eva Ek" please'})
    ticket = newest()
    assert (ticket.subject, ticket.requester_id) == ("A cable please", world.eva_id)
    assert (ticket.process, ticket.queue_id) == ("request", world.technical_queue_id)
    (mail,) = outbox()
    assert (mail.notification, mail.to_address) == ("received", "eva@example.com")
    assert mail.due_at == now + timedelta(seconds=10)


def test_it_asks_only_when_the_line_leaves_it_open(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    with unit_of_work() as session:
        session.add(Service(key="printing", name_en="Printing", name_sv="Utskrift"))
    asked = agnes.post("/desk/register", data={"text": "E-mail and printing are slow"})
    assert asked.status_code == 200
    assert "Which service is it about?" in asked.text
    assert db.session.scalars(db.select(Ticket)).all() == []
    data = {"text": "E-mail and printing are slow", "service": str(world.email_id)}
    assert agnes.post("/desk/register", data=data).status_code == 303
    assert newest().service_id == world.email_id

    for text, words in (
        ("for:nobody-knows x", "Nobody here is called"),
        ("for:eva@example.com", "few words"),
    ):
        wrong = agnes.post("/desk/register", data={"text": text})
        assert wrong.status_code == 422
        assert words in wrong.text


def test_a_registration_can_be_taken_back_for_a_moment_and_nobody_was_told(
    agnes: FlaskClient, sign_in: SignIn, world: World, now: datetime
) -> None:
    agnes.post("/desk/register", data={"text": "for:eva@example.com A mistake"})
    number = newest().number
    url = f"/desk/tickets/{number}/unregister"
    assert sign_in(world.oskar_id).post(url).location == f"/desk/tickets/{number}"
    assert newest().state == "new"
    back = agnes.post(url)
    assert back.location == "/desk/register?text=A+mistake"
    ticket = newest()
    assert (ticket.state, ticket.requester_id) == ("closed", world.agnes_id)
    assert [mail.state for mail in outbox()] == ["cancelled"]
    assert "A mistake" not in sign_in(world.eva_id).get("/").text

    agnes.post("/desk/register", data={"text": "for:eva@example.com Again"})
    number = newest().number
    with clock.stopped_at(now + timedelta(seconds=11)):
        agnes.post(f"/desk/tickets/{number}/unregister")
    assert newest().state == "new"


def test_a_ticket_is_assigned_to_a_person_or_handed_to_a_queue(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    number = a_ticket(world, now)
    url = f"/desk/tickets/{number}"
    assert "Queue: Technical operations" in agnes.get(url).text
    agnes.post(f"{url}/assign", data={"assign-seen": "1", "assign-person": str(world.oskar_id)})
    assert newest().assignee_id == world.oskar_id
    to = f"queue-{world.technical_queue_id}"
    agnes.post(f"{url}/assign", data={"assign-seen": "2", "assign-person": to})
    ticket = newest()
    assert (ticket.assignee_id, ticket.queue_id) == (None, world.technical_queue_id)
    wrong = agnes.post(f"{url}/assign", data={"assign-seen": "4", "assign-person": "queue-x"})
    assert wrong.status_code == 422


def test_a_note_tells_whom_it_mentions_once_and_those_who_work_on_it(
    agnes: FlaskClient, world: World, now: datetime, settings: Settings
) -> None:
    number = a_ticket(world, now)
    with unit_of_work():
        ticket = ticket_to_change(world.agnes, number)
        assign(ticket, to=world.oskar, by=world.oskar, now=now)
        watch(ticket, person=world.admin, by=world.admin, now=now)
    seen = newest().version
    text = "@Oskar Operator and @technical: ask eva@example.com, not @Eva Ek."
    agnes.post(f"/desk/tickets/{number}/note", data={"note-seen": str(seen), "note-text": text})
    mails = [(mail.notification, mail.to_address) for mail in outbox()[1:]]
    assert mails == [("mentioned-you", "oskar@example.org"), ("note-written", "admin@example.org")]
    page = agnes.get(f"/desk/tickets/{number}").text
    assert (
        '<mark class="mention">@Oskar Operator</mark> and <mark class="mention">@technical</mark>'
        in page
    )
    assert '<mark class="mention">@Eva' not in page
    assert agnes.get("/desk/mentions?q=ope").json == [
        {"written": "Oskar Operator", "means": "oskar@example.org"},
        {"written": "technical", "means": "everybody in Technical operations"},
    ]

    # Oskar reads it in his language, and his answer from mail is a note or goes to the requester.
    while deliver_due(settings):
        pass
    mail = captured(outbox("mentioned-you")[0])
    assert "nämner dig" in str(mail["Subject"])
    assert text in text_of(mail)
    assert "/follow/" not in mail.as_string() + html_of(mail)
    road = Road(settings)
    raw = letter("oskar@example.org", text="I look.", to=str(mail["Reply-To"]))
    assert message_of(road.take(raw)).kind == "note"
    to = next(line for line in text_of(mail).splitlines() if line.startswith("helpdesk+"))
    message = message_of(road.take(letter("oskar@example.org", text="Restart it.", to=to)))
    assert (message.kind, message.direction) == ("message", "out")
    # A forged agent's note mentions nobody.
    before = len(outbox("mentioned-you"))
    forged = letter("agnes@example.org", f"[#{number}]", "@Oskar Operator pay this")
    assert message_of(road.take(forged)).kind == "note"
    assert len(outbox("mentioned-you")) == before


def test_agents_who_follow_hear_of_answers_and_notes_by_internal_mail(
    world: World, now: datetime
) -> None:
    number = a_ticket(world, now)
    with unit_of_work():
        watch(ticket_to_change(world.agnes, number), person=world.oskar, by=world.oskar, now=now)
    an_answer(world, number, now, "Still broken")
    assert [(mail.notification, mail.to_address) for mail in outbox()[1:]] == [
        ("requester-answered", "oskar@example.org")
    ]
    assert outbox()[1].rfc_message_id.startswith(f"{number}.n.")
    assert db.session.scalars(db.select(Message.kind)).all() == ["message", "message"]
