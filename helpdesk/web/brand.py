"""The name that the pages carry: that of the first mailbox, which also signs the mails."""

from __future__ import annotations

import time

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from helpdesk.core.db import db
from helpdesk.domain.correspondence.queries import mailboxes

# A changed name is seen after this long; no page asks the database for it each time.
KEPT_SECONDS = 60.0


class Brand:
    """Read by the templates as `brand.name`; None where no name is set."""

    def __init__(self) -> None:
        self._name: str | None = None
        self._read_at = float("-inf")

    @property
    def name(self) -> str | None:
        """The name, read anew once a minute; the last known one while the database is away."""
        if time.monotonic() - self._read_at > KEPT_SECONDS:
            try:
                first = next(iter(mailboxes(active_only=True)), None)
                self._name = first.display_name if first else None
            except SQLAlchemyError:
                db.session.rollback()
                return self._name
            self._read_at = time.monotonic()
        return self._name


def register(app: Flask) -> None:
    """Give `brand` to every template."""
    brand = Brand()
    app.context_processor(lambda: {"brand": brand})
