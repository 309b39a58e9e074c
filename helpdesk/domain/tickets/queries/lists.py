"""Questions about many tickets: the work lists, and what somebody asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy import ColumnElement, Select, select, tuple_

from helpdesk.core.db import db
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.processes import Standing
from helpdesk.domain.tickets.models import Queue, Ticket
from helpdesk.domain.tickets.queries.finding import ROW, visible_to

T = TypeVar("T")

PAGE = 50


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
    rows = db.session.scalars(statement.order_by(Ticket.priority, Ticket.id).limit(limit + 1)).all()
    return _page(rows, limit, lambda ticket: f"{ticket.priority}-{ticket.id}")


def _finished(
    statement: Select[Ticket], which: WorkList, after: str | None, limit: int
) -> Page[Ticket]:
    statement = statement.where(Ticket.standing == Standing.DONE.value, *_conditions(which))
    key = _key(after)
    if key is not None:
        statement = statement.where(Ticket.id < key[1])
    rows = db.session.scalars(statement.order_by(Ticket.id.desc()).limit(limit + 1)).all()
    return _page(rows, limit, lambda ticket: f"0-{ticket.id}")


def _conditions(which: WorkList) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if which.function_id is not None:
        # They are few, and as plain ids in the statement they let the index serve the order.
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
