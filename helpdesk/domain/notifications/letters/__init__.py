"""Letters: all that the mails of the outbox will say, before they have any words."""

from __future__ import annotations

from helpdesk.domain.notifications.letters.reading import letters
from helpdesk.domain.notifications.letters.values import (
    Enclosure,
    Letter,
    NotReached,
    Party,
    Said,
    Topic,
    Undeliverable,
)

__all__ = [
    "Enclosure",
    "Letter",
    "NotReached",
    "Party",
    "Said",
    "Topic",
    "Undeliverable",
    "letters",
]
