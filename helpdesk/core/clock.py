"""The only clock of the house: tells what time it is, in UTC, and can be set by tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

_set_to: datetime | None = None


def now() -> datetime:
    """The present instant, aware and in UTC."""
    return _set_to or datetime.now(UTC)


@contextmanager
def stopped_at(instant: datetime) -> Iterator[None]:
    """Let the clock stand at `instant` (aware) for the length of the block; for tests."""
    global _set_to
    before = _set_to
    _set_to = instant.astimezone(UTC)
    try:
        yield
    finally:
        _set_to = before
