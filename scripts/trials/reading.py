"""What must hold of every mail that was read, and of every mail that was filed."""

from __future__ import annotations

import html
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from helpdesk.application import create_app
from helpdesk.cli.database import bring_up_to_date
from helpdesk.core.config import load_settings
from helpdesk.core.db import db
from helpdesk.core.html import sanitise
from helpdesk.mail.parse import as_json, parse
from tests.core.inspector import inspected
from tests.mail.road_rules import Filing
from tests.world import make_world


def fault_in_reading(raw: bytes) -> str:
    """What is wrong with how a mail was read, in a word or two; "" when all is well."""
    mail = parse(raw)
    try:
        json.dumps(as_json(mail, "-"), ensure_ascii=False).encode()
    except (TypeError, ValueError) as error:
        return f"cannot be printed: {error}"
    unread = [str(each) for each in mail.warnings if "could not be read (" in each.words]
    if unread:
        return unread[0]
    if "\0" in mail.text + (mail.html or "") + mail.reply_text + mail.subject:
        return "a NUL in the words"
    for file in mail.attachments:
        name = file.filename
        if not name.strip() or len(name) > 150 or {"/", "\\", "\0"} & set(name):
            return f"an unsafe file name: {name!r}"
    return fault_in_page(mail.html) if mail.html else ""


def fault_in_page(page: str) -> str:
    """What is wrong with sanitised HTML; "" when nothing is."""
    try:
        inspected(page)
    except AssertionError as error:
        return f"forbidden HTML: {html.escape(str(error))[:200]}"
    if len(page) < 1_000_000 and sanitise(page) != page:
        return "sanitising again changes something"
    return ""


@contextmanager
def filing() -> Iterator[Filing]:
    """A road on a temporary SQLite database with the small organisation of the tests."""
    with tempfile.TemporaryDirectory(prefix="helpdesk-fuzz-") as folder:
        environ = {
            "HELPDESK_DATA_DIR": folder,
            "HELPDESK_SECRET_KEY": "for the fuzzer only, and long enough",
            "HELPDESK_BASE_URL": "http://127.0.0.1:8000",
            "HELPDESK_DATABASE_URL": f"sqlite:///{Path(folder) / 'helpdesk.sqlite3'}",
        }
        settings = load_settings(environ, env_file=None)
        with create_app(settings).app_context():
            bring_up_to_date()
            make_world()
            yield Filing(settings)
            db.session.remove()
            db.engine.dispose()
