"""Which migration a database is at and which the software wants, without the tools of either."""

from __future__ import annotations

from sqlalchemy import Connection, inspect, text

from helpdesk.core import assets


def revision_of(connection: Connection) -> str | None:
    """The migration that a database is at, or None for an empty one."""
    # Alembic's own table; to ask Alembic costs the start of every command a tenth of a second.
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.scalar(text("SELECT version_num FROM alembic_version"))


def newest_revision() -> str:
    """The newest migration of the software: they are numbered without gaps, and have one head."""
    return max(path.name[:4] for path in (assets.MIGRATIONS / "versions").glob("[0-9]*.py"))
