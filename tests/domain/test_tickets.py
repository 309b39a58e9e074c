"""Verbs and questions of tickets, on a real database."""

from __future__ import annotations

from datetime import datetime

import pytest

from helpdesk.core.db import db, unit_of_work
from helpdesk.core.errors import NotFound, Outdated, Refused
from helpdesk.domain.accounts.actions import add_person
from helpdesk.domain.correspondence.models import OutboundMail
from helpdesk.domain.intake import Intake, receive
from helpdesk.domain.routing.queries import placement
from helpdesk.domain.routing.rules import Clues
from helpdesk.domain.tickets.actions import Words, add_note, assign, move, place, reply
from helpdesk.domain.tickets.models import Queue, Ticket
from helpdesk.domain.tickets.queries import (
    WorkList,
    conversation,
    history,
    ticket_for,
    ticket_to_change,
    work_list,
)
from helpdesk.domain.tickets.search import tickets_found
from tests.world import World


def a_ticket(world: World, now: datetime, subject: str = "Skrivaren", text: str = "Död") -> int:
    with unit_of_work():
        clues = Clues("eva@example.com", ("helpdesk@example.org",), subject, text)
        where = placement(clues, process="incident", queue_id=world.queue_id)
        ticket, _ = receive(
            Intake(world.eva, subject, Words(text), where, mailbox_id=world.helpdesk_id),
            by=world.eva,
            now=now,
        )
        return ticket.number


def outbox() -> list[tuple[str, str]]:
    mails = db.session.scalars(db.select(OutboundMail).order_by(OutboundMail.id))
    return [(mail.notification, mail.to_address) for mail in mails]


def test_a_new_ticket_is_acknowledged_once(world: World, now: datetime) -> None:
    number = a_ticket(world, now)
    ticket = ticket_for(world.agnes, number)
    assert (ticket.state, ticket.standing, ticket.priority) == ("new", "open", 3)
    assert [line.kind for line in history(ticket)] == ["opened"]
    assert outbox() == [("received", "eva@example.com")]


def test_a_reply_that_resolves_is_one_mail(world: World, now: datetime) -> None:
    number = a_ticket(world, now)
    with unit_of_work():
        ticket = ticket_to_change(world.agnes, number)
        reply(ticket, Words("Klart"), then="resolved", seen=1, by=world.agnes, now=now)
    ticket = ticket_for(world.agnes, number)
    assert (ticket.state, ticket.standing, ticket.resolved_at) == ("resolved", "done", now)
    assert outbox() == [("received", "eva@example.com"), ("answered", "eva@example.com")]


def test_the_second_of_two_agents_is_told_that_the_ticket_changed(
    world: World, now: datetime
) -> None:
    number = a_ticket(world, now)
    with unit_of_work():
        assign(ticket_to_change(world.agnes, number), to=world.agnes, seen=1, by=None, now=now)
    with pytest.raises(Outdated) as told, unit_of_work():
        reply(ticket_to_change(world.oskar, number), Words("Hej"), seen=1, by=world.oskar, now=now)
    assert (told.value.seen, told.value.current) == (1, 2)
    assert len(conversation(ticket_for(world.oskar, number), internal=True)) == 1


def test_nobody_reads_a_ticket_that_is_not_theirs(world: World, now: datetime) -> None:
    number = a_ticket(world, now)
    with unit_of_work():
        stranger = add_person("stranger@example.net", now=now)
    with pytest.raises(NotFound):
        ticket_for(stranger, number)
    with pytest.raises(NotFound):
        ticket_for(None, number)
    assert ticket_for(world.eva, number).number == number


def test_a_requester_finds_messages_but_never_notes(world: World, now: datetime) -> None:
    number = a_ticket(world, now, text="Skrivarkön på plan 3 står stilla")
    with unit_of_work():
        add_note(
            ticket_to_change(world.agnes, number), Words("Bläckpatronen"), by=world.agnes, now=now
        )
    assert [ticket.number for ticket in tickets_found("bläckpatroner", by=world.agnes)] == [number]
    assert tickets_found("bläckpatroner", by=world.eva) == []
    # The beginning of a compound finds it, and so does another form of the word.
    for query in ("skrivarkö", "skrivark", "Skrivaren plan", f"plan {'x' * 70}"):
        assert [t.number for t in tickets_found(query, by=world.eva)] == [number], query
    assert tickets_found("kopiator", by=world.agnes) == []


def test_a_queue_of_another_process_refuses_the_ticket(world: World, now: datetime) -> None:
    number = a_ticket(world, now)

    def to_the_requests(process: str | None) -> None:
        requests = db.session.get_one(Queue, world.requests_id)
        ticket = ticket_to_change(world.agnes, number)
        place(ticket, queue=requests, process=process, by=world.agnes, now=now)

    with pytest.raises(Refused, match="only for another process"), unit_of_work():
        to_the_requests(None)
    with unit_of_work():
        to_the_requests("request")
    ticket = ticket_for(world.agnes, number)
    assert (ticket.process, ticket.queue.key) == ("request", "service-desk-requests")


def test_a_state_is_reached_only_along_its_transitions(world: World, now: datetime) -> None:
    number = a_ticket(world, now)
    with pytest.raises(Refused), unit_of_work():
        move(ticket_to_change(world.agnes, number), target="closed", by=world.agnes, now=now)
    assert db.session.get_one(Ticket, number).state == "new"


def test_the_work_list_is_paged_by_key_in_order_of_urgency(world: World, now: datetime) -> None:
    numbers = [a_ticket(world, now) for _ in range(5)]
    with unit_of_work():
        urgent = ticket_to_change(world.agnes, numbers[3])
        urgent.impact, urgent.urgency, urgent.priority, urgent.version = 1, 1, 1, urgent.version + 1
    which = WorkList(function_id=world.desk_id)
    seen, after = [], None
    while True:
        page = work_list(world.agnes, which, after=after, limit=2)
        seen += [ticket.number for ticket in page.rows]
        after = page.next_after
        if after is None:
            break
    assert seen == [numbers[3], numbers[0], numbers[1], numbers[2], numbers[4]]
    assert work_list(world.eva, WorkList(function_id=world.technical_id)).rows == []
