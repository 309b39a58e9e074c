"""Questions of those who asked for a ticket or watch it; what they work as does not matter here."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, and_, case, or_, select, union_all
from sqlalchemy.orm import selectinload

from helpdesk.core.db import db
from helpdesk.core.errors import NotFound
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.accounts.permissions import Action, may
from helpdesk.domain.processes import Standing
from helpdesk.domain.tickets.models import (
    Attachment,
    LinkKind,
    Message,
    Ticket,
    TicketLink,
    Watcher,
)
from helpdesk.domain.tickets.queries.finding import shared_with
from helpdesk.domain.tickets.queries.lists import PAGE, Page
from helpdesk.domain.tickets.queries.merged import belonging_to
from helpdesk.domain.tickets.queries.reading import read_outside

# Numbers of tickets have fewer digits than this; a database stumbles over what it cannot hold.
_LONG_NUMBER = 10


def followed_by(person: Person) -> Select[Ticket]:
    """The tickets that a person asked for or watches, also when their roles would show them all."""
    if not may(person, Action.FOLLOW_OWN_TICKET):
        return select(Ticket).where(Ticket.id.is_(None))
    # Two short lists of ids: with an OR the database would walk through all tickets.
    numbers = union_all(
        select(Ticket.id).where(Ticket.requester_id == person.id),
        select(Watcher.ticket_id).where(Watcher.person_id == person.id),
    )
    return select(Ticket).where(Ticket.id.in_(numbers))


def followed_ticket(person: Person, number: int, *, lock: bool = False) -> Ticket:
    """The ticket, if the person asked for it or watches it; NotFound otherwise."""
    statement = followed_by(person).where(Ticket.id == number)
    ticket = db.session.scalar(statement.with_for_update() if lock else statement)
    if ticket is None:
        raise NotFound(f"There is no ticket #{number} that you follow.")
    return ticket


def followed_unfinished(
    person: Person, *, after: str | None = None, limit: int = PAGE
) -> Page[Ticket]:
    """Unfinished tickets that a person follows: those that wait first, then newest first.

    `after` is the `next_after` of the page before; one that cannot be read means the first page.
    """
    rank = case((Ticket.standing == Standing.WAITING.value, 0), else_=1)
    statement = followed_by(person).where(Ticket.standing != Standing.DONE.value)
    first, _, second = (after or "").partition("-")
    if first in ("0", "1") and second.isdecimal() and len(second) < _LONG_NUMBER:
        statement = statement.where(
            or_(rank > int(first), and_(rank == int(first), Ticket.id < int(second)))
        )
    rows = db.session.scalars(statement.order_by(rank, Ticket.id.desc()).limit(limit + 1)).all()
    return Page(rows[:limit], _key_of(rows[limit - 1]) if len(rows) > limit else None)


def _key_of(ticket: Ticket) -> str:
    return f"{0 if ticket.standing == Standing.WAITING.value else 1}-{ticket.id}"


def followed_finished(
    person: Person, *, before: int | None = None, limit: int = PAGE
) -> Page[Ticket]:
    """Finished tickets that a person follows, newest first; `before` is the last number seen."""
    statement = followed_by(person).where(Ticket.standing == Standing.DONE.value)
    if before is not None:
        statement = statement.where(Ticket.id < before)
    rows = db.session.scalars(statement.order_by(Ticket.id.desc()).limit(limit + 1)).all()
    return Page(rows[:limit], str(rows[limit - 1].id) if len(rows) > limit else None)


def followed_neighbours(person: Person, ticket: Ticket) -> Sequence[tuple[bool, Ticket]]:
    """Tickets that continue this one or that it continues: (whether it is later, ticket).

    Only those that the person follows too.
    """
    links = db.session.execute(
        select(TicketLink.ticket_id, TicketLink.other_id).where(
            TicketLink.kind == LinkKind.FOLLOWS.value,
            or_(TicketLink.ticket_id == ticket.id, TicketLink.other_id == ticket.id),
        )
    ).all()
    numbers = {number for link in links for number in link} - {ticket.id}
    if not numbers:
        return []
    rows = db.session.scalars(
        followed_by(person).where(Ticket.id.in_(numbers)).order_by(Ticket.id)
    ).all()
    later = {link.ticket_id for link in links}
    return [(other.id in later, other) for other in rows]


def readable_with(person: Person, ticket: Ticket) -> Select[int]:
    """The numbers of a ticket that the person may read and of those merged into it.

    That two tickets were put together lets nobody read what was said on the other one: of those
    only what the person follows too. The ticket itself may also be one that their unit shares.
    """
    followed = followed_by(person).with_only_columns(Ticket.id)
    shared = and_(Ticket.id == ticket.id, shared_with(person))
    return select(Ticket.id).where(
        Ticket.id.in_(belonging_to(ticket.id)), or_(Ticket.id.in_(followed), shared)
    )


def messages_after(person: Person, ticket: Ticket, message_id: int) -> Sequence[int]:
    """The messages that they read on this ticket's page after one, by id.

    Never a note, nor what can be taken back.
    """
    return db.session.scalars(
        select(Message.id)
        .where(
            Message.ticket_id.in_(readable_with(person, ticket)),
            Message.id > message_id,
            read_outside(),
        )
        .order_by(Message.id)
    ).all()


def message_of(person: Person, ticket: Ticket, message_id: int) -> Message:
    """A message of this ticket with its attachments; NotFound for a note or another ticket's."""
    message = db.session.scalar(
        select(Message)
        .where(
            Message.id == message_id,
            Message.ticket_id.in_(readable_with(person, ticket)),
            read_outside(),
        )
        .options(selectinload(Message.attachments))
    )
    if message is None:
        raise NotFound("There is no such message.")
    return message


def attachment_of(person: Person, ticket: Ticket, attachment_id: int) -> Attachment:
    """A file of a message of this ticket; NotFound for a note's or another ticket's."""
    attachment = db.session.scalar(
        select(Attachment)
        .join(Message, Message.id == Attachment.message_id)
        .where(
            Attachment.id == attachment_id,
            Message.ticket_id.in_(readable_with(person, ticket)),
            read_outside(),
        )
    )
    if attachment is None:
        raise NotFound("There is no such file.")
    return attachment
