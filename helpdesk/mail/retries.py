"""When a mail that did not leave is tried again: judgements without database or network."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

# How long a mail waits after each attempt of its own; two days in all, after which people would
# rather hear that it failed (RFC 5321 section 4.5.4.1 would let a sender go on for five).
RETRY_MINUTES = (1, 5, 15, 60, 240, 480, 720, 720, 720)

# While our own server is away mail waits as long as it takes, yet never long once it is back:
# (a mail younger than so many minutes, is tried again after so many).
SERVER_RETRY_MINUTES = ((10, 1), (60, 5))
LONGEST_SERVER_RETRY_MINUTES = 15

# Delays are spread by up to this part, so that what failed together does not come back together.
SPREAD = 0.2


def after_attempt(attempts: int, *, now: datetime) -> datetime | None:
    """When to try after so many attempts that failed; None when it is time to give up."""
    if attempts > len(RETRY_MINUTES):
        return None
    return now + _spread(RETRY_MINUTES[max(attempts, 1) - 1])


def after_outage(written_at: datetime | None, *, now: datetime) -> datetime:
    """When to try a mail again that our own server did not take, whatever the mail."""
    minutes = LONGEST_SERVER_RETRY_MINUTES
    if written_at is not None:
        waited = (now - written_at) / timedelta(minutes=1)
        fitting = (minutes for until, minutes in SERVER_RETRY_MINUTES if waited < until)
        minutes = next(fitting, LONGEST_SERVER_RETRY_MINUTES)
    return now + _spread(minutes)


def died_too_often(attempts: int) -> bool:
    """Whether a mail was begun more often than any that failed would be: its senders died of it."""
    return attempts > len(RETRY_MINUTES) + 1


def _spread(minutes: int) -> timedelta:
    return timedelta(minutes=minutes * random.uniform(1, 1 + SPREAD))
