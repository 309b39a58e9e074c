"""Questions about an installation's own words of notifications."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.domain.notifications.models import NotificationText
from helpdesk.domain.notifications.rules import PARTS, Fault, faults


def texts() -> Sequence[NotificationText]:
    """All own words, also those that say nothing any more."""
    return db.session.scalars(
        select(NotificationText).order_by(NotificationText.notification, NotificationText.language)
    ).all()


def text_of(notification: str, language: str) -> NotificationText | None:
    """The own words of one notification in one language."""
    return db.session.scalar(
        select(NotificationText).where(
            NotificationText.notification == notification,
            NotificationText.language == language,
        )
    )


def words_of(text: NotificationText) -> dict[str, str]:
    """The words by part."""
    return {part: getattr(text, part) for part in PARTS}


def is_own(text: NotificationText) -> bool:
    """Whether anything is said in other words than ours."""
    return any(words_of(text).values())


def broken_texts() -> list[tuple[NotificationText, list[Fault]]]:
    """Own words that cannot be used, and why; mail goes out in our words meanwhile."""
    judged = [(text, faults(text.notification, words_of(text))) for text in texts()]
    return [(text, found) for text, found in judged if found]


def usable_words(notifications: Iterable[str]) -> dict[str, dict[str, Mapping[str, str]]]:
    """Own words that can be used, by notification and language; one statement."""
    rows = db.session.scalars(
        select(NotificationText).where(NotificationText.notification.in_(set(notifications)))
    )
    found: dict[str, dict[str, Mapping[str, str]]] = {}
    for text in rows:
        words = words_of(text)
        if any(words.values()) and not faults(text.notification, words):
            found.setdefault(text.notification, {})[text.language] = words
    return found
