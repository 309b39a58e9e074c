"""The migrations are numbered, have one head, and make what the models say."""

from __future__ import annotations

import re
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask

from helpdesk.core import assets
from helpdesk.core.db import db


def test_migrations_are_numbered_without_gaps_and_have_one_head() -> None:
    scripts = ScriptDirectory(str(assets.MIGRATIONS))
    numbers = sorted(path.name[:4] for path in Path(scripts.versions).glob("*.py"))
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]
    assert scripts.get_heads() == [numbers[-1]]
    for path in Path(scripts.versions).glob("*.py"):
        assert re.search(rf'revision = "{path.name[:4]}"', path.read_text()), path.name


def test_the_migrated_database_is_what_the_models_say(context: Flask) -> None:
    def ours(item: object, name: str | None, kind: str, reflected: bool, other: object) -> bool:
        return not (kind == "table" and (name or "").startswith("ticket_words"))

    with db.engine.connect() as connection:
        migrations = MigrationContext.configure(
            connection, opts={"include_object": ours, "compare_type": True}
        )
        assert compare_metadata(migrations, db.metadata) == []
