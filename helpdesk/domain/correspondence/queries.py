"""Questions about mailboxes, inbound mail and the outbox."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select

from helpdesk.core.db import asked_once, db
from helpdesk.domain.correspondence.models import (
    DeliveryState,
    Fault,
    InboundMail,
    Mailbox,
    OutboundMail,
)
from helpdesk.domain.correspondence.tokens import without_tag

# Asked for each mail that comes, so they are made only once.
_MAILBOXES = select(Mailbox).order_by(Mailbox.position, Mailbox.id)
_SENT_LATELY = select(func.count()).where(
    OutboundMail.to_address == bindparam("to_address"),
    OutboundMail.notification == bindparam("notification"),
    OutboundMail.created_at >= bindparam("since"),
)


def mailboxes(*, active_only: bool = False) -> Sequence[Mailbox]:
    """All mailboxes in the order that decides about copies."""
    return [mailbox for mailbox in _mailboxes() if mailbox.active or not active_only]


@asked_once(Mailbox)
def _mailboxes() -> Sequence[Mailbox]:
    return db.session.scalars(_MAILBOXES).all()


def mailbox_by_name(name: str) -> Mailbox | None:
    """The mailbox with that name."""
    return db.session.scalar(select(Mailbox).where(Mailbox.name == name))


def mailbox_for(address: str) -> Mailbox | None:
    """The active mailbox that an address (also a plus-address of it) leads to."""
    wanted = {address.strip().lower(), without_tag(address)}
    for mailbox in mailboxes(active_only=True):
        if wanted & set(mailbox.all_addresses):
            return mailbox
    return None


def our_addresses() -> frozenset[str]:
    """Every address that leads to us, also through mailboxes that are switched off."""
    return frozenset(each for mailbox in _mailboxes() for each in mailbox.all_addresses)


def is_ours(address: str) -> bool:
    """Whether mail to this address would come back to us."""
    ours = our_addresses()
    return address.strip().lower() in ours or without_tag(address) in ours


def outbound_by_rfc_id(rfc_id: str) -> OutboundMail | None:
    """The mail of ours with that Message-ID."""
    return db.session.scalar(select(OutboundMail).where(OutboundMail.rfc_message_id == rfc_id))


def deliveries_of(
    message_ids: Iterable[int], *, failed_on: int | None = None
) -> dict[int, list[OutboundMail]]:
    """The outbound mail that carries each message, by message id.

    With `failed_on` (the number of a ticket) also all of that ticket that did not arrive.
    """
    wanted: ColumnElement[bool] = OutboundMail.message_id.in_(list(message_ids))
    if failed_on is not None:
        lost = (DeliveryState.FAILED.value, DeliveryState.BOUNCED.value)
        on_ticket = and_(OutboundMail.ticket_id == failed_on, OutboundMail.state.in_(lost))
        wanted = or_(wanted, and_(on_ticket, OutboundMail.message_id.is_not(None)))
    found: dict[int, list[OutboundMail]] = {}
    rows = db.session.scalars(select(OutboundMail).where(wanted).order_by(OutboundMail.id))
    for mail in rows:
        found.setdefault(mail.message_id or 0, []).append(mail)
    return found


def mail_about(events: Iterable[int]) -> Sequence[OutboundMail]:
    """The outbound mail that these events (their ids) gave rise to."""
    occasions = [f"event:{event_id}" for event_id in events]
    return db.session.scalars(
        select(OutboundMail).where(OutboundMail.occasion.in_(occasions)).order_by(OutboundMail.id)
    ).all()


def inbound_of_message(message_id: int) -> InboundMail | None:
    """The mail that a message came as; of several deliveries the one that was filed."""
    return db.session.scalar(
        select(InboundMail)
        .where(InboundMail.message_id == message_id, InboundMail.copy_of_id.is_(None))
        .order_by(InboundMail.id)
        .limit(1)
    )


def sent_lately(notification: str, to_address: str, *, since: datetime) -> int:
    """How many mails of a kind an address was sent since an instant."""
    values = {"notification": notification, "to_address": to_address.lower(), "since": since}
    return db.session.scalar(_SENT_LATELY, values) or 0


def outbound_mails(ids: Iterable[int]) -> Sequence[OutboundMail]:
    """The mails of the outbox with these ids, in the order in which they were written."""
    return db.session.scalars(
        select(OutboundMail).where(OutboundMail.id.in_(list(ids))).order_by(OutboundMail.id)
    ).all()


def outbound_to_change(outbound_id: int) -> OutboundMail | None:
    """A mail of the outbox, locked for this unit of work."""
    return db.session.scalar(
        select(OutboundMail).where(OutboundMail.id == outbound_id).with_for_update()
    )


def failed_mail(*, limit: int = 50, before: int | None = None) -> Sequence[OutboundMail]:
    """Mail that did not reach its reader and waits for somebody to act, newest first.

    `before` is the id of the last one seen, for the next page.
    """
    statement = select(OutboundMail).where(
        OutboundMail.state.in_((DeliveryState.FAILED.value, DeliveryState.BOUNCED.value))
    )
    if before is not None:
        statement = statement.where(OutboundMail.id < before)
    return db.session.scalars(statement.order_by(OutboundMail.id.desc()).limit(limit)).all()


@dataclass(frozen=True, slots=True)
class Trouble:
    """Our own mail server does not take our mail: how much waits, since when, what it said last."""

    waiting: int
    since: datetime
    error: str


def sending_trouble() -> Trouble | None:
    """What keeps all mail from leaving, for an alarm that is seen; None when mail leaves."""
    held = (
        OutboundMail.state == DeliveryState.WAITING.value,
        OutboundMail.fault == Fault.SERVER.value,
    )
    waiting, since = db.session.execute(
        select(func.count(), func.min(OutboundMail.created_at)).where(*held)
    ).one()
    if not waiting:
        return None
    error = db.session.scalar(
        select(OutboundMail.last_error).where(*held).order_by(OutboundMail.due_at.desc()).limit(1)
    )
    return Trouble(waiting, since, error or "")
