"""The application as the commands use it: a context for the database, and lines of JSON."""

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
from helpdesk.cli.settings import database_trouble, settings_with_logs
from helpdesk.core.db import db

__all__ = ["database_trouble", "print_json", "settings_with_logs", "with_database"]

R = TypeVar("R")


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


def print_json(value: object) -> None:
    """One line of JSON on standard output."""
    click.echo(json_line(value))
