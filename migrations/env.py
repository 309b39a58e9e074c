"""Runs the migrations in the transaction of the application's own database."""

from __future__ import annotations

from typing import Any

from alembic import context
from flask import current_app

from helpdesk.core.db import db

# Made by hand, for what the models cannot say: see the first migration.
UNMAPPED_PREFIX = "ticket_words"


def is_mapped(item: Any, name: str | None, kind: str, reflected: bool, other: Any) -> bool:
    """Whether a table is one of the models'; the search index is not."""
    return not (kind == "table" and name is not None and name.startswith(UNMAPPED_PREFIX))


def run() -> None:
    """Upgrade or downgrade over the application's own connection."""
    with db.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            include_object=is_mapped,
            **current_app.extensions["migrate"].configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
