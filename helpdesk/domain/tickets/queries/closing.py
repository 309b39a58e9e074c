"""Questions of the clock: which tickets have been resolved for long enough to be closed."""

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
