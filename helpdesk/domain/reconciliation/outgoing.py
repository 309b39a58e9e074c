"""The outbox by state and words, and what needs somebody, in numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, select

from helpdesk.core.db import db
from helpdesk.domain.correspondence.models import DeliveryState, InboundMail, OutboundMail
from helpdesk.domain.reconciliation.places import PAGE, PLACES, contained

# What waits longer than this was not taken up by any worker.
PATIENCE = timedelta(minutes=5)

# The tabs of the outbox.
OUTBOX_STATES: dict[str, tuple[DeliveryState, ...]] = {
    "waiting": (DeliveryState.WAITING, DeliveryState.SENDING),
    "failed": (DeliveryState.FAILED, DeliveryState.BOUNCED),
    "sent": (DeliveryState.SENT, DeliveryState.CAPTURED),
    "cancelled": (DeliveryState.CANCELLED,),
}


def outbox(
    states: Sequence[DeliveryState],
    *,
    words: str = "",
    before: int | None = None,
    limit: int = PAGE,
) -> Sequence[OutboundMail]:
    """Outbound mail in some states, newest first; words are looked for in address and id."""
    statement = select(OutboundMail).where(OutboundMail.state.in_([each.value for each in states]))
    for word in words.split()[:8]:
        number = word.removeprefix("#")
        if word.startswith("#") and number.isdecimal() and len(number) < 10:
            statement = statement.where(OutboundMail.ticket_id == int(number))
            continue
        statement = statement.where(
            contained(word.strip("<>"), OutboundMail.to_address, OutboundMail.rfc_message_id)
        )
    if before is not None:
        statement = statement.where(OutboundMail.id < before)
    return db.session.scalars(statement.order_by(OutboundMail.id.desc()).limit(limit)).all()


@dataclass(frozen=True, slots=True)
class Overview:
    """What needs somebody, in numbers; `stuck_since` when nobody seems to do the work."""

    set_aside_lately: int
    failed_in: int
    waiting_in: int
    failed_out: int
    waiting_out: int
    captured: int
    stuck_since: datetime | None


def overview(*, now: datetime) -> Overview:
    """How the mail does, counted now; set aside is told of the last seven days."""
    lately = InboundMail.kept_at >= now - timedelta(days=7)
    late_in = db.session.scalar(
        select(func.min(InboundMail.due_at)).where(PLACES["waiting"], InboundMail.due_at <= now)
    )
    late_out = db.session.scalar(
        select(func.min(OutboundMail.due_at)).where(
            OutboundMail.state == DeliveryState.WAITING.value, OutboundMail.due_at <= now
        )
    )
    oldest = min((each for each in (late_in, late_out) if each is not None), default=None)
    out = dict(
        db.session.execute(
            select(OutboundMail.state, func.count())
            .where(OutboundMail.state != DeliveryState.SENT.value)
            .group_by(OutboundMail.state)
        ).all()
    )
    return Overview(
        set_aside_lately=_count(and_(PLACES["set-aside"], lately)),
        failed_in=_count(PLACES["failed"]),
        waiting_in=_count(PLACES["waiting"]),
        failed_out=sum(out.get(each.value, 0) for each in OUTBOX_STATES["failed"]),
        waiting_out=sum(out.get(each.value, 0) for each in OUTBOX_STATES["waiting"]),
        captured=out.get(DeliveryState.CAPTURED.value, 0),
        stuck_since=oldest if oldest is not None and oldest < now - PATIENCE else None,
    )


def _count(*conditions: ColumnElement[bool]) -> int:
    counting: Select[int] = select(func.count()).select_from(InboundMail).where(*conditions)
    return db.session.scalar(counting) or 0
