"""Pure judgements about tickets."""

from __future__ import annotations

from datetime import datetime, timedelta

LEVELS = (1, 2, 3)
PRIORITIES = (1, 2, 3, 4)

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
