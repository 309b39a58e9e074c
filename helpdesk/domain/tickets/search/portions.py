"""Tickets that may have been meant, newest first and in portions: what bounds a search's cost.

A search looks at one small portion, and where that is not enough at one large portion; then it
says how far it came. So it costs the same with a hundred thousand tickets and with a million.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, select, text

from helpdesk.core.db import Instant, db, on_postgresql
from helpdesk.core.stems import SHORTEST_PREFIX, forms
from helpdesk.domain.processes import Standing
from helpdesk.domain.tickets.models import Ticket
from helpdesk.domain.tickets.search.filters import Asked
from helpdesk.domain.tickets.search.language import Sought

# Of hits of the index, or of what one person, service or list has: a few pages, then thousands.
HITS = (100, 2_000)
# Of all tickets one after the other, where no index helps: the cheapest to look at.
TICKETS = (2_000, 20_000)
# The same where each one's messages have to be looked at.
TICKETS_WITH_MESSAGES = (500, 4_000)

# A query of more words is somebody's pasted mail; its first words find it as well.
MOST_WORDS = 12
_HIGHEST = 2**31 - 1
# One statement for each; more of them narrow a search too little to be asked for one by one.
_FEW = 3

# Tickets are numbered in the order in which they are opened, so the number where a day begins is
# found by halving. Clocks of several machines may differ, by less than so many tickets.
_OUT_OF_STEP = 500
_EARLIER = (
    "coalesce((SELECT opened_at < :day FROM tickets WHERE id <= (low + high + 1) / 2"
    " ORDER BY id DESC LIMIT 1), 1 = 1)"
)
_HALVED = text(
    "WITH RECURSIVE half(low, high) AS ("
    " SELECT 0, (SELECT coalesce(max(id), 0) FROM tickets)"
    " UNION ALL"
    f" SELECT CASE WHEN {_EARLIER} THEN (low + high + 1) / 2 ELSE low END,"
    f" CASE WHEN {_EARLIER} THEN high ELSE (low + high + 1) / 2 - 1 END"
    " FROM half WHERE low < high"
    ") SELECT max(low) FROM half"
).bindparams(bindparam("day", type_=Instant()))


@dataclass(frozen=True, slots=True)
class Portion:
    """Which tickets belong to it; the next one is below the number `low`, None at the end."""

    condition: ColumnElement[bool]
    low: int | None


def portions(
    sought: Sought, asked: Asked, *, internal: bool, before: int | None
) -> Iterator[Portion]:
    """The portions that a search looks at; `internal` whether it may look at notes."""
    top = before or _HIGHEST
    if asked.until is not None:
        top = min(top, last_before(asked.until) + _OUT_OF_STEP)
    bottom = max(0, last_before(asked.since) - _OUT_OF_STEP) if asked.since is not None else 0
    pattern = _pattern(sought, asked.names)
    streams = _streams(asked, top, bottom)
    if not pattern and not streams:
        yield from _one_after_the_other(asked, top, bottom)
        return
    for size in HITS:
        if pattern:
            numbers = numbers_matching(
                pattern, internal=internal, top=top, bottom=bottom, limit=size
            )
        else:
            each = [db.session.scalars(stream.limit(size)).all() for stream in streams]
            numbers = sorted((number for some in each for number in some), reverse=True)[:size]
        if not numbers:
            return
        top = numbers[-1]
        streams = _streams(asked, top, bottom)
        at_the_end = len(numbers) < size or top <= bottom + 1
        yield Portion(Ticket.id.in_(numbers), None if at_the_end else top)
        if at_the_end:
            return


def last_before(instant: datetime) -> int:
    """The number of the last ticket that was opened before an instant; 0 where there is none."""
    return int(db.session.scalar(_HALVED, {"day": instant}) or 0)


def numbers_with_any(words: Sequence[str], among: Sequence[int], *, internal: bool) -> set[int]:
    """Those of some numbers whose row of the index has any of the words."""
    if not words or not among:
        return set()
    either = " | " if on_postgresql() else " OR "
    pattern = either.join(any_form(word) for word in words[:MOST_WORDS])
    found = numbers_matching(
        pattern, internal=internal, top=max(among) + 1, bottom=min(among) - 1, limit=_HIGHEST
    )
    return set(found) & set(among)


def numbers_with_all(
    words: Sequence[str], among: Sequence[int], *, internal: bool
) -> Sequence[int]:
    """Those of a few numbers whose row of the index has all of the words, newest first."""
    if not words or not among:
        return []
    both = " & " if on_postgresql() else " AND "
    pattern = both.join(any_form(word) for word in words[:MOST_WORDS])
    condition, number, pattern = _condition(pattern, internal=internal)
    statement = text(
        f"SELECT {number} FROM ticket_words WHERE {condition} AND {number} IN :among"
        f" ORDER BY {number} DESC"
    ).bindparams(bindparam("among", expanding=True))
    return db.session.scalars(statement, {"pattern": pattern, "among": list(among)}).all()


def _streams(asked: Asked, top: int, bottom: int) -> list[Select[int]]:
    """The numbers of what narrows the search most by an index of its own, each newest first."""
    numbers = select(Ticket.id)
    ordered = numbers.order_by(Ticket.id.desc()).where(Ticket.id < top, Ticket.id > bottom)
    # A sum is in no index's order: so the index that narrows is taken, and its few rows are sorted.
    by_sum = Ticket.id + 0
    few = numbers.order_by(by_sum.desc()).where(by_sum < top, by_sum > bottom)
    unfinished = few.where(Ticket.standing != Standing.DONE.value)
    if asked.requesters is not None and len(asked.requesters) <= _FEW:
        return [ordered.where(Ticket.requester_id == each) for each in asked.requesters]
    if asked.services is not None and len(asked.services) <= _FEW:
        return [ordered.where(Ticket.service_id == each) for each in asked.services]
    if asked.assignees is not None and len(asked.assignees) <= _FEW:
        theirs = unfinished.where(Ticket.assignee_id.in_(asked.assignees))
        done = ordered.where(Ticket.standing == Standing.DONE.value)
        each_done = [done.where(Ticket.assignee_id == each) for each in asked.assignees]
        return [theirs] if asked.only_unfinished else [theirs, *each_done]
    return [unfinished] if asked.only_unfinished else []


def _one_after_the_other(asked: Asked, top: int, bottom: int) -> Iterator[Portion]:
    newest = db.session.scalar(select(func.max(Ticket.id))) or 0
    top = min(top, newest + 1)
    for size in TICKETS_WITH_MESSAGES if asked.looks_into_messages else TICKETS:
        if top - 1 <= bottom:
            return
        low = max(top - size, bottom + 1)
        at_the_end = low == bottom + 1
        yield Portion(and_(Ticket.id < top, Ticket.id >= low), None if at_the_end else low)
        top = low


def numbers_matching(
    pattern: str, *, internal: bool, top: int, bottom: int, limit: int
) -> Sequence[int]:
    """The highest numbers between `bottom` and `top` (both left out) whose row has the pattern."""
    condition, number, pattern = _condition(pattern, internal=internal)
    # Only names of our own columns are put into the statement; what was typed is a parameter.
    statement = text(
        f"SELECT {number} FROM ticket_words WHERE {condition} AND {number} < :top"
        f" AND {number} > :bottom ORDER BY {number} DESC LIMIT :limit"
    )
    limits = {"pattern": pattern, "top": top, "bottom": bottom, "limit": limit}
    return db.session.scalars(statement, limits).all()


def _condition(pattern: str, *, internal: bool) -> tuple[str, str, str]:
    """How the index is asked for a pattern, the column of the number, and the pattern itself."""
    if on_postgresql():
        columns = "(public || internal)" if internal else "public"
        condition, number = f"{columns} @@ to_tsquery('simple', :pattern)", "ticket_id"
    else:
        columns = "{public internal}" if internal else "{public}"
        condition, number = "ticket_words MATCH :pattern", "rowid"
        pattern = f"{columns} : ({pattern})"
    return condition, number, pattern


def _pattern(sought: Sought, names: Sequence[Sequence[str]]) -> str:
    """What a row must have and must not have, as the index is asked; "" if nothing is wanted."""
    both, either = (" & ", " | ") if on_postgresql() else (" AND ", " OR ")
    wanted = [any_form(word) for word in sought.in_index[:MOST_WORDS]]
    if names:
        each = (both.join(any_form(word) for word in name) for name in names)
        wanted.append(f"({either.join(f'({name})' for name in each)})")
    pattern = both.join(wanted)
    if not wanted or not sought.not_words:
        return pattern
    unwanted = either.join(any_form(word) for word in sought.not_words[:MOST_WORDS])
    return f"({pattern}) & !({unwanted})" if on_postgresql() else f"({pattern}) NOT ({unwanted})"


def any_form(word: str) -> str:
    """One word as any of its forms; long enough forms also as the beginning of compounds."""
    whole, beginning, either = (
        ("'{}'", "'{}':*", " | ") if on_postgresql() else ('"{}"', '"{}"*', " OR ")
    )
    patterns = (
        (beginning if len(form) >= SHORTEST_PREFIX else whole).format(form) for form in forms(word)
    )
    return f"({either.join(patterns)})"
