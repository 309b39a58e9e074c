"""Questions about the conversations with suppliers."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from helpdesk.core.db import db
from helpdesk.core.errors import NotFound
from helpdesk.domain.accounts.models import Address, Person
from helpdesk.domain.tickets.models import (
    Conversation,
    ConversationPerson,
    Direction,
    Message,
    MessageKind,
    Ticket,
)
from helpdesk.domain.tickets.queries.merged import belonging_to, ticket_going_on


def conversation_of(ticket: Ticket, conversation_id: int) -> Conversation:
    """One conversation of this ticket, or of one that goes on in it, with its people; NotFound."""
    found = conversation_by_id(conversation_id)
    if found is None or not goes_on_in(found, ticket):
        raise NotFound("There is no such conversation on this ticket.")
    return found


def goes_on_in(conversation: Conversation, ticket: Ticket) -> bool:
    """Whether it is the ticket's own, or that of one which was merged into it."""
    there = ticket_going_on(conversation.ticket_id)
    return there is not None and there.id == ticket.id


def conversation_by_id(conversation_id: int) -> Conversation | None:
    """The conversation with its people, whosever ticket it belongs to."""
    return (
        db.session.scalars(
            select(Conversation)
            .outerjoin(Conversation.people)
            .where(Conversation.id == conversation_id)
            .options(contains_eager(Conversation.people))
            .order_by(Person.id)
            .execution_options(populate_existing=True)
        )
        .unique()
        .one_or_none()
    )


def people_of_conversation(conversation_id: int) -> Sequence[Person]:
    """Whom its mails go to."""
    return db.session.scalars(
        select(Person)
        .join(ConversationPerson, ConversationPerson.person_id == Person.id)
        .where(ConversationPerson.conversation_id == conversation_id)
        .order_by(Person.id)
    ).all()


def people_asked(ticket: Ticket) -> frozenset[int]:
    """The ids of all to whom conversations of the ticket go."""
    return frozenset(
        db.session.scalars(
            select(ConversationPerson.person_id)
            .join(Conversation, Conversation.id == ConversationPerson.conversation_id)
            .where(Conversation.ticket_id.in_(belonging_to(ticket.id)))
        )
    )


def conversation_with(ticket: Ticket, address: str) -> int | None:
    """The newest conversation of the ticket with somebody of this address, or else of its domain.

    The requester's own domain counts only for whole addresses: who writes from there is most
    likely a colleague of the requester's.
    """
    rows = db.session.execute(
        select(Address.address, ConversationPerson.conversation_id)
        .join(ConversationPerson, ConversationPerson.person_id == Address.person_id)
        .join(Conversation, Conversation.id == ConversationPerson.conversation_id)
        .where(Conversation.ticket_id.in_(belonging_to(ticket.id)))
        .order_by(ConversationPerson.conversation_id.desc())
    ).all()
    exact = (number for known, number in rows if known == address.lower())
    found = next(exact, None)
    if found is not None or not rows:
        return found
    requester = db.session.get_one(Person, ticket.requester_id)
    if same_house(address, requester.email):
        return None
    return next((number for known, number in rows if same_house(known, address)), None)


def same_house(one: str, other: str) -> bool:
    """Whether two addresses lie in one domain."""
    return one.rpartition("@")[2].lower() == other.rpartition("@")[2].lower()


def quotation(ticket: Ticket) -> str:
    """What the requester's side said last, as a quotation that an agent may pass on."""
    said = db.session.scalar(
        select(Message)
        .where(
            Message.ticket_id == ticket.id,
            Message.kind == MessageKind.MESSAGE.value,
            Message.direction == Direction.IN.value,
        )
        .order_by(Message.id.desc())
        .limit(1)
    )
    words = (said.newest.strip() or said.text.strip()) if said is not None else ""
    return "\n".join(f"> {line}".rstrip() for line in words.splitlines())


def wrote_last_to(conversation: Conversation) -> Person | None:
    """The agent who wrote last in the conversation, or who began it."""
    author = db.session.scalar(
        select(Message.author_id)
        .where(Message.conversation_id == conversation.id, Message.direction == Direction.OUT.value)
        .order_by(Message.id.desc())
        .limit(1)
    )
    person_id = author or conversation.opened_by_id
    return db.session.get(Person, person_id) if person_id else None
