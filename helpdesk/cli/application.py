"""The application as the commands use it: settings, logs, and a context for the database."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click
from sqlalchemy.exc import OperationalError, ProgrammingError

from helpdesk.application import create_app
from helpdesk.cli.lines import json_line
from helpdesk.core.config import Settings, load_settings
from helpdesk.core.db import db
from helpdesk.core.logs import configure_logs

R = TypeVar("R")


def settings_with_logs(*, quiet: bool = False) -> Settings:
    """The settings, with logs going to standard error; `quiet` shows only what went wrong."""
    settings = load_settings()
    configure_logs(log_format=settings.log_format, level="WARNING" if quiet else settings.log_level)
    return settings


def with_database(command: Callable[..., R]) -> Callable[..., R]:
    """Run a command inside an application context; a database that is away is one sentence."""

    @functools.wraps(command)
    def inside(*args: Any, **kwargs: Any) -> R:
        app = create_app(settings_with_logs(quiet=True))
        with app.app_context():
            try:
                return command(*args, **kwargs)
            except (OperationalError, ProgrammingError) as error:
                click.echo(database_trouble(error), err=True)
                sys.exit(os.EX_TEMPFAIL)
            finally:
                db.session.remove()
                db.engine.dispose()

    return inside


def database_trouble(error: Exception) -> str:
    """What to do about a database that does not answer as it should."""
    said = str(getattr(error, "orig", error)).strip().splitlines()[0]
    if "no such table" in said or ("relation" in said and "does not exist" in said):
        return f"The database is not set up ({said}). Run `helpdesk init` or `helpdesk db upgrade`."
    return f"The database cannot be reached: {said}. See HELPDESK_DATABASE_URL."


def print_json(value: object) -> None:
    """One line of JSON on standard output."""
    click.echo(json_line(value))
