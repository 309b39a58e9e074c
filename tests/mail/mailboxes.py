"""Mails and mailboxes for the tests of the doors."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from helpdesk.core import clock
from helpdesk.core.db import db, unit_of_work
from helpdesk.core.signing import seal
from helpdesk.domain.correspondence.models import (
    AfterKeeping,
    InboundMail,
    Mailbox,
    MailboxKind,
    OldMail,
)
from tests.peers.dovecot import PASSWORD, Dovecot


def letter(number: int | str = 1, *, body: str = "Hello!", **headers: str) -> bytes:
    """A mail of its own for each number."""
    fields = {
        "From": "Eva Ek <eva@example.com>",
        "To": "helpdesk@example.org",
        "Subject": f"Letter {number}",
        "Message-ID": f"<letter-{number}@example.com>",
        "Date": "Tue, 24 Nov 2026 07:40:00 +0000",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"{head}\r\n{body} ({number})\r\n".encode()


def letters(count: int, start: int = 1) -> list[bytes]:
    """So many different mails."""
    return [letter(number) for number in range(start, start + count)]


def imap_mailbox(
    dovecot: Dovecot,
    user: str,
    *,
    old_mail: OldMail = OldMail.FROM_NOW_ON,
    since: date | None = None,
    after_keeping: AfterKeeping = AfterKeeping.MARK_SEEN,
    **more: object,
) -> int:
    """A mailbox that is fetched from the tests' Dovecot, committed; returns its id."""
    values: dict[str, object] = {
        "name": user,
        "address": user,
        "kind": MailboxKind.IMAP.value,
        "host": "127.0.0.1",
        "port": dovecot.imap,
        "security": "none",
        "username": user,
        "sealed_password": seal(PASSWORD),
        "old_mail": old_mail.value,
        "old_mail_since": since,
        "after_keeping": after_keeping.value,
        "created_at": clock.now(),
    }
    with unit_of_work() as session:
        mailbox = Mailbox(**(values | more))
        session.add(mailbox)
        session.flush()
        return mailbox.id


def mailbox_of(mailbox_id: int) -> Mailbox:
    """The mailbox as the database has it now."""
    db.session.rollback()
    return db.session.get_one(Mailbox, mailbox_id)


def kept(mailbox_id: int) -> list[InboundMail]:
    """What was kept for a mailbox, in the order of its UIDs."""
    db.session.rollback()
    return list(
        db.session.scalars(
            select(InboundMail)
            .where(InboundMail.mailbox_id == mailbox_id)
            .order_by(InboundMail.uidvalidity, InboundMail.uid, InboundMail.id)
        )
    )


def numbers_kept(mailbox_id: int) -> list[str]:
    """The Message-IDs of what was kept, without what all have in common: `1`, `2`, …"""
    ids = [mail.rfc_message_id or "?" for mail in kept(mailbox_id)]
    return [rfc_id.removeprefix("letter-").removesuffix("@example.com") for rfc_id in ids]
