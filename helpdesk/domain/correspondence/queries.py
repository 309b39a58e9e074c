"""Questions about mailboxes, inbound mail and the outbox."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import func, select

from helpdesk.core.db import db
from helpdesk.domain.correspondence.models import (
    InboundMail,
    InboundState,
    Mailbox,
    MailId,
    OutboundMail,
)
from helpdesk.domain.correspondence.tokens import without_tag


def mailboxes(*, active_only: bool = False) -> Sequence[Mailbox]:
    """All mailboxes in the order that decides about copies."""
    statement = select(Mailbox).order_by(Mailbox.position, Mailbox.id)
    return db.session.scalars(statement.where(Mailbox.active) if active_only else statement).all()


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
    return frozenset(address for mailbox in mailboxes() for address in mailbox.all_addresses)


def is_ours(address: str) -> bool:
    """Whether mail to this address would come back to us."""
    ours = our_addresses()
    return address.strip().lower() in ours or without_tag(address) in ours


def waiting_mail(*, now: datetime, limit: int) -> Sequence[int]:
    """Ids of kept mail that is due for filing: in the order of mailboxes' arrival."""
    return db.session.scalars(
        select(InboundMail.id)
        .where(InboundMail.state == InboundState.WAITING.value, InboundMail.due_at <= now)
        .order_by(InboundMail.due_at, InboundMail.id)
        .limit(limit)
    ).all()


def first_of_content(content_key: str) -> InboundMail | None:
    """The delivery of this mail that was filed; later ones are its copies."""
    return db.session.scalar(
        select(InboundMail).where(
            InboundMail.content_key == content_key, InboundMail.first_of_content
        )
    )


def tickets_by_rfc_ids(rfc_ids: Iterable[str]) -> dict[str, tuple[int, str]]:
    """For known Message-IDs the ticket they belong to and how they are known (see IdSource)."""
    rows = db.session.execute(
        select(MailId.rfc_id, MailId.ticket_id, MailId.source)
        .where(MailId.rfc_id.in_(list(rfc_ids)))
        .order_by(MailId.id.desc())
    )
    return {rfc_id: (ticket_id, source) for rfc_id, ticket_id, source in rows}


def thread_of(ticket_id: int, *, limit: int = 20) -> Sequence[str]:
    """The Message-IDs that were sent and taken on a ticket, oldest first, for References."""
    newest = (
        select(MailId.id, MailId.rfc_id)
        .where(MailId.ticket_id == ticket_id, MailId.source.in_(("sent", "taken")))
        .order_by(MailId.id.desc())
        .limit(limit)
        .subquery()
    )
    return db.session.scalars(select(newest.c.rfc_id).order_by(newest.c.id)).all()


def outbound_by_rfc_id(rfc_id: str) -> OutboundMail | None:
    """The mail of ours with that Message-ID."""
    return db.session.scalar(select(OutboundMail).where(OutboundMail.rfc_message_id == rfc_id))


def deliveries_of(message_ids: Iterable[int]) -> dict[int, list[OutboundMail]]:
    """The outbound mail that carries each message, by message id."""
    found: dict[int, list[OutboundMail]] = {}
    rows = db.session.scalars(
        select(OutboundMail)
        .where(OutboundMail.message_id.in_(list(message_ids)))
        .order_by(OutboundMail.id)
    )
    for mail in rows:
        found.setdefault(mail.message_id or 0, []).append(mail)
    return found


def sent_lately(notification: str, to_address: str, *, since: datetime) -> int:
    """How many mails of a kind an address was sent since an instant."""
    return (
        db.session.scalar(
            select(func.count()).where(
                OutboundMail.to_address == to_address.lower(),
                OutboundMail.notification == notification,
                OutboundMail.created_at >= since,
            )
        )
        or 0
    )
