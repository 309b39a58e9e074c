"""Pure judgements about fetching: which old mail is wanted, and what is fetched together."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from helpdesk.domain.correspondence.models import OldMail

# Mails that are fetched and committed together. The bytes keep the memory small, and at
# SLOWEST_BYTES a second they are here before the lease is over.
BATCH_MAILS = 50
BATCH_BYTES = 4 * 1024 * 1024
SLOWEST_BYTES = 64 * 1024
# What is larger than the settings allow the other doors is fetched all the same, up to this:
# it was delivered already, and its sender will not be told.
LARGEST_MB = 100

# A server that orders its mail a little wrongly shows a UID after a higher one. So many below
# the newest are looked at again; what has a row is not fetched twice.
LOOK_BACK = 100

_FIRST_PAUSE = timedelta(seconds=5)
_LONGEST_PAUSE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Listed:
    """What a server says of a mail before it hands it over; `size` None when it does not say."""

    uid: int
    size: int | None
    arrived_at: datetime | None


def search_since(
    policy: OldMail, since: date | None, first_seen_at: datetime | None
) -> date | None:
    """The day from which old mail is wanted; None for all of it.

    Where only new mail is wanted, "old" mail is looked at when the server has numbered it anew,
    and what came after the first sight is wanted. The day before is included, for the time zones.
    """
    if policy is OldMail.EVERYTHING:
        return None
    if policy is OldMail.SINCE:
        return since
    return None if first_seen_at is None else first_seen_at.date() - timedelta(days=1)


def is_wanted(mail: Listed, policy: OldMail, first_seen_at: datetime | None) -> bool:
    """Whether a mail among the old is to be taken; one without a date is, rather than lost."""
    if policy in (OldMail.EVERYTHING, OldMail.SINCE):
        return True
    return mail.arrived_at is None or first_seen_at is None or mail.arrived_at >= first_seen_at


def batches(mails: Sequence[Listed]) -> Iterator[list[Listed]]:
    """Cut into what is fetched together; what is large, or of unknown size, comes alone."""
    batch: list[Listed] = []
    size = 0
    for mail in mails:
        own = BATCH_BYTES if mail.size is None else mail.size
        if batch and (len(batch) == BATCH_MAILS or size + own > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(mail)
        size += own
    if batch:
        yield batch


def seconds_for(mails: Sequence[Listed]) -> float:
    """How long a server may take to hand these over."""
    return 30.0 + sum(mail.size or BATCH_BYTES for mail in mails) / SLOWEST_BYTES


def most_bytes(max_mail_mb: int) -> int:
    """The largest mail that is fetched."""
    return max(max_mail_mb, LARGEST_MB) * 1024 * 1024


def windows(low: int, high: int, *, count: int) -> Iterator[tuple[int, int]]:
    """Ranges of UIDs to search one after the other, so that no answer is too long to be read.

    `count` is how many mails the folder has. A line of an answer may have a million characters
    (imaplib), and a UID takes up to eleven.
    """
    most = 50_000
    width = high - low + 1 if count <= most else most
    while low <= high:
        yield low, min(high, low + width - 1)
        low += width


def pause_after(failures: int, chance: random.Random) -> float:
    """Seconds until the next attempt after so many failures in a row (from 1); never two alike."""
    pause: timedelta = min(_FIRST_PAUSE * 2 ** min(failures - 1, 20), _LONGEST_PAUSE)
    return pause.total_seconds() * chance.uniform(0.8, 1.2)
