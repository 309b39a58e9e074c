"""Questions of the clock: which tickets are to be closed now, and which come back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, or_, select

from helpdesk.core.db import db
from helpdesk.domain.processes import PROCESSES
from helpdesk.domain.tickets.models import Ticket


def resolved_before(instant: datetime, *, after: int = 0, limit: int) -> Sequence[int]:
    """Numbers, ascending and above `after`, of tickets that were resolved before the instant."""
    resolved = [
        and_(Ticket.process == process.name, Ticket.state == process.resolved)
        for process in PROCESSES.values()
    ]
    return db.session.scalars(
        select(Ticket.id)
        .where(or_(*resolved), Ticket.resolved_at < instant, Ticket.id > after)
        .order_by(Ticket.id)
        .limit(limit)
    ).all()


def snoozed_until(instant: datetime, *, limit: int) -> Sequence[int]:
    """Numbers of tickets that were put off until then or earlier, the earliest first."""
    return db.session.scalars(
        select(Ticket.id)
        .where(Ticket.snoozed_until <= instant)
        .order_by(Ticket.snoozed_until, Ticket.id)
        .limit(limit)
    ).all()
