"""Questions about what was changed in the configuration."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from helpdesk.core.db import db
from helpdesk.domain.configuration.models import ConfigurationChange

# Asks for what was done from the command line, by nobody who is known.
NOBODY = 0


def changes(
    *,
    kind: str | None = None,
    thing_id: int | None = None,
    by_id: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    before: int | None = None,
    limit: int = 50,
) -> Sequence[ConfigurationChange]:
    """Changes with who made them, newest first; `before` is the last id of the page before.

    `by_id` NOBODY: from the command line. `until` itself is left out.
    """
    statement = select(ConfigurationChange).options(joinedload(ConfigurationChange.by))
    if kind is not None:
        statement = statement.where(ConfigurationChange.kind == kind)
    if thing_id is not None:
        statement = statement.where(ConfigurationChange.thing_id == thing_id)
    if by_id is not None:
        statement = statement.where(ConfigurationChange.by_id == (by_id or None))
    if since is not None:
        statement = statement.where(ConfigurationChange.at >= since)
    if until is not None:
        statement = statement.where(ConfigurationChange.at < until)
    if before is not None:
        statement = statement.where(ConfigurationChange.id < before)
    return db.session.scalars(statement.order_by(ConfigurationChange.id.desc()).limit(limit)).all()


def who_changed() -> set[int]:
    """The ids of all people who ever changed anything."""
    found = db.session.scalars(select(ConfigurationChange.by_id).distinct())
    return {by_id for by_id in found if by_id is not None}
