"""Questions about one ticket: may this person see it, what belongs to it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import joinedload

from helpdesk.core.db import db
from helpdesk.core.errors import Forbidden, NotFound
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.accounts.permissions import Action, may
from helpdesk.domain.accounts.units import shared_since_for
from helpdesk.domain.tickets.models import Queue, Ticket, TicketEvent, TicketLink, Watcher

# What a row of a list shows, loaded with it, so that no row asks for itself.
ROW = (
    joinedload(Ticket.queue),
    joinedload(Ticket.requester),
    joinedload(Ticket.assignee),
    joinedload(Ticket.service),
    joinedload(Ticket.unit),
)


def visible_to(person: Person | None) -> Select[Ticket]:
    """The tickets that a person may see; every list, search and look-up begins here."""
    if may(person, Action.SEE_TICKETS):
        return select(Ticket)
    if person is None or not may(person, Action.FOLLOW_OWN_TICKET):
        return select(Ticket).where(Ticket.id.is_(None))
    watched = select(Watcher.ticket_id).where(Watcher.person_id == person.id)
    return select(Ticket).where(
        or_(Ticket.requester_id == person.id, Ticket.id.in_(watched), shared_with(person))
    )


def shared_with(person: Person | None) -> ColumnElement[bool]:
    """Whether a ticket is one that the person may read because their unit shares it; to read only.

    It has to be of the unit that they belong to now, opened since that unit began to share, and
    not kept private.
    """
    if person is None or person.business_unit_id is None:
        return false()
    if not may(person, Action.SEE_UNIT_TICKETS):
        return false()
    return and_(
        Ticket.business_unit_id == person.business_unit_id,
        ~Ticket.private,
        Ticket.opened_at >= shared_since_for(person),
    )


def ticket_for(person: Person | None, number: int) -> Ticket:
    """The ticket with its people; NotFound also when the person may not see it."""
    ticket = db.session.scalar(visible_to(person).where(Ticket.id == number).options(*ROW))
    if ticket is None:
        raise NotFound(f"There is no ticket #{number} that you may see.")
    return ticket


def ticket_to_change(person: Person | None, number: int) -> Ticket:
    """The ticket, locked for this unit of work; Forbidden when the person may only see it."""
    ticket = db.session.scalar(visible_to(person).where(Ticket.id == number).with_for_update())
    if ticket is None:
        raise NotFound(f"There is no ticket #{number} that you may see.")
    if not may(person, Action.WORK_ON_TICKETS):
        raise Forbidden("You may not work on tickets.")
    return ticket


def ticket_by_number(number: int, *, lock: bool = False) -> Ticket | None:
    """The ticket with that number, whoever asks; for the system's own road."""
    statement = select(Ticket).where(Ticket.id == number)
    return db.session.scalar(statement.with_for_update() if lock else statement)


def links_of(ticket: Ticket) -> Sequence[tuple[str, bool, Ticket]]:
    """What the ticket is linked to: (kind, whether it is this ticket that stands in it, other)."""
    rows = db.session.execute(
        select(TicketLink, Ticket)
        .join(
            Ticket,
            or_(
                and_(TicketLink.ticket_id == ticket.id, Ticket.id == TicketLink.other_id),
                and_(TicketLink.other_id == ticket.id, Ticket.id == TicketLink.ticket_id),
            ),
        )
        .order_by(TicketLink.id)
    )
    return [(row.kind, row.ticket_id == ticket.id, other) for row, other in rows]


def queues() -> Sequence[Queue]:
    """All queues in their order, with their functions."""
    return db.session.scalars(select(Queue).order_by(Queue.position, Queue.id)).all()


def queue_by_key(key: str) -> Queue | None:
    """The queue with that key."""
    return db.session.scalar(select(Queue).where(Queue.key == key))


def watches(person: Person, ticket: Ticket) -> bool:
    """Whether a person follows the ticket besides its requester."""
    return db.session.get(Watcher, (ticket.id, person.id)) is not None


def only_opened(ticket: Ticket, *, by_message: int | None) -> bool:
    """Whether nothing has happened to the ticket since that message opened it, but for links."""
    rows = db.session.execute(
        select(TicketEvent.kind, TicketEvent.message_id).where(
            TicketEvent.ticket_id == ticket.id, TicketEvent.kind != "linked"
        )
    )
    return [(kind, message_id) for kind, message_id in rows] == [("opened", by_message)]
