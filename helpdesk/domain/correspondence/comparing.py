"""Questions for a comparison with a server: what is kept of a folder, by number and by content."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select

from helpdesk.core.db import db
from helpdesk.domain.correspondence.models import InboundMail, InboundState


@dataclass(frozen=True, slots=True)
class KeptCounts:
    """Of a mailbox's fetched mail: under the numbers of today, without such, and copies."""

    numbered: int
    elsewhere: int
    copies: int


def words_by_uid(mailbox_id: int, uidvalidity: int, *, low: int, high: int) -> dict[int, str]:
    """For UIDs that have a row: "" where the mail is kept whole, else why it is not."""
    rows = db.session.execute(
        select(
            InboundMail.uid, InboundMail.raw_sha256.is_(None), InboundMail.error, InboundMail.reason
        ).where(
            InboundMail.mailbox_id == mailbox_id,
            InboundMail.uidvalidity == uidvalidity,
            InboundMail.uid.between(low, high),
        )
    )
    return {
        uid: (error or reason or "Its bytes are not here.") if is_empty else ""
        for uid, is_empty, error, reason in rows
        if uid is not None
    }


def sizes_by_rfc_id(mailbox_id: int, rfc_ids: Iterable[str]) -> dict[str, set[int]]:
    """The sizes of the mails that this mailbox kept with these Message-IDs."""
    found: dict[str, set[int]] = {}
    rows = db.session.execute(
        select(InboundMail.rfc_message_id, InboundMail.size).where(
            InboundMail.rfc_message_id.in_(list(rfc_ids)),
            InboundMail.mailbox_id == mailbox_id,
            InboundMail.raw_sha256.is_not(None),
        )
    )
    for rfc_id, size in rows:
        found.setdefault(rfc_id or "", set()).add(size)
    return found


def kept_counts(mailbox_id: int, uidvalidity: int | None) -> KeptCounts:
    """How many mails came by IMAP, and which of them have numbers of this UIDVALIDITY."""
    fetched = (InboundMail.mailbox_id == mailbox_id, InboundMail.door == "imap")
    total, numbered = db.session.execute(
        select(
            func.count(),
            func.count(InboundMail.uid).filter(InboundMail.uidvalidity == uidvalidity),
        ).where(*fetched)
    ).one()
    copies = db.session.scalar(
        select(func.count()).where(*fetched, InboundMail.state == InboundState.COPY.value)
    )
    return KeptCounts(numbered, total - numbered, copies or 0)


def late_mail(mailbox_id: int, uidvalidity: int, uid: int) -> InboundMail | None:
    """The row of this number, locked for this unit of work."""
    return db.session.scalar(
        select(InboundMail)
        .where(
            InboundMail.mailbox_id == mailbox_id,
            InboundMail.uidvalidity == uidvalidity,
            InboundMail.uid == uid,
        )
        .with_for_update()
    )
