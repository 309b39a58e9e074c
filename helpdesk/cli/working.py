"""`helpdesk worker`: do everything that happens without anybody asking."""

from __future__ import annotations

import sys

import click

from helpdesk.application import create_app
from helpdesk.cli.settings import settings_with_logs
from helpdesk.jobs.worker import run_worker


@click.command()
def worker() -> None:
    """Take in mail, send mail and keep the timetable; as many as wanted may run."""
    settings = settings_with_logs()
    sys.exit(run_worker(settings, lambda: create_app(settings)))
