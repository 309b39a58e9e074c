"""The accounts of the mailboxes: of all mail that was kept, where each one is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from helpdesk.core.db import db
from helpdesk.domain.correspondence.models import (
    DeliveryState,
    InboundMail,
    InboundState,
    Mailbox,
    OutboundMail,
)
from helpdesk.domain.tickets.models import TicketEvent

PAGE = 50

# What waits longer than this was not taken up by any worker.
PATIENCE = timedelta(minutes=5)

# A ticket's event that a message opened it tells new tickets from answers.
_OPENED = select(TicketEvent.id).where(
    TicketEvent.ticket_id == InboundMail.ticket_id,
    TicketEvent.message_id == InboundMail.message_id,
    TicketEvent.kind == "opened",
)

_FILED = InboundMail.state == InboundState.FILED.value

# Where a mail can be, each a condition: together they hold every mail exactly once.
PLACES: dict[str, ColumnElement[bool]] = {
    "new": and_(_FILED, _OPENED.exists()),
    "answer": and_(_FILED, ~_OPENED.exists()),
    "quietly": InboundMail.state == InboundState.QUIETLY.value,
    "copy": InboundMail.state == InboundState.COPY.value,
    "report": InboundMail.state == InboundState.REPORT.value,
    "set-aside": InboundMail.state == InboundState.SET_ASIDE.value,
    "failed": InboundMail.state == InboundState.FAILED.value,
    "waiting": InboundMail.state == InboundState.WAITING.value,
}


@dataclass(frozen=True, slots=True)
class Reconciled:
    """How many mails a mailbox kept, and how many of them are in each place of PLACES."""

    kept: int
    places: dict[str, int] = field(default_factory=dict)

    @property
    def adds_up(self) -> bool:
        """Whether every kept mail is in exactly one place."""
        return self.kept == sum(self.places.values())


def reconciled(mailbox_id: int) -> Reconciled:
    """The account of one mailbox, counted now."""
    states = dict(
        db.session.execute(
            select(InboundMail.state, func.count())
            .where(InboundMail.mailbox_id == mailbox_id)
            .group_by(InboundMail.state)
        ).all()
    )
    new = (
        db.session.scalar(
            select(func.count())
            .select_from(InboundMail)
            .where(InboundMail.mailbox_id == mailbox_id, PLACES["new"])
        )
        or 0
    )
    places = {
        "new": new,
        "answer": states.get(InboundState.FILED.value, 0) - new,
        "quietly": states.get(InboundState.QUIETLY.value, 0),
        "copy": states.get(InboundState.COPY.value, 0),
        "report": states.get(InboundState.REPORT.value, 0),
        "set-aside": states.get(InboundState.SET_ASIDE.value, 0),
        "failed": states.get(InboundState.FAILED.value, 0),
        "waiting": states.get(InboundState.WAITING.value, 0),
    }
    return Reconciled(sum(states.values()), places)


@dataclass(frozen=True, slots=True)
class LogQuestion:
    """What the mail log is asked for; empty asks for nothing. `place` is a key of PLACES."""

    mailbox_id: int | None = None
    place: str = ""
    words: str = ""


def mail_log(
    question: LogQuestion, *, before: int | None = None, limit: int = PAGE
) -> Sequence[tuple[InboundMail, Mailbox]]:
    """Inbound mail with its mailbox, newest first; `before` is the last id of the page before."""
    statement = select(InboundMail, Mailbox).join(Mailbox, Mailbox.id == InboundMail.mailbox_id)
    if question.mailbox_id is not None:
        statement = statement.where(InboundMail.mailbox_id == question.mailbox_id)
    if question.place in PLACES:
        statement = statement.where(PLACES[question.place])
    columns = (InboundMail.from_address, InboundMail.subject, InboundMail.rfc_message_id)
    for word in question.words.split()[:8]:
        statement = statement.where(_contained(word.strip("<>"), *columns))
    if before is not None:
        statement = statement.where(InboundMail.id < before)
    rows = db.session.execute(statement.order_by(InboundMail.id.desc()).limit(limit))
    return [(mail, mailbox) for mail, mailbox in rows]


def copies_of(inbound_id: int, *, limit: int = 20) -> Sequence[InboundMail]:
    """The later deliveries of a mail, in the order in which they came."""
    return db.session.scalars(
        select(InboundMail)
        .where(InboundMail.copy_of_id == inbound_id)
        .order_by(InboundMail.id)
        .limit(limit)
    ).all()


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
            _contained(word.strip("<>"), OutboundMail.to_address, OutboundMail.rfc_message_id)
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


def _contained(word: str, *columns: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    # SQLite folds only ASCII, so that "ärende" would miss "Ärende": the usual spellings are asked.
    spellings = {word, word.lower(), word.upper(), word.capitalize()}
    return or_(
        *(
            column.icontains(spelling, autoescape=True)
            for column in columns
            for spelling in sorted(spellings)
        )
    )
