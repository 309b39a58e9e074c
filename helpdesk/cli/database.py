"""`helpdesk db`: bring the database to the version of the software."""

from __future__ import annotations

import logging

import click
import flask_migrate
from flask import current_app

from helpdesk.cli.application import with_database
from helpdesk.cli.revisions import newest_revision, revision_of
from helpdesk.core import assets
from helpdesk.core.db import db


@click.group()
def db_group() -> None:
    """Bring the database to the version of the software."""


# The command is `db`; the name belongs to the handle here.
db_group.name = "db"


@db_group.command()
@with_database
def upgrade() -> None:
    """Run the migrations that the database has not seen."""
    before, newest = revision(), newest_revision()
    bring_up_to_date()
    if before == newest:
        click.echo(f"The database is up to date ({newest}).")
    else:
        click.echo(f"The database went from {before or 'empty'} to {newest}.")


@db_group.command()
@with_database
def current() -> None:
    """Say which version the database has, and which the software wants."""
    click.echo(f"database: {revision() or 'empty'}, software: {newest_revision()}")


def bring_up_to_date() -> None:
    """Run the migrations; nothing happens when there are none."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    flask_migrate.Migrate(current_app, db, compare_type=True, render_as_batch=True)
    flask_migrate.upgrade(directory=str(assets.MIGRATIONS))


def revision() -> str | None:
    """The migration that the database is at, or None for an empty one."""
    with db.engine.connect() as connection:
        return revision_of(connection)
