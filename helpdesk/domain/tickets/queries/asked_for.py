"""The question what people most often ask about."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from helpdesk.core.db import db
from helpdesk.domain.services.models import Service
from helpdesk.domain.tickets.models import Ticket

# The newest tickets say what people ask about now, and cost the same however many there are.
LOOKED_AT = 2_000


def services_asked_for(*, limit: int = 5) -> Sequence[Service]:
    """The services of most of the newest tickets, most often first."""
    newest = (
        select(Ticket.service_id).order_by(Ticket.id.desc()).limit(LOOKED_AT).subquery("newest")
    )
    counted = (
        select(newest.c.service_id, func.count().label("times"))
        .where(newest.c.service_id.is_not(None))
        .group_by(newest.c.service_id)
        .order_by(func.count().desc(), newest.c.service_id)
        .limit(limit)
        .subquery("counted")
    )
    return db.session.scalars(
        select(Service)
        .join(counted, counted.c.service_id == Service.id)
        .order_by(counted.c.times.desc(), Service.id)
    ).all()
