"""Hands mail to the pipe door, and never loses it for a fault of ours."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from helpdesk.application import create_app
from helpdesk.cli.application import settings_with_logs
from helpdesk.core.db import db
from helpdesk.core.errors import HelpdeskError
from helpdesk.mail.ingest import ingest


def hand_in(paths: Sequence[Path], mailbox: str | None) -> int:
    """Keep the mail and return a code of sysexits.h; 75 for whatever is wrong with us."""
    try:
        settings = settings_with_logs(quiet=True)
        app = create_app(settings)
    except HelpdeskError:
        raise
    except Exception as error:
        # A mail server gives a mail back to its writer for any code but 75.
        sys.stderr.write(f"Mail cannot be kept just now: {error}\n")
        return os.EX_TEMPFAIL
    with app.app_context():
        try:
            return ingest(list(paths), mailbox, settings)
        finally:
            db.session.remove()
            db.engine.dispose()
