"""In which orders tickets are listed, and how a place in each is written into an address."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, tuple_

from helpdesk.domain.tickets.models import Ticket

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Written out: the indexes are only for these rows, and a database cannot know a value for one.


class Sort(enum.StrEnum):
    """In which order a list stands."""

    PRIORITY = "priority"  # the most urgent first, within a priority the oldest
    AGE = "age"  # the oldest first
    NEWEST = "newest"
    CHANGED = "changed"  # the last changed first


@dataclass(frozen=True, slots=True)
class Order:
    """A sort as columns, and how a place in it is written into an address: "first-id"."""

    columns: tuple[Any, ...]
    descending: bool

    @property
    def by(self) -> list[Any]:
        """How the statement sorts."""
        return [each.desc() if self.descending else each.asc() for each in self.columns]

    def read(self, words: str | None) -> tuple[Any, ...] | None:
        """The place that words of an address name; None for what names none."""
        first, _, second = (words or "").partition("-")
        if not all(part.isdecimal() and len(part) < 18 for part in (first, second)):
            return None
        if self.columns[0] is Ticket.changed_at:
            try:
                return EPOCH + timedelta(microseconds=int(first)), int(second)
            except OverflowError:
                return None
        return (int(first), int(second))[-len(self.columns) :]

    def key_words(self, key: tuple[Any, ...]) -> str:
        """A place as words of an address."""
        first = key[0] if len(key) > 1 else 0
        if isinstance(first, datetime):
            first = (first - EPOCH) // timedelta(microseconds=1)
        return f"{first}-{key[-1]}"

    def write(self, ticket: Ticket) -> str:
        """The place of a ticket as words of an address."""
        return self.key_words(tuple(getattr(ticket, each.key) for each in self.columns))

    def beyond(self, key: tuple[Any, ...] | None) -> list[ColumnElement[bool]]:
        """What comes after a place; no condition without one."""
        if key is None:
            return []
        if len(key) == 1:
            (column,) = self.columns
            return [column < key[0] if self.descending else column > key[0]]
        place = tuple_(*self.columns)
        return [place < key if self.descending else place > key]

    def until(self, key: tuple[Any, ...]) -> ColumnElement[bool]:
        """Not further than that place, itself included; only of an order that descends."""
        found: ColumnElement[bool] = (
            self.columns[0] >= key[0] if len(key) == 1 else tuple_(*self.columns) >= key
        )
        return found


ORDERS: dict[Sort, Order] = {
    Sort.PRIORITY: Order((Ticket.priority, Ticket.id), descending=False),
    Sort.AGE: Order((Ticket.id,), descending=False),
    Sort.NEWEST: Order((Ticket.id,), descending=True),
    Sort.CHANGED: Order((Ticket.changed_at, Ticket.id), descending=True),
}
