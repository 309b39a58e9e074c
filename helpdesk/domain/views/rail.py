"""What the frame of the desk shows on every page, asked in one statement: lists, views, counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import (
    JSON,
    ColumnElement,
    Integer,
    String,
    cast,
    func,
    literal,
    literal_column,
    null,
    select,
    union_all,
)

from helpdesk.core.db import db
from helpdesk.domain.accounts.models import Function, Person
from helpdesk.domain.processes import Standing
from helpdesk.domain.tickets.models import Queue, Ticket
from helpdesk.domain.tickets.queries import WorkList, counted
from helpdesk.domain.views.models import SavedView
from helpdesk.domain.views.queries import MOST_SHOWN, shown_to


@dataclass(slots=True)
class ListedFunction:
    """A function, and how many tickets are on its list (at most MOST_COUNTED)."""

    id: int
    key: str
    name_en: str
    name_sv: str
    count: int


@dataclass(frozen=True, slots=True)
class ListedView:
    """A saved view, as far as the frame needs it."""

    id: int
    name: str
    function_id: int | None
    filters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Rail:
    """The functions in their order, the person's views by name, counts of the lists by name."""

    functions: Sequence[ListedFunction] = ()
    views: Sequence[ListedView] = ()
    counts: Mapping[str, int] = field(default_factory=dict)


def rail_for(person: Person) -> Rail:
    """All that the frame shows to a person."""
    none, nothing = cast(null(), Integer), cast(null(), JSON)
    empty: ColumnElement[str] = literal_column("''", String)
    # Written out, because this part stands deeper than a statement says what it belongs to.
    of_this = select(Queue.id).where(Queue.function_id == literal_column("functions.id"))
    functions = select(
        literal("function").label("kind"),
        Function.id.label("id"),
        Function.key.label("key"),
        Function.name_en.label("name_en"),
        Function.name_sv.label("name_sv"),
        Function.position.label("position"),
        nothing.label("filters"),
        counted(person, WorkList(), Ticket.queue_id.in_(of_this)).label("number"),
    )
    some = shown_to(person).order_by(SavedView.name, SavedView.id).limit(MOST_SHOWN).subquery()
    views = select(
        *(literal("view"), some.c.id, empty, some.c.name, empty),
        *(some.c.function_id, some.c.filters, func.coalesce(none, 0)),
    )
    lists = [
        select(
            *(literal("list"), func.coalesce(none, 0), literal(name), empty, empty),
            *(none, nothing, counted(person, which)),
        )
        for name, which in (
            ("mine", WorkList(assignee_id=person.id)),
            ("unassigned", WorkList(unassigned=True)),
            ("waiting", WorkList(standing=Standing.WAITING)),
            ("snoozed", WorkList(snoozed=True)),
            ("all", WorkList()),
        )
    ]
    rows = db.session.execute(union_all(functions, views, *lists)).all()
    in_order = sorted(
        (row for row in rows if row.kind == "function"), key=lambda row: (row.position, row.id)
    )
    by_name = sorted(
        (row for row in rows if row.kind == "view"),
        key=lambda row: (row.name_en.casefold(), row.id),
    )
    return Rail(
        [ListedFunction(row.id, row.key, row.name_en, row.name_sv, row.number) for row in in_order],
        [ListedView(row.id, row.name_en, row.position, row.filters) for row in by_name],
        {row.key: row.number for row in rows if row.kind == "list"},
    )
