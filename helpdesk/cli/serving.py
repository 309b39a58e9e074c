"""`helpdesk web`: serve the pages."""

from __future__ import annotations

import click

from helpdesk.application import create_app
from helpdesk.cli.settings import settings_with_logs
from helpdesk.web.server import serve


@click.command()
def web() -> None:
    """Serve the pages only (Gunicorn); a worker must run beside."""
    settings = settings_with_logs()
    serve(settings, lambda: create_app(settings))
