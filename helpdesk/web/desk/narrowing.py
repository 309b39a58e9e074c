"""What a list was asked for, as the words of its address: filters, order, columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import url_for

from helpdesk.domain.accounts.queries import people_like, person_by_address
from helpdesk.domain.processes import PROCESSES, Standing
from helpdesk.domain.tickets.queries import Sort, WorkList, sorts_of
from helpdesk.domain.tickets.rules import PRIORITIES
from helpdesk.web.account import me
from helpdesk.web.desk.rows import COLUMNS, USUAL_COLUMNS
from helpdesk.web.numbers import row_number

# The words of an address that narrow a list; a saved view keeps them and the list's name.
FILTERS = ("view", "process", "queue", "service", "unit", "priority", "state", "requester")
# People whose name begins with what was asked; more are not looked through.
_MOST_REQUESTERS = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """A list by name, what narrows it (only what is not empty), its order and its columns.

    `saved` is the id of the view that it came from.
    """

    name: str
    filters: Mapping[str, str]
    sort: str = ""
    columns: tuple[str, ...] = USUAL_COLUMNS
    saved: int | None = None

    def get(self, name: str) -> str:
        """What was asked of one filter, or ""."""
        return self.filters.get(name, "")

    def but(self, **filters: str) -> Asked:
        """The same with other filters."""
        return replace(self, filters={k: v for k, v in {**self.filters, **filters}.items() if v})

    @property
    def words(self) -> dict[str, Any]:
        """What its address says besides the list's name."""
        said: dict[str, Any] = dict(self.filters)
        if self.sort:
            said["sort"] = self.sort
        if self.columns != USUAL_COLUMNS:
            said["column"] = list(self.columns)
        if self.saved is not None:
            said["saved"] = self.saved
        return said

    def address(self, after: str | None = None) -> str:
        """Where it is."""
        return url_for("desk.work_list", list=self.name, after=after, **self.words)


def asked(name: str, args: Mapping[str, str], columns: Sequence[str]) -> Asked:
    """What the words of an address ask for; those that say nothing are left out."""
    filters = {each: args.get(each, "").strip()[:100] for each in FILTERS}
    known = tuple(each for each in COLUMNS if each in columns)
    return Asked(
        name,
        {each: value for each, value in filters.items() if value},
        args.get("sort", "") if args.get("sort", "") in list(Sort) else "",
        known or USUAL_COLUMNS,
        row_number(args.get("saved")),
    )


def narrowed(which: WorkList, asked: Asked, views: Sequence[str]) -> WorkList:
    """The list with what was asked; what it does not know or have is passed over."""
    view = asked.get("view") if asked.get("view") in views else ""
    if view == "unassigned":
        which = replace(which, unassigned=True)
    elif view == "mine":
        which = replace(which, assignee_id=me().id)
    elif view == "snoozed":
        which = replace(which, snoozed=True)
    elif view in ("waiting", "done"):
        which = replace(which, standing=Standing(view))
    if asked.get("process") in PROCESSES and which.process is None:
        which = replace(which, process=asked.get("process"))
    if asked.get("state") in all_states():
        which = replace(which, state=asked.get("state"))
    if (priority := _id(asked.get("priority"))) in PRIORITIES:
        which = replace(which, priority=priority)
    if asked.get("requester"):
        which = replace(which, requester_ids=_requesters(asked.get("requester")))
    return replace(
        which,
        queue_id=_id(asked.get("queue")) or which.queue_id,
        service_id=_id(asked.get("service")),
        unit_id=_id(asked.get("unit")),
    )


def order(which: WorkList, asked: Asked) -> Sort:
    """The order in which the list stands: as asked where it can, else as usual."""
    possible = sorts_of(which)
    return next((each for each in possible if each == asked.sort), possible[0])


def all_states() -> dict[str, str]:
    """The states of all processes by name, each with its label; one name is one choice."""
    return {
        state.name: state.label
        for process in reversed(tuple(PROCESSES.values()))
        for state in reversed(process.states)
    }


def _requesters(words: str) -> tuple[int, ...]:
    exact = person_by_address(words) if "@" in words else None
    found = [exact] if exact else people_like(words, limit=_MOST_REQUESTERS)
    return tuple(person.id for person in found)


def _id(words: str) -> int | None:
    return (row_number(words) or None) if words.isascii() else None
