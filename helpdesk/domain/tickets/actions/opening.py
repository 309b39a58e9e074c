"""Verbs that begin a ticket: from somebody who asks, or by an agent who writes first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, Refused
from helpdesk.core.events import publish
from helpdesk.core.rows import insert
from helpdesk.core.words import N_
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.processes import PROCESSES
from helpdesk.domain.services.models import Service
from helpdesk.domain.tickets.actions.recording import record
from helpdesk.domain.tickets.actions.speaking import Words, add_message
from helpdesk.domain.tickets.actions.steering import become
from helpdesk.domain.tickets.events import TicketOpened, WroteFirst
from helpdesk.domain.tickets.models import (
    Direction,
    Message,
    MessageKind,
    Queue,
    Ticket,
    TicketEvent,
    Watcher,
)
from helpdesk.domain.tickets.rules import USUAL_LEVEL, priority_of

NO_SUBJECT = "(no subject)"


@dataclass(frozen=True, slots=True)
class Opening:
    """All that a new ticket needs; the channel does not matter any more."""

    subject: str
    requester: Person
    process: str
    queue: Queue
    service: Service | None = None
    impact: int = USUAL_LEVEL
    urgency: int = USUAL_LEVEL
    watchers: tuple[Person, ...] = ()
    mailbox_id: int | None = None
    language: str = "en"
    # Why it lies where it lies, for the history.
    reason: str = ""


def open_ticket(
    opening: Opening,
    words: Words,
    *,
    hushed: str = "",
    hold: timedelta | None = None,
    by: Person | None,
    now: datetime,
) -> tuple[Ticket, Message]:
    """A new ticket with its first words, which came from its requester.

    For as long as `hold` nobody is told of it, and who registered it can take it back.
    """
    ticket = new_ticket(opening, now)
    message = add_message(
        ticket,
        words,
        kind=MessageKind.MESSAGE,
        direction=Direction.IN,
        author=opening.requester,
        held_until=now + hold if hold else None,
        now=now,
    )
    line = record(
        ticket,
        "opened",
        by=by,
        now=now,
        message=message,
        facts=_facts(opening, words),
        begins=True,
    )
    publish(TicketOpened(ticket, line, by, message, hushed))
    return ticket, message


def unregister(ticket: Ticket, *, by: Person, now: datetime) -> Message:
    """Take back a ticket that was registered a moment ago; gives the message that opened it.

    Its number stays given and its history stays: it is closed, and belongs to whoever registered
    it, so that nobody else finds it among their own. Refused for anybody else, later, and once
    something has happened to it. The mails are the caller's to withdraw.
    """
    line = db.session.scalar(
        select(TicketEvent).where(TicketEvent.ticket_id == ticket.id, TicketEvent.version == 1)
    )
    message = db.session.get(Message, line.message_id) if line and line.message_id else None
    if line is None or message is None or line.by_id != by.id or message.held_until is None:
        raise Refused(N_("Only who registered a ticket can take it back."))
    if now >= message.held_until:
        raise Refused(N_("It is too late to take the registration back; close the ticket instead."))
    if ticket.version != line.version:
        raise Refused(N_("Something has happened to the ticket since; close it instead."))
    requester_id, ticket.requester_id = ticket.requester_id, by.id
    facts = {"requester": requester_id}
    record(ticket, "registration undone", by=by, now=now, facts=facts)
    become(ticket, ticket.process_spec.closed, since=now, by=by, now=now)
    return message


def write_first(
    opening: Opening, words: Words, *, by: Person, now: datetime
) -> tuple[Ticket, Message]:
    """A new ticket whose first words an agent writes to its requester."""
    if not words.text.strip():
        raise Invalid("text", N_("Write what you want to tell."))
    ticket = new_ticket(opening, now)
    ticket.assignee_id = by.id
    message = add_message(
        ticket, words, kind=MessageKind.MESSAGE, direction=Direction.OUT, author=by, now=now
    )
    line = record(
        ticket,
        "written first",
        by=by,
        now=now,
        message=message,
        facts=_facts(opening, words),
        begins=True,
    )
    publish(WroteFirst(ticket, line, by, message))
    return ticket, message


def new_ticket(opening: Opening, now: datetime) -> Ticket:
    """The row of a new ticket with its followers; its first line of history has to follow."""
    process = PROCESSES[opening.process]
    initial = process.state(process.initial)
    ticket = insert(
        Ticket(
            process=process.name,
            state=initial.name,
            standing=initial.standing.value,
            subject=" ".join(opening.subject.split())[:300] or NO_SUBJECT,
            requester_id=opening.requester.id,
            business_unit_id=opening.requester.business_unit_id,
            queue_id=opening.queue.id,
            service_id=opening.service.id if opening.service else None,
            mailbox_id=opening.mailbox_id,
            impact=opening.impact,
            urgency=opening.urgency,
            priority=priority_of(opening.impact, opening.urgency),
            language=opening.language,
            opened_at=now,
            changed_at=now,
            # The line of history that says so is the first.
            version=1,
        )
    )
    for person_id in {person.id for person in opening.watchers} - {opening.requester.id}:
        db.session.add(Watcher(ticket_id=ticket.id, person_id=person_id, since=now))
    return ticket


def _facts(opening: Opening, words: Words) -> dict[str, object]:
    facts: dict[str, object] = {"channel": words.channel, "queue": opening.queue.id}
    if opening.reason:
        facts["reason"] = opening.reason
    if opening.watchers:
        facts["watchers"] = [person.id for person in opening.watchers]
    return facts
