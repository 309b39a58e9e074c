"""Questions about tickets: one ticket whole, and the lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy import Select, and_, or_, select, tuple_
from sqlalchemy.orm import joinedload, selectinload

from helpdesk.core.db import db
from helpdesk.core.errors import Forbidden, NotFound
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.accounts.permissions import Action, may
from helpdesk.domain.processes import Standing
from helpdesk.domain.tickets.models import (
    Message,
    MessageKind,
    Queue,
    Ticket,
    TicketEvent,
    TicketLink,
    Watcher,
)

T = TypeVar("T")

PAGE = 50

# What a row of a list shows, loaded with it, so that no row asks for itself.
ROW = (
    joinedload(Ticket.queue),
    joinedload(Ticket.requester),
    joinedload(Ticket.assignee),
    joinedload(Ticket.service),
)


def visible_to(person: Person | None) -> Select[tuple[Ticket]]:
    """The tickets that a person may see; every list, search and look-up begins here."""
    if may(person, Action.SEE_TICKETS):
        return select(Ticket)
    if person is None or not may(person, Action.FOLLOW_OWN_TICKET):
        return select(Ticket).where(Ticket.id.is_(None))
    watched = select(Watcher.ticket_id).where(Watcher.person_id == person.id)
    return select(Ticket).where(
        or_(Ticket.requester_id == person.id, Ticket.id.in_(watched))
    )


def ticket_for(person: Person | None, number: int) -> Ticket:
    """The ticket with that number, with its people; NotFound also when the person may not see it."""
    ticket = db.session.scalar(visible_to(person).where(Ticket.id == number).options(*ROW))
    if ticket is None:
        raise NotFound(f"There is no ticket #{number} that you may see.")
    return ticket


def ticket_to_change(person: Person | None, number: int) -> Ticket:
    """The ticket, locked for this unit of work; Forbidden when the person may see but not work on it."""
    ticket = db.session.scalar(
        visible_to(person).where(Ticket.id == number).with_for_update()
    )
    if ticket is None:
        raise NotFound(f"There is no ticket #{number} that you may see.")
    if not may(person, Action.WORK_ON_TICKETS):
        raise Forbidden("You may not work on tickets.")
    return ticket


def ticket_by_number(number: int, *, lock: bool = False) -> Ticket | None:
    """The ticket with that number, whoever asks; for the system's own road."""
    statement = select(Ticket).where(Ticket.id == number)
    return db.session.scalar(statement.with_for_update() if lock else statement)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list; `next_after` is the key of the next page, or None at the end."""

    rows: Sequence[T]
    next_after: str | None


@dataclass(frozen=True, slots=True)
class WorkList:
    """Which tickets a list shows; None asks for nothing."""

    function_id: int | None = None
    queue_id: int | None = None
    assignee_id: int | None = None
    unassigned: bool = False
    standing: Standing | None = None
    process: str | None = None


def work_list(
    person: Person, which: WorkList, *, after: str | None = None, limit: int = PAGE
) -> Page[Ticket]:
    """Unfinished tickets by urgency, oldest first within a priority; paged by key, never by offset.

    `after` is the `next_after` of the page before; one that cannot be read means the first page.
    """
    statement = visible_to(person).options(*ROW)
    if which.standing is Standing.DONE:
        return _finished(statement, which, after, limit)
    statement = statement.where(Ticket.standing != Standing.DONE.value, *_conditions(which))
    key = _key(after)
    if key is not None:
        statement = statement.where(tuple_(Ticket.priority, Ticket.id) > key)
    rows = db.session.scalars(
        statement.order_by(Ticket.priority, Ticket.id).limit(limit + 1)
    ).all()
    return _page(rows, limit, lambda ticket: f"{ticket.priority}-{ticket.id}")


def _finished(
    statement: Select[tuple[Ticket]], which: WorkList, after: str | None, limit: int
) -> Page[Ticket]:
    statement = statement.where(Ticket.standing == Standing.DONE.value, *_conditions(which))
    key = _key(after)
    if key is not None:
        statement = statement.where(Ticket.id < key[1])
    rows = db.session.scalars(statement.order_by(Ticket.id.desc()).limit(limit + 1)).all()
    return _page(rows, limit, lambda ticket: f"0-{ticket.id}")


def _conditions(which: WorkList) -> list[object]:
    conditions: list[object] = []
    if which.function_id is not None:
        # Few and hardly ever changed, so their ids stand in the statement, where the index wants them.
        queues = db.session.scalars(
            select(Queue.id).where(Queue.function_id == which.function_id)
        ).all()
        conditions.append(Ticket.queue_id.in_(queues))
    if which.queue_id is not None:
        conditions.append(Ticket.queue_id == which.queue_id)
    if which.assignee_id is not None:
        conditions.append(Ticket.assignee_id == which.assignee_id)
    if which.unassigned:
        conditions.append(Ticket.assignee_id.is_(None))
    if which.standing in (Standing.OPEN, Standing.WAITING):
        conditions.append(Ticket.standing == which.standing.value)
    if which.process is not None:
        conditions.append(Ticket.process == which.process)
    return conditions


def _key(after: str | None) -> tuple[int, int] | None:
    first, _, second = (after or "").partition("-")
    return (int(first), int(second)) if first.isdecimal() and second.isdecimal() else None


def _page(rows: Sequence[T], limit: int, key_of: Callable[[T], str]) -> Page[T]:
    shown = rows[:limit]
    return Page(shown, key_of(shown[-1]) if len(rows) > limit else None)


def tickets_of(
    requester: Person, *, before: int | None = None, limit: int = PAGE
) -> Sequence[Ticket]:
    """Tickets that a person asked for, newest first."""
    statement = select(Ticket).where(Ticket.requester_id == requester.id)
    if before is not None:
        statement = statement.where(Ticket.id < before)
    return db.session.scalars(statement.order_by(Ticket.id.desc()).limit(limit)).all()


def conversation(ticket: Ticket, *, internal: bool) -> Sequence[Message]:
    """The words of a ticket in order, with authors and attachments; notes only when `internal`."""
    statement = (
        select(Message)
        .where(Message.ticket_id == ticket.id)
        .options(
            joinedload(Message.author), selectinload(Message.attachments)
        )
        .order_by(Message.id)
    )
    if not internal:
        statement = statement.where(Message.kind == MessageKind.MESSAGE.value)
    return db.session.scalars(statement).all()


def history(ticket: Ticket, *, since_version: int = 0) -> Sequence[TicketEvent]:
    """The lines of a ticket's history after a version, in order, with who did each."""
    return db.session.scalars(
        select(TicketEvent)
        .where(TicketEvent.ticket_id == ticket.id, TicketEvent.version > since_version)
        .options(joinedload(TicketEvent.by))
        .order_by(TicketEvent.id)
    ).all()


def links_of(ticket: Ticket) -> Sequence[tuple[str, bool, Ticket]]:
    """What the ticket is linked to: (kind, True when this ticket is the one that stands in it, other)."""
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


def watchers_of(ticket: Ticket) -> Sequence[Person]:
    """The active people who follow a ticket besides its requester."""
    return db.session.scalars(
        select(Person)
        .join(Watcher, Watcher.person_id == Person.id)
        .where(Watcher.ticket_id == ticket.id, Person.active)
        .order_by(Watcher.since, Person.id)
    ).all()


def queues() -> Sequence[Queue]:
    """All queues in their order, with their functions."""
    return db.session.scalars(select(Queue).order_by(Queue.position, Queue.id)).all()


def queue_by_key(key: str) -> Queue | None:
    """The queue with that key."""
    return db.session.scalar(select(Queue).where(Queue.key == key))
