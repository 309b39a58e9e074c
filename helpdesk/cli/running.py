"""`helpdesk run`: start the product, whole."""

from __future__ import annotations

import multiprocessing
import os
import sys

import click
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError, ProgrammingError

from helpdesk.cli.revisions import newest_revision, revision_of
from helpdesk.cli.settings import database_trouble, settings_with_logs
from helpdesk.core.config import Settings, variable
from helpdesk.core.errors import Refused
from helpdesk.core.listening import EXIT_PORT_IN_USE, faults_of_doors


@click.command()
@click.option("--sample", is_flag=True, help="Load a small sample organisation on first start.")
def run(sample: bool) -> None:
    """Start the pages and the worker together, and keep them running."""
    settings = settings_with_logs(quiet=sample)
    _refuse_taken_doors(settings)
    try:
        if sample:
            _load_sample(settings)
        else:
            _refuse_old_database(settings)
    except (OperationalError, ProgrammingError) as error:
        click.echo(database_trouble(error), err=True)
        sys.exit(os.EX_TEMPFAIL)
    level = "WARNING" if sample else settings.log_level
    # The same process, without all that was loaded to come so far.
    me = (sys.executable, "-m", "helpdesk", "supervise", settings.log_format, level)
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(me[0], me)


def _refuse_taken_doors(settings: Settings) -> None:
    faults = faults_of_doors(
        (variable(field), getattr(settings, field))
        for field in ("http_listen", "smtp_listen", "lmtp_listen")
    )
    if faults:
        click.echo("\n".join(faults), err=True)
        sys.exit(EXIT_PORT_IN_USE)


def _refuse_old_database(settings: Settings) -> None:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    # Not the application: both programs make it in a moment, and to make it here as well would
    # let whoever waits for the first page wait a second longer.
    engine = create_engine(settings.database_url.get_secret_value())
    try:
        with engine.connect() as connection:
            at = revision_of(connection)
    finally:
        engine.dispose()
    if at != newest_revision():
        raise Refused(
            "The database is not at the version of this software. Run `helpdesk init` for a"
            " new helpdesk, or `helpdesk db upgrade` for one that is there."
        )


def _load_sample(settings: Settings) -> None:
    # Only who wants the sample waits for all that it needs.
    from helpdesk.application import create_app
    from helpdesk.cli.sample import load_sample
    from helpdesk.cli.welcome import welcome

    with create_app(settings).app_context():
        loaded = load_sample(settings)
    # Not a thread: nothing of this process is left when the supervisor takes its place.
    forked = multiprocessing.get_context("fork")
    forked.Process(target=welcome, args=(settings, loaded), daemon=True).start()
