"""`helpdesk run`, `helpdesk web`, `helpdesk worker`: start the product, whole or in parts."""

from __future__ import annotations

import multiprocessing
import os
import sys

import click
from sqlalchemy.exc import OperationalError, ProgrammingError

from helpdesk.application import create_app
from helpdesk.cli.application import database_trouble, settings_with_logs
from helpdesk.cli.database import newest_revision, revision
from helpdesk.cli.sample import Sample, load_sample
from helpdesk.cli.welcome import welcome
from helpdesk.core.config import Settings, variable
from helpdesk.core.db import db
from helpdesk.core.errors import Refused
from helpdesk.core.listening import EXIT_PORT_IN_USE, faults_of_doors
from helpdesk.jobs.worker import run_worker
from helpdesk.supervisor import Program, supervise
from helpdesk.web.server import serve


@click.command()
@click.option("--sample", is_flag=True, help="Load a small sample organisation on first start.")
def run(sample: bool) -> None:
    """Start the pages and the worker together, and keep them running."""
    settings = settings_with_logs(quiet=sample)
    _refuse_taken_doors(settings)
    loaded = _prepare(settings, sample=sample)
    if loaded is not None:
        # Not a thread: the supervisor starts programs in a way that is unsafe beside threads.
        forked = multiprocessing.get_context("fork")
        forked.Process(target=welcome, args=(settings, loaded), daemon=True).start()
    me = (sys.executable, "-m", "helpdesk")
    sys.exit(supervise([Program("web", (*me, "web")), Program("worker", (*me, "worker"))]))


@click.command()
def web() -> None:
    """Serve the pages only (Gunicorn); a worker must run beside."""
    settings = settings_with_logs()
    serve(settings, lambda: create_app(settings))


@click.command()
def worker() -> None:
    """Take in mail, send mail and keep the timetable; as many as wanted may run."""
    settings = settings_with_logs()
    sys.exit(run_worker(settings, lambda: create_app(settings)))


def _refuse_taken_doors(settings: Settings) -> None:
    faults = faults_of_doors(
        (variable(field), getattr(settings, field))
        for field in ("http_listen", "smtp_listen", "lmtp_listen")
    )
    if faults:
        click.echo("\n".join(faults), err=True)
        sys.exit(EXIT_PORT_IN_USE)


def _prepare(settings: Settings, *, sample: bool) -> Sample | None:
    app = create_app(settings)
    with app.app_context():
        try:
            if sample:
                return load_sample(settings)
            at = revision()
        except (OperationalError, ProgrammingError) as error:
            click.echo(database_trouble(error), err=True)
            sys.exit(os.EX_TEMPFAIL)
        finally:
            # Nothing is left open for the programs that are started now.
            db.session.remove()
            db.engine.dispose()
    if at != newest_revision():
        raise Refused(
            "The database is not at the version of this software. Run `helpdesk init` for a"
            " new helpdesk, or `helpdesk db upgrade` for one that is there."
        )
    return None
