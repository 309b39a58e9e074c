"""Questions about what was changed in the configuration."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from helpdesk.core.db import db
from helpdesk.domain.configuration.models import ConfigurationChange


def changes(
    *,
    kind: str | None = None,
    thing_id: int | None = None,
    before: int | None = None,
    limit: int = 50,
) -> Sequence[ConfigurationChange]:
    """Changes with who made them, newest first; `before` is the last id of the page before."""
    statement = select(ConfigurationChange).options(joinedload(ConfigurationChange.by))
    if kind is not None:
        statement = statement.where(ConfigurationChange.kind == kind)
    if thing_id is not None:
        statement = statement.where(ConfigurationChange.thing_id == thing_id)
    if before is not None:
        statement = statement.where(ConfigurationChange.id < before)
    return db.session.scalars(statement.order_by(ConfigurationChange.id.desc()).limit(limit)).all()
