"""Tries rules on mail that came, without changing anything."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.domain.correspondence.models import InboundMail, Mailbox
from helpdesk.domain.routing.rules import Clues, Conditions, holds
from helpdesk.mail.addresses import recipients_of, sender_of
from helpdesk.mail.parse import parse
from helpdesk.web.admin.inbound import raw_of

LATEST = 200

# A page is not worth waiting longer for; then fewer mails are tried, and it says so.
LONGEST_SECONDS = 4.0

# What lies further down in a mail decides about no rule, and attachments cost time.
_HEAD_BYTES = 96 * 1024


@dataclass(frozen=True, slots=True)
class Sample:
    """A mail that came, with what rules may look at."""

    inbound_id: int
    kept_at: datetime
    mailbox: str
    clues: Clues


def latest_mail(limit: int = LATEST) -> Sequence[InboundMail]:
    """The latest inbound mails that were filed or set aside, newest first; copies left out."""
    return db.session.scalars(
        select(InboundMail)
        .where(InboundMail.raw_sha256.is_not(None), InboundMail.copy_of_id.is_(None))
        .order_by(InboundMail.id.desc())
        .limit(limit)
    ).all()


def samples(mails: Sequence[InboundMail]) -> list[Sample]:
    """What rules may look at, of as many of the mails as can be read in time."""
    boxes = {box.id: box for box in db.session.scalars(select(Mailbox))}
    end = time.monotonic() + LONGEST_SECONDS
    found: list[Sample] = []
    for mail in mails:
        if time.monotonic() > end:
            break
        raw = raw_of(mail.raw_sha256)
        if raw is not None:
            found.append(sample(mail, raw, boxes[mail.mailbox_id]))
    return found


def sample(mail: InboundMail, raw: bytes, mailbox: Mailbox) -> Sample:
    """What rules may look at in one mail."""
    understood = parse(raw[:_HEAD_BYTES])
    sender = sender_of(
        understood, envelope_from=mail.envelope_from, trust_reply_to=mailbox.trust_reply_to
    )
    clues = Clues(
        sender=sender.address,
        recipients=recipients_of(understood, envelope_to=mail.envelope_to),
        subject=understood.subject,
        text=understood.text,
        headers=understood.headers,
    )
    return Sample(mail.id, mail.kept_at, mailbox.name, clues)


def decides(rules: Sequence[Conditions], clues: Clues) -> Conditions | None:
    """The first rule that holds, or None when the mailbox decides."""
    return next((rule for rule in rules if holds(rule, clues)), None)
