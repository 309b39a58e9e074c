"""Questions about many tickets: the work lists, how many are on them, and what somebody asked for.

How they stay cheap with a million tickets: docs/decisions/0015-counts-and-windows.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import (
    ColumnElement,
    Select,
    literal_column,
    select,
    union_all,
)

from helpdesk.core.db import db
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.processes import Standing
from helpdesk.domain.tickets.models import Queue, Ticket
from helpdesk.domain.tickets.queries.finding import ROW, visible_to
from helpdesk.domain.tickets.queries.orders import EPOCH, ORDERS, Order, Sort

T = TypeVar("T")

PAGE = 50
# So many tickets of a list without an end are looked through for one page.
WINDOW = 5_000

# What an index of finished tickets by number is for.
_WITH_INDEX = ("place", "assignee", "service", "unit")


_IS_DONE = Ticket.standing == literal_column("'done'")
_IS_UNFINISHED = Ticket.standing != literal_column("'done'")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list; `next_after` is the key of the next page, or None at the end."""

    rows: Sequence[T]
    next_after: str | None


@dataclass(frozen=True, slots=True)
class WorkList:
    """Which tickets a list shows; None asks for nothing.

    Without `standing` the unfinished ones, or with `everything` all there ever were. What is put
    off is only on a list that is of it (`snoozed`), and on those without an end.
    """

    function_id: int | None = None
    queue_id: int | None = None
    assignee_id: int | None = None
    unassigned: bool = False
    standing: Standing | None = None
    process: str | None = None
    everything: bool = False
    service_id: int | None = None
    unit_id: int | None = None
    priority: int | None = None
    state: str | None = None
    requester_ids: tuple[int, ...] | None = None
    snoozed: bool = False

    @property
    def endless(self) -> bool:
        """Whether the list grows for ever, because finished tickets are on it."""
        return self.everything or self.standing is Standing.DONE


def sorts_of(which: WorkList) -> tuple[Sort, ...]:
    """The orders that a list can stand in; the first is the usual one."""
    if which.everything:
        return (Sort.CHANGED, Sort.NEWEST)
    if which.standing is Standing.DONE:
        return (Sort.NEWEST, Sort.CHANGED)
    return (Sort.PRIORITY, Sort.AGE, Sort.NEWEST, Sort.CHANGED)


def work_list(
    person: Person,
    which: WorkList,
    *,
    sort: Sort | None = None,
    after: str | None = None,
    limit: int = PAGE,
) -> Page[Ticket]:
    """One page, by key and never by offset; at most WINDOW tickets are looked through for it.

    `after` is the `next_after` of the page before; one that cannot be read means the first page.
    A page may be short, even empty, and yet have a next one: then the rest lies further back.
    """
    order, floor, ids = _asked_for(person, which, sort, after, limit + 1)
    rows = db.session.scalars(
        select(Ticket).where(Ticket.id.in_(ids)).options(*ROW).order_by(*order.by)
    ).all()
    shown = rows[:limit]
    if len(rows) > limit:
        return Page(shown, order.write(shown[-1]))
    return Page(shown, order.key_words(floor) if floor is not None else None)


def versions_on(
    person: Person,
    which: WorkList,
    *,
    sort: Sort | None = None,
    after: str | None = None,
    limit: int = PAGE,
) -> Sequence[tuple[int, int]]:
    """Number and version of each ticket that `work_list` would show; of no row more is read."""
    order, _floor_key, ids = _asked_for(person, which, sort, after, limit)
    statement = select(Ticket.id, Ticket.version).where(Ticket.id.in_(ids)).order_by(*order.by)
    return [(number, version) for number, version in db.session.execute(statement)]


def _asked_for(
    person: Person, which: WorkList, sort: Sort | None, after: str | None, limit: int
) -> tuple[Order, tuple[Any, ...] | None, Any]:
    """The order of a page, the key until which is looked, and the ids of its tickets."""
    allowed = sorts_of(which)
    order = ORDERS[sort if sort in allowed else allowed[0]]
    after_key = order.read(after)
    conditions = [*conditions_of(which), *order.beyond(after_key)]
    floor = _floor(which, order, after_key)
    if floor is not None:
        conditions.append(order.until(floor))
    return order, floor, _ids(visible_to(person), which, conditions, order, limit)


def _floor(
    which: WorkList, order: Order, after_key: tuple[Any, ...] | None
) -> tuple[Any, ...] | None:
    """How far back one page of an endless list is looked for; None where an index knows the end."""
    if not which.endless or which.requester_ids is not None:
        return None
    narrowed = [
        name
        for name, is_asked in (
            ("place", which.function_id is not None or which.queue_id is not None),
            ("assignee", which.assignee_id is not None),
            ("service", which.service_id is not None),
            ("unit", which.unit_id is not None),
            ("unassigned", which.unassigned),
            ("process", which.process is not None),
            ("priority", which.priority is not None),
            ("state", which.state is not None),
        )
        if is_asked
    ]
    if not narrowed:
        return None
    # By number, and done: there is an index for each of these alone.
    by_number = order is ORDERS[Sort.NEWEST] and not which.everything
    if by_number and len(narrowed) == 1 and narrowed[0] in _WITH_INDEX:
        return None
    row = db.session.execute(
        select(*order.columns)
        .where(*order.beyond(after_key))
        .order_by(*order.by)
        .offset(WINDOW)
        .limit(1)
    ).first()
    return tuple(row) if row is not None else None


def _ids(
    visible: Select[Ticket],
    which: WorkList,
    conditions: list[ColumnElement[bool]],
    order: Order,
    limit: int,
) -> Any:
    """The ids of one page; only they are sorted, not the rows with all that belongs to them."""
    chosen = visible.with_only_columns(*order.columns).where(*conditions)
    if which.function_id is None:
        return chosen.with_only_columns(Ticket.id).order_by(*order.by).limit(limit)
    # They are few, and asked one by one each is already in order in its index.
    queues = db.session.scalars(
        select(Queue.id).where(Queue.function_id == which.function_id)
    ).all()
    parts = [
        select(
            chosen.where(Ticket.queue_id == queue_id).order_by(*order.by).limit(limit).subquery()
        )
        for queue_id in queues
    ]
    if not parts:
        return select(Ticket.id).where(Ticket.id.is_(None))
    together = union_all(*parts).subquery()
    columns = [together.c[each.key] for each in order.columns]
    by = [each.desc() if order.descending else each.asc() for each in columns]
    return select(together.c.id).order_by(*by).limit(limit)


def conditions_of(which: WorkList, *, queues_inside: bool = False) -> list[ColumnElement[bool]]:
    """What must hold for a ticket on the list; the function's queues only if `queues_inside`."""
    conditions: list[ColumnElement[bool]] = []
    if which.standing is Standing.DONE:
        conditions.append(_IS_DONE)
    elif not which.everything:
        conditions.append(_IS_UNFINISHED)
    if not which.endless:
        # A range, and not only that there is a value: so their own small index is read.
        is_asleep = Ticket.snoozed_until > EPOCH
        conditions.append(is_asleep if which.snoozed else Ticket.snoozed_until.is_(None))
    if which.standing in (Standing.OPEN, Standing.WAITING):
        conditions.append(Ticket.standing == which.standing.value)
    if which.function_id is not None and queues_inside:
        of_function = select(Queue.id).where(Queue.function_id == which.function_id)
        conditions.append(Ticket.queue_id.in_(of_function))
    if which.unassigned:
        conditions.append(Ticket.assignee_id.is_(None))
    if which.requester_ids is not None:
        conditions.append(Ticket.requester_id.in_(which.requester_ids))
    for column, value in (
        (Ticket.queue_id, which.queue_id),
        (Ticket.assignee_id, which.assignee_id),
        (Ticket.process, which.process),
        (Ticket.service_id, which.service_id),
        (Ticket.business_unit_id, which.unit_id),
        (Ticket.priority, which.priority),
        (Ticket.state, which.state),
    ):
        if value is not None:
            conditions.append(column == value)
    return conditions


def tickets_among(
    person: Person, numbers: Sequence[int], *, lock: bool = False
) -> Sequence[Ticket]:
    """Those of these tickets that the person may see, by number; `lock` for a unit of work."""
    statement = visible_to(person).where(Ticket.id.in_(numbers)).order_by(Ticket.id)
    # In the order of their numbers, so that two who lock the same ones never wait in a circle.
    return db.session.scalars(statement.with_for_update() if lock else statement).all()
