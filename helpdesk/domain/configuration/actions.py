"""Verbs of the configuration's history: set what differs, and write down what was changed."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import IntegrityError

from helpdesk.core.db import Base, db
from helpdesk.core.errors import Refused
from helpdesk.core.words import N_
from helpdesk.domain.configuration.models import ConfigurationChange

if TYPE_CHECKING:
    from helpdesk.domain.accounts.models import Person

# Of these it is told that they changed, and nothing else.
SECRETS = frozenset(
    {
        *("password", "client_secret", "refresh_token", "access_token"),
        *("sealed_password", "sealed_client_secret", "sealed_refresh_token", "sealed_access_token"),
    }
)

Changes = dict[str, list[Any]]


class Thing(enum.StrEnum):
    """What can be set up."""

    MAILBOX = "mailbox"
    GRANT = "grant"
    RULE = "rule"
    PERSON = "person"
    FUNCTION = "function"
    QUEUE = "queue"
    SERVICE = "service"
    CANNED_REPLY = "canned reply"
    APPEARANCE = "appearance"
    NOTIFICATION_TEXT = "notification text"
    ADDRESS = "address"
    UNIT = "business unit"


class What(enum.StrEnum):
    """What was done to it."""

    ADDED = "added"
    CHANGED = "changed"
    DELETED = "deleted"
    INVITED = "invited"
    CONNECTED = "connected"
    DISCONNECTED = "disconnected"
    FREED = "freed"


def apply(row: Base, values: Mapping[str, Any]) -> Changes:
    """Set what differs, and return before and after; of a secret only that it changed."""
    changes: Changes = {}
    for name, after in values.items():
        before = getattr(row, name)
        if before == after:
            continue
        setattr(row, name, after)
        changes[name] = [None, None] if name in SECRETS else [plain(before), plain(after)]
    return changes


def plain(value: Any) -> Any:
    """The value as JSON holds it."""
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(each) for each in value]
    return value


def record_change(
    kind: Thing,
    *,
    thing_id: int,
    name: str,
    what: What,
    changes: Changes | None = None,
    by: Person | None,
    now: datetime,
) -> None:
    """Write a change down; one that changed nothing leaves no line."""
    if what is What.CHANGED and not changes:
        return
    db.session.add(
        ConfigurationChange(
            at=now,
            by_id=by.id if by is not None else None,
            kind=kind.value,
            thing_id=thing_id,
            name=name,
            what=what.value,
            facts=changes or {},
        )
    )
    db.session.flush()


def erase(
    row: Base, *, kind: Thing, thing_id: int, name: str, by: Person | None, now: datetime
) -> None:
    """Delete what nothing refers to; Refused for what is used."""
    record_change(kind, thing_id=thing_id, name=name, what=What.DELETED, by=by, now=now)
    try:
        with db.session.begin_nested():
            db.session.delete(row)
    except IntegrityError:
        raise Refused(N_("It is used, so it cannot be deleted.")) from None
