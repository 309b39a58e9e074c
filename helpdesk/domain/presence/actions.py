"""Verbs of presence: come or stay, leave, and sweep what was left behind."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from sqlalchemy import Table, delete
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from helpdesk.core.db import db, on_postgresql
from helpdesk.domain.presence.models import Doing, Presence
from helpdesk.domain.presence.rules import still_here_since


def be_at(number: int, *, doing: Doing, by_id: int, now: datetime) -> None:
    """The person is at the ticket, which they may see, and does that; one statement.

    By id, because a sign is written between two looks of a page, and nothing else is read for it.
    """
    # Both databases know ON CONFLICT, but SQLAlchemy has a word of its own for each.
    insert = postgresql_insert if on_postgresql() else sqlite_insert
    news = {"doing": doing.value, "seen_at": now}
    db.session.execute(
        insert(cast("Table", Presence.__table__))
        .values(ticket_id=number, person_id=by_id, **news)
        .on_conflict_do_update(index_elements=["ticket_id", "person_id"], set_=news)
    )


def leave(number: int, *, by_id: int) -> None:
    """The person has closed the ticket's page."""
    db.session.execute(
        delete(Presence).where(Presence.ticket_id == number, Presence.person_id == by_id)
    )


def forget_the_gone(*, now: datetime) -> None:
    """Take away what nobody took along."""
    db.session.execute(delete(Presence).where(Presence.seen_at <= still_here_since(now)))
