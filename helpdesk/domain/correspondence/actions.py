"""Verbs on mail: keep it, remember its id, put a mail in the outbox."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.correspondence.models import (
    IdSource,
    InboundMail,
    Mailbox,
    MailId,
    OutboundMail,
)
from helpdesk.domain.correspondence.tokens import Audience, new_message_id

# RFC 5322 section 2.1.1 limits a line to 998 octets; a longer id is nobody's.
LONGEST_ID = 998


def keep(
    mailbox: Mailbox,
    *,
    door: str,
    raw_sha256: str | None,
    size: int,
    content_key: str,
    uidvalidity: int | None = None,
    uid: int | None = None,
    envelope_from: str | None = None,
    envelope_to: str | None = None,
    now: datetime,
) -> InboundMail:
    """A row for a delivery whose bytes are in the storage already; filing is a second step."""
    mail = InboundMail(
        mailbox_id=mailbox.id,
        door=door,
        raw_sha256=raw_sha256,
        size=size,
        content_key=content_key,
        uidvalidity=uidvalidity,
        uid=uid,
        envelope_from=envelope_from,
        envelope_to=envelope_to,
        kept_at=now,
        due_at=now,
        trace=[],
    )
    db.session.add(mail)
    return mail


def note_step(
    mail: InboundMail, stage: str, words: str, *, now: datetime, **facts: str | int
) -> None:
    """Add a step to the mail's trace: `words` is a marked message, `facts` fill its places."""
    step = {"at": now.isoformat(), "stage": stage, "words": words, "with": facts}
    # A new list, so that the change is seen by the database.
    mail.trace = [*mail.trace, step]


def remember_id(ticket_id: int, rfc_id: str | None, source: IdSource) -> None:
    """Let answers to this Message-ID find the ticket; remembering it again changes nothing."""
    if not rfc_id or len(rfc_id) > LONGEST_ID:
        return
    known = db.session.scalar(
        select(MailId.id).where(
            MailId.rfc_id == rfc_id,
            MailId.ticket_id == ticket_id,
            MailId.source == source.value,
        )
    )
    if known is None:
        db.session.add(MailId(rfc_id=rfc_id, ticket_id=ticket_id, source=source.value))


def enqueue(
    notification: str,
    *,
    occasion: str,
    to: Person,
    audience: Audience,
    mailbox: Mailbox | None,
    language: str,
    ticket_id: int | None = None,
    message_id: int | None = None,
    facts: dict[str, Any] | None = None,
    domain: str = "localhost",
    now: datetime,
) -> OutboundMail:
    """A row of the outbox for one person about one occasion; asking again finds the first."""
    known = db.session.scalar(
        select(OutboundMail).where(
            OutboundMail.occasion == occasion,
            OutboundMail.notification == notification,
            OutboundMail.to_address == to.email,
        )
    )
    if known is not None:
        return known
    if mailbox is not None:
        domain = mailbox.address.rpartition("@")[2]
    mail = OutboundMail(
        notification=notification,
        occasion=occasion,
        to_address=to.email,
        person_id=to.id,
        ticket_id=ticket_id,
        message_id=message_id,
        mailbox_id=mailbox.id if mailbox else None,
        language=language,
        facts=facts or {},
        rfc_message_id=new_message_id(ticket_id or 0, audience, domain),
        created_at=now,
        due_at=now,
    )
    db.session.add(mail)
    if ticket_id is not None:
        remember_id(ticket_id, mail.rfc_message_id, IdSource.SENT)
    db.session.flush()
    return mail
