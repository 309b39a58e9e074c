"""Verbs on an installation's own words of notifications: try, use, and go back to ours."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, NotFound, Refused
from helpdesk.core.words import N_
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.configuration.actions import Thing, What, apply, record_change
from helpdesk.domain.notifications.models import NotificationText
from helpdesk.domain.notifications.queries import text_of
from helpdesk.domain.notifications.rules import PARTS, faults
from helpdesk.domain.notifications.table import KINDS


def try_words(
    notification: str, language: str, words: Mapping[str, str], *, by: Person, now: datetime
) -> None:
    """Keep words that no mail uses yet, so that they can be looked at."""
    row = _row(notification, language, by=by, now=now)
    row.draft = {part: words.get(part, "") for part in PARTS}
    db.session.flush()


def use_words(
    notification: str,
    language: str,
    words: Mapping[str, str],
    *,
    version: int,
    by: Person | None,
    now: datetime,
) -> None:
    """Let mail say these words from now on, an empty part in ours; Invalid names what is wrong.

    `version` is the one that the words were written over: Refused where somebody was quicker.
    """
    if wrong := faults(notification, words):
        raise Invalid(wrong[0].part, wrong[0].words, **wrong[0].facts)
    row = _row(notification, language, by=by, now=now)
    if row.version != version:
        raise Refused(
            N_(
                "Somebody else changed these words in the meantime. Look at theirs, then save "
                "again."
            )
        )
    row.draft = None
    changes = apply(row, {part: words.get(part, "") for part in PARTS})
    if changes:
        row.version += 1
        row.changed_at = now
        row.changed_by_id = by.id if by is not None else None
    db.session.flush()
    record_change(
        Thing.NOTIFICATION_TEXT,
        thing_id=row.id,
        name=f"{notification}/{language}",
        what=What.CHANGED,
        changes=changes,
        by=by,
        now=now,
    )


def use_ours(
    notification: str, language: str, *, version: int, by: Person | None, now: datetime
) -> None:
    """Say everything in our words again; the history keeps what was said."""
    use_words(notification, language, {}, version=version, by=by, now=now)


def _row(notification: str, language: str, *, by: Person | None, now: datetime) -> NotificationText:
    if notification not in KINDS:
        raise NotFound(f"There is no notification {notification}.")
    row = text_of(notification, language)
    if row is None:
        row = NotificationText(
            notification=notification,
            language=language,
            subject="",
            first_line="",
            expected="",
            version=0,
            changed_at=now,
            changed_by_id=by.id if by is not None else None,
        )
        db.session.add(row)
        db.session.flush()
    return row
