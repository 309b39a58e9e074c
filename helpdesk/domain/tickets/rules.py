"""Pure judgements about tickets."""

from __future__ import annotations

import enum
from datetime import UTC, date, datetime, time, timedelta, tzinfo

LEVELS = (1, 2, 3)
PRIORITIES = (1, 2, 3, 4)
# Priorities 1 and 2 are what cannot wait until somebody is back.
URGENT = 2

# The middle of the matrix: nothing is known to be worse or better than usual.
USUAL_LEVEL = 2

# Above this most servers refuse a mail.
MOST_MAILED_BYTES = 20 * 1024 * 1024


def priority_of(impact: int, urgency: int) -> int:
    """Priority 1 (most urgent) to 4 from impact and urgency, each 1 (high) to 3 (low)."""
    return min(4, impact + urgency - 1)


def levels_of(priority: int) -> tuple[int, int]:
    """The usual impact and urgency of a priority, for rules and people who name only that."""
    return {1: (1, 1), 2: (1, 2), 3: (2, 2), 4: (2, 3)}[priority]


def may_reopen(resolved_at: datetime | None, *, now: datetime, days: int) -> bool:
    """Whether an answer still belongs to a resolved ticket; later it makes a new one."""
    return resolved_at is None or now - resolved_at <= timedelta(days=days)


# Stands for no time at all: only an answer, or somebody, brings the ticket back.
UNTIL_AN_ANSWER = datetime(9999, 1, 1, tzinfo=UTC)

# When people begin in the morning, and when the afternoon is far enough away to be put off to.
MORNING = time(8)
AFTERNOON = time(13)
_LAST_BEFORE_AFTERNOON = time(11, 30)


class Moment(enum.StrEnum):
    """A time to which a ticket can be put off, as people name it."""

    AFTERNOON = "afternoon"
    TOMORROW = "tomorrow"
    MONDAY = "monday"
    NEXT_WEEK = "next week"
    ANSWER = "answer"


def moments(now: datetime, zone: tzinfo) -> list[tuple[Moment, datetime]]:
    """The times that are offered, as instants; each is a time of the clock on the wall of `zone`.

    On Sunday "tomorrow" is Monday, so that is offered once.
    """
    local = now.astimezone(zone)

    def at(day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, zone).astimezone(UTC)

    found = []
    if local.time() <= _LAST_BEFORE_AFTERNOON:
        found.append((Moment.AFTERNOON, at(local.date(), AFTERNOON)))
    tomorrow = local.date() + timedelta(days=1)
    monday = local.date() + timedelta(days=7 - local.weekday())
    found.append((Moment.TOMORROW, at(tomorrow, MORNING)))
    if monday != tomorrow:
        found.append((Moment.MONDAY, at(monday, MORNING)))
    week = local.date() + timedelta(days=7)
    if week != monday:
        found.append((Moment.NEXT_WEEK, at(week, MORNING)))
    return [*found, (Moment.ANSWER, UNTIL_AN_ANSWER)]


def instant_of(local: datetime, zone: tzinfo) -> datetime:
    """The instant of a naive time on the wall of `zone`.

    Of an hour that comes twice in autumn the first is meant; one that spring leaves out is moved
    on by as much as the clocks are.
    """
    return local.replace(tzinfo=zone).astimezone(UTC)
