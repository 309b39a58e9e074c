"""Judgements about presence: how long a sign of it holds, and when it is worth writing again."""

from __future__ import annotations

from datetime import datetime, timedelta

# An open page asks every few seconds; it is written about only so often, and a page that fell
# silent (a closed laptop, a lost line) is forgotten after two missed signs.
RENEW_AFTER = timedelta(seconds=25)
GONE_AFTER = timedelta(seconds=60)


def is_due(kept: tuple[str, datetime] | None, doing: str, *, now: datetime) -> bool:
    """Whether a sign of presence must be written; `kept` is (doing, seen_at) of the last one."""
    return kept is None or kept[0] != doing or now - kept[1] >= RENEW_AFTER


def still_here_since(now: datetime) -> datetime:
    """Signs of presence up to this instant are over."""
    return now - GONE_AFTER
