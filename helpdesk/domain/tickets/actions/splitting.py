"""The verb that makes a new ticket of some of a ticket's messages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, Refused
from helpdesk.core.events import publish
from helpdesk.core.words import N_
from helpdesk.domain.accounts.actions import know
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.services.models import Service
from helpdesk.domain.tickets.actions.linking import link
from helpdesk.domain.tickets.actions.opening import Opening, new_ticket
from helpdesk.domain.tickets.actions.recording import expect, record
from helpdesk.domain.tickets.events import TicketSplit
from helpdesk.domain.tickets.models import (
    Direction,
    LinkKind,
    Message,
    MessageKind,
    Queue,
    Ticket,
)
from helpdesk.domain.tickets.queries.merged import follows

# What a supplier wrote stays with its conversation.
_MOVABLE = (MessageKind.MESSAGE.value, MessageKind.NOTE.value)


def split(
    ticket: Ticket,
    *,
    message_ids: Sequence[int],
    subject: str,
    seen: int | None = None,
    by: Person,
    now: datetime,
) -> Ticket:
    """A new ticket with these messages, which stand on the old one no longer.

    It is its requester's who wrote the first of them, and nobody else follows it. Nobody is told.
    Invalid without messages or a subject; Refused for all messages of the ticket, for words that
    can still be taken back, and where the new requester would read what they could not; Outdated.
    """
    expect(ticket, seen)
    if not subject.strip():
        raise Invalid("subject", N_("A ticket needs a subject."))
    said = _chosen(ticket, message_ids)
    if not said:
        raise Invalid("message", N_("Choose at least one message."))
    if len(said) == _number_of_messages(ticket):
        raise Refused(N_("All messages are chosen. Leave at least one, or link the tickets."))
    if any(each.held_until is not None and each.held_until > now for each in said):
        raise Refused(N_("A reply among them can still be taken back. Wait until it has left."))
    requester = _requester_of(ticket, said, now)
    if not follows(requester, ticket) and any(_is_of_another(each, requester) for each in said):
        raise Refused(
            N_("These messages are from different people, who must not read each other’s words.")
        )
    new = new_ticket(
        Opening(
            subject=subject,
            requester=requester,
            process=ticket.process,
            queue=db.session.get_one(Queue, ticket.queue_id),
            service=db.session.get(Service, ticket.service_id) if ticket.service_id else None,
            impact=ticket.impact,
            urgency=ticket.urgency,
            mailbox_id=ticket.mailbox_id,
            language=requester.language or ticket.language,
        ),
        now,
    )
    facts = {"from": ticket.id, "messages": [each.id for each in said]}
    line = record(new, "split off", by=by, now=now, facts=facts, begins=True)
    for each in said:
        each.ticket_id = new.id
    db.session.flush()
    record(ticket, "split", by=by, now=now, facts={"into": new.id, "messages": len(said)})
    link(new, other=ticket, kind=LinkKind.SPLIT, by=by, now=now)
    publish(TicketSplit(new, line, by, ticket, tuple(each.id for each in said)))
    return new


def _chosen(ticket: Ticket, message_ids: Sequence[int]) -> Sequence[Message]:
    return db.session.scalars(
        select(Message)
        .where(
            Message.id.in_(message_ids),
            Message.ticket_id == ticket.id,
            Message.kind.in_(_MOVABLE),
        )
        .order_by(Message.id)
    ).all()


def _number_of_messages(ticket: Ticket) -> int:
    return (
        db.session.scalar(
            select(func.count()).where(Message.ticket_id == ticket.id, Message.kind.in_(_MOVABLE))
        )
        or 0
    )


def _requester_of(ticket: Ticket, said: Sequence[Message], now: datetime) -> Person:
    """Who wrote the first of the words that came in; nobody of a flood is known by name."""
    first = next((each for each in said if each.direction == Direction.IN.value), None)
    if first is not None and first.author_id is not None:
        return db.session.get_one(Person, first.author_id)
    if first is not None and first.sender:
        return know(first.sender, now=now)
    return db.session.get_one(Person, ticket.requester_id)


def _is_of_another(message: Message, requester: Person) -> bool:
    """Whether somebody else than the requester said it to others than our own."""
    if message.kind == MessageKind.NOTE.value:
        return False
    if message.author_id is None:
        return message.sender.lower() != requester.email
    return message.author_id != requester.id
