"""`helpdesk supervise`, which `helpdesk run` becomes: keeps both programs running, and is small."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

import click

from helpdesk.supervisor import Program, supervise


@click.command("supervise", hidden=True)
@click.argument("log_format")
@click.argument("log_level")
def supervise_both(log_format: str, log_level: str) -> None:
    """Keep the pages and the worker running until somebody asks to stop."""
    # Not the logs of the other programs: their libraries weigh more than all that happens here.
    door = logging.StreamHandler()
    door.setFormatter(_Lines() if log_format == "json" else logging.Formatter(_TEXT))
    logging.basicConfig(level=log_level, handlers=[door])
    me = (sys.executable, "-m", "helpdesk")
    sys.exit(supervise([Program("web", (*me, "web")), Program("worker", (*me, "worker"))]))


_TEXT = "%(asctime)s [%(levelname)s] %(message)s"


class _Lines(logging.Formatter):
    """One object of JSON a line, with the names that the other programs use."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z")
        line = {
            "event": record.getMessage(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "timestamp": at,
        }
        return json.dumps(line, ensure_ascii=False)
