"""Verbs on mail: keep it, put a mail in the outbox."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import update

from helpdesk.core.db import db
from helpdesk.core.rows import write_unless_known
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.correspondence.ids import LONGEST_ID, remember_id
from helpdesk.domain.correspondence.models import (
    DeliveryState,
    IdSource,
    InboundMail,
    Mailbox,
    OutboundMail,
)
from helpdesk.domain.correspondence.tokens import Audience, new_message_id


def keep(
    mailbox: Mailbox,
    *,
    door: str,
    raw_sha256: str | None,
    size: int,
    content_key: str,
    rfc_message_id: str | None = None,
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
        rfc_message_id=rfc_message_id[:LONGEST_ID] if rfc_message_id else None,
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


def tell_copies(mail: InboundMail) -> None:
    """Let the copies of a mail lead to the ticket that it came to later than they did."""
    db.session.execute(
        update(InboundMail)
        .where(InboundMail.copy_of_id == mail.id)
        .values(ticket_id=mail.ticket_id, message_id=mail.message_id)
    )


def note_bounce(mail: OutboundMail, *, error: str) -> bool:
    """The mail came back: it was not delivered. False when that was known already."""
    if mail.state == DeliveryState.BOUNCED.value:
        return False
    mail.state = DeliveryState.BOUNCED.value
    mail.last_error = error
    mail.leased_by = None
    return True


def enqueue(
    notification: str,
    *,
    occasion: str,
    to: Person,
    audience: Audience,
    mailbox: Mailbox | None,
    language: str,
    ticket_id: int | None = None,
    conversation_id: int | None = None,
    message_id: int | None = None,
    facts: dict[str, Any] | None = None,
    domain: str = "localhost",
    due_at: datetime | None = None,
    now: datetime,
) -> None:
    """A row of the outbox for one person about one occasion; asking again changes nothing.

    It is due at once, or at `due_at`. `conversation_id` names the supplier's conversation that a
    mail to a supplier belongs to.
    """
    if mailbox is not None:
        domain = mailbox.address.rpartition("@")[2]
    rfc_message_id = new_message_id(ticket_id or 0, audience, domain, conversation_id or 0)
    row = {
        "occasion": occasion,
        "notification": notification,
        "to_address": to.email,
        "person_id": to.id,
        "ticket_id": ticket_id,
        "message_id": message_id,
        "mailbox_id": mailbox.id if mailbox else None,
        "language": language,
        "facts": facts or {},
        "rfc_message_id": rfc_message_id,
        "created_at": now,
        "due_at": due_at or now,
    }
    # Whatever the row names by its id was written when it was made.
    written = write_unless_known(OutboundMail, row)
    if ticket_id is not None and written:
        remember_id(ticket_id, rfc_message_id, IdSource.SENT, conversation_id=conversation_id)
