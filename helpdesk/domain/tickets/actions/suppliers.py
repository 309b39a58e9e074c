"""Verbs of the conversations with suppliers: write to one, and take what one answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, Refused
from helpdesk.core.events import publish
from helpdesk.core.rows import insert
from helpdesk.core.words import N_
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.accounts.permissions import Action, may
from helpdesk.domain.tickets.actions.recording import expect, record
from helpdesk.domain.tickets.actions.speaking import Words, add_message, refuse_emptiness
from helpdesk.domain.tickets.actions.steering import move
from helpdesk.domain.tickets.events import SupplierAnswered, WroteToSupplier
from helpdesk.domain.tickets.models import (
    Conversation,
    ConversationPerson,
    Direction,
    Message,
    MessageKind,
    Ticket,
)
from helpdesk.domain.tickets.queries import watches
from helpdesk.domain.tickets.queries.suppliers import goes_on_in
from helpdesk.domain.tickets.rules import MOST_MAILED_BYTES


def begin_conversation(
    ticket: Ticket, *, subject: str, people: Sequence[Person], by: Person, now: datetime
) -> Conversation:
    """A conversation with people outside that the requester never sees.

    Its subject is the agent's, since that of the ticket is the requester's words. Invalid without
    a subject or without people, and for people who may not be written to so (see `address_to`).
    """
    subject = " ".join(subject.split())[:300]
    if not subject:
        raise Invalid("subject", N_("Write in a few words what you ask the supplier about."))
    conversation = insert(
        Conversation(ticket_id=ticket.id, subject=subject, opened_at=now, opened_by_id=by.id)
    )
    address_to(ticket, conversation, people=people)
    return conversation


def address_to(ticket: Ticket, conversation: Conversation, *, people: Sequence[Person]) -> None:
    """Let the conversation's mails go to exactly these people from now on.

    Invalid without people; and for whoever reads the ticket anyway: its requester, those who
    follow it, and agents, to whom one writes in another way.
    """
    if not people:
        raise Invalid("to", N_("Write the address of the supplier."))
    for person in people:
        if person.id == ticket.requester_id or watches(person, ticket):
            raise Invalid(
                "to",
                N_("%(name)s reads what the requester reads; write a reply instead."),
                name=person.display_name,
            )
        if may(person, Action.SEE_TICKETS):
            raise Invalid(
                "to",
                N_("%(name)s sees the ticket here; write a note and mention them instead."),
                name=person.display_name,
            )
    wanted = {person.id for person in people}
    there = set(
        db.session.scalars(
            select(ConversationPerson.person_id).where(
                ConversationPerson.conversation_id == conversation.id
            )
        )
    )
    if gone := there - wanted:
        db.session.execute(
            delete(ConversationPerson).where(
                ConversationPerson.conversation_id == conversation.id,
                ConversationPerson.person_id.in_(gone),
            )
        )
    for person_id in sorted(wanted - there):
        db.session.add(ConversationPerson(conversation_id=conversation.id, person_id=person_id))
    db.session.flush()


def write_to_supplier(
    ticket: Ticket,
    words: Words,
    *,
    conversation: Conversation,
    then: str | None = None,
    hold: timedelta | None = None,
    seen: int | None = None,
    by: Person,
    now: datetime,
) -> Message:
    """An agent's words in a conversation; held, and moving the ticket, as `reply` does.

    Raises Invalid for empty words and for files that no mail carries: a supplier has no page to
    find them on. Outdated, and Refused by a gate or for another ticket's conversation.
    """
    expect(ticket, seen)
    refuse_emptiness(words)
    if not goes_on_in(conversation, ticket):
        raise Refused(N_("This conversation belongs to another ticket."))
    if sum(file.size for file in words.files) > MOST_MAILED_BYTES:
        raise Invalid(
            "files",
            N_("A mail carries at most %(number)s MB, and a supplier finds files nowhere else."),
            number=MOST_MAILED_BYTES // 1024**2,
        )
    message = add_message(
        ticket,
        words,
        kind=MessageKind.SUPPLIER,
        direction=Direction.OUT,
        author=by,
        conversation=conversation,
        held_until=now + hold if hold else None,
        now=now,
    )
    facts = {"conversation": conversation.id, "subject": conversation.subject}
    line = record(ticket, "supplier asked", by=by, now=now, message=message, facts=facts)
    publish(WroteToSupplier(ticket, line, by, message, conversation))
    if then is not None and then != ticket.state:
        move(ticket, target=then, by=by, now=now)
    return message


def receive_from_supplier(
    ticket: Ticket,
    words: Words,
    *,
    conversation: Conversation,
    wakes: bool = True,
    hushed: str = "",
    by: Person | None,
    now: datetime,
) -> Message:
    """Words of a supplier; `wakes` False for a machine, which moves nothing."""
    message = add_message(
        ticket,
        words,
        kind=MessageKind.SUPPLIER,
        direction=Direction.IN,
        author=by,
        conversation=conversation,
        now=now,
    )
    facts = {"conversation": conversation.id}
    line = record(ticket, "supplier answered", by=by, now=now, message=message, facts=facts)
    publish(SupplierAnswered(ticket, line, by, message, conversation, hushed))
    target = ticket.process_spec.on_supplier.get(ticket.state) if wakes else None
    if target is not None:
        move(ticket, target=target, by=None, now=now)
    return message
