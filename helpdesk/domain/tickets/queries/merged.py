"""Questions about tickets that go on as parts of others: where, and which belong together."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, select

from helpdesk.core.db import db
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.tickets.models import LinkKind, Ticket, TicketLink
from helpdesk.domain.tickets.queries.finding import ticket_by_number, watches


def ticket_going_on(number: int, *, lock: bool = False) -> Ticket | None:
    """The ticket with that number, or the one that it goes on in; for what comes in about it."""
    ticket = ticket_by_number(number, lock=lock)
    while ticket is not None and ticket.merged_into_id is not None:
        ticket = ticket_by_number(ticket.merged_into_id, lock=lock)
    return ticket


def belonging_to(number: int) -> Select[int]:
    """The numbers of a ticket and of all that go on in it, also by way of another."""
    whole = select(Ticket.id.label("id")).where(Ticket.id == number).cte("whole", recursive=True)
    parts = select(Ticket.id).join(whole, Ticket.merged_into_id == whole.c.id)
    together = whole.union_all(parts)
    return select(together.c.id)


def split_from(number: int, origin: int) -> bool:
    """Whether ticket #number was made of words of #origin, also by way of another."""
    came_from: int | None = number
    while came_from is not None and came_from > origin:
        # A ticket is split off when it is made, so each of these is older than the one before.
        came_from = db.session.scalar(
            select(TicketLink.other_id).where(
                TicketLink.ticket_id == came_from, TicketLink.kind == LinkKind.SPLIT.value
            )
        )
    return came_from == origin


def merged_into(ticket: Ticket) -> Sequence[Ticket]:
    """The tickets that go on in this one, without those that come by way of another."""
    return db.session.scalars(
        select(Ticket).where(Ticket.merged_into_id == ticket.id).order_by(Ticket.id)
    ).all()


def follows(person: Person, ticket: Ticket) -> bool:
    """Whether somebody is told what is said on a ticket: who asked for it, or watches it."""
    return person.id == ticket.requester_id or watches(person, ticket)
