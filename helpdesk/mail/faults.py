"""What a fault means for a mail: its own fault, the house's, or a race that is simply run again."""

from __future__ import annotations

import logging
import traceback
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from helpdesk.core.db import db, unit_of_work
from helpdesk.core.errors import HelpdeskError
from helpdesk.core.words import N_
from helpdesk.domain.correspondence.actions import note_step
from helpdesk.domain.correspondence.models import InboundMail, InboundState

log = logging.getLogger(__name__)

# When a mail is tried again after its first, second … fault; after the last it waits for a person.
BACK_OFF = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
)
MOST_ATTEMPTS = len(BACK_OFF) + 1

# A full disk or a lost mount is looked at again after this.
HOUSE_PAUSE = timedelta(minutes=1)

# PostgreSQL's classes of SQLSTATE: connection, resources, operator intervention, system; and 40,
# a transaction that met another one.
_AWAY = ("08", "53", "57", "58")
_RACE = "40"
_SQLITE_AWAY = ("locked", "busy", "disk is full", "disk I/O error", "readonly", "unable to open")


def lost_a_race(error: Exception) -> bool:
    """Whether another worker did something at the same moment, so that the next try sees it."""
    if isinstance(error, (IntegrityError, StaleDataError)):
        return True
    return isinstance(error, DBAPIError) and _sqlstate(error).startswith(_RACE)


def database_is_away(error: Exception) -> bool:
    """Whether the database itself cannot be used now, so that no mail can be filed."""
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated or _sqlstate(error).startswith(_AWAY):
        return True
    # A connection that could not even be opened has no SQLSTATE.
    if type(error.orig).__module__.startswith("psycopg"):
        return type(error.orig).__name__ in ("OperationalError", "InterfaceError")
    return any(words in str(error.orig) for words in _SQLITE_AWAY)


def write_down(inbound_id: int, error: Exception, *, now: datetime) -> None:
    """Record a fault on the mail in a unit of work of its own, and when it is tried again.

    A fault of the house (the disk) puts the mail off without counting against it.
    """
    log.error("mail %s could not be filed", inbound_id, exc_info=error)
    words = _in_words(error)
    with unit_of_work():
        mail = db.session.get(InboundMail, inbound_id, with_for_update=True)
        if mail is None or mail.state != InboundState.WAITING.value:
            return
        repeated = mail.error == words
        mail.error = words
        if isinstance(error, OSError):
            mail.due_at = now + HOUSE_PAUSE
            # The same line every minute of a night would bury the trace.
            if not repeated:
                note_step(
                    mail,
                    "fault",
                    N_("Put off, for the machine could not do it: %(error)s"),
                    now=now,
                    error=words,
                )
            return
        mail.attempts += 1
        note_step(
            mail,
            "fault",
            N_("Attempt %(attempt)s failed: %(error)s"),
            now=now,
            attempt=mail.attempts,
            error=words,
        )
        if mail.attempts >= MOST_ATTEMPTS:
            mail.state = InboundState.FAILED.value
            note_step(mail, "fault", N_("Given up; it can be filed again from here"), now=now)
            return
        mail.due_at = now + BACK_OFF[mail.attempts - 1]


def _in_words(error: Exception) -> str:
    """The error in one line, with the place in our code where it happened."""
    if isinstance(error, HelpdeskError):
        return str(error)
    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    # Of a statement that failed only the reason is told: its parameters are the mail itself.
    reason = str(error.orig) if isinstance(error, DBAPIError) else str(error)
    return f"{type(error).__name__}: {' '.join(reason.split())[:300]}{where}".replace("\x00", "")


def _sqlstate(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", None) or "")
