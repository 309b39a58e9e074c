"""Writes mails for tests and takes them down the road, as a door and the worker would."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from itertools import count
from pathlib import Path

from sqlalchemy import select

from helpdesk.core import clock
from helpdesk.core.config import Settings
from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.correspondence.models import InboundMail, Mailbox, OutboundMail
from helpdesk.domain.tickets.models import Message, Ticket
from helpdesk.mail.keep import keep_raw
from helpdesk.mail.pipeline import file_waiting

FILES = Path(__file__).parent.parent / "mails" / "road"
_numbers = count(1)


def letter(
    sender: str = "Eva Ek <eva@example.com>",
    subject: str = "The printer is dead",
    text: str = "Hello,\n\nit prints nothing at all.\n",
    *,
    to: str = "helpdesk@example.org",
    date: datetime | None = None,
    files: dict[str, bytes] | None = None,
    html: str | None = None,
    **headers: str,
) -> bytes:
    """A mail; `In_Reply_To="<a@b>"` becomes a header, an empty value leaves a header out."""
    message = EmailMessage()
    given = {
        "From": sender,
        "To": to,
        "Subject": subject,
        "Date": format_datetime(date or clock.now()),
        "Message-ID": f"<letter-{next(_numbers)}@mail.example.com>",
    }
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    for name, value in given.items():
        if value:
            message[name] = value
    message.set_content(text)
    if html is not None:
        message.add_alternative(html, subtype="html")
    for name, data in (files or {}).items():
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def from_file(name: str, **places: str) -> bytes:
    """A mail of tests/mails/road; `{{name}}` in it is filled."""
    text = (FILES / f"{name}.eml").read_text(encoding="utf-8")
    for place, value in places.items():
        text = text.replace("{{" + place + "}}", value)
    return text.replace("\n", "\r\n").encode()


@dataclass(frozen=True)
class Road:
    """The road of one installation."""

    settings: Settings

    def keep(
        self,
        raw: bytes,
        *,
        mailbox: str = "helpdesk",
        envelope_from: str | None = None,
        envelope_to: str | None = None,
    ) -> int:
        """Keep a mail as a door does; returns the row's id."""
        with unit_of_work():
            row = keep_raw(
                db.session.scalars(select(Mailbox).where(Mailbox.name == mailbox)).one(),
                raw,
                door="smtp",
                envelope_from=envelope_from,
                envelope_to=envelope_to,
                now=clock.now(),
            )
            db.session.flush()
            return row.id

    def file(self) -> int:
        """File what waits, as the worker does."""
        return file_waiting(self.settings)

    def take(self, raw: bytes, **how: str) -> InboundMail:
        """Keep and file one mail; its row, with the ticket it came to."""
        inbound_id = self.keep(raw, **how)
        self.file()
        return mail_row(inbound_id)

    def ticket(self, raw: bytes, **how: str) -> Ticket:
        """Keep and file one mail; the ticket that it came to."""
        return ticket_of(self.take(raw, **how))


def mail_row(inbound_id: int) -> InboundMail:
    """The row of a mail as it is now."""
    db.session.expire_all()
    return db.session.get_one(InboundMail, inbound_id)


def ticket_of(row: InboundMail) -> Ticket:
    """The ticket that a mail came to."""
    assert row.ticket_id is not None, (row.state, row.error, in_words(row))
    return db.session.get_one(Ticket, row.ticket_id)


def message_of(row: InboundMail) -> Message:
    """The message that a mail became."""
    assert row.message_id is not None, (row.state, row.error, in_words(row))
    return db.session.get_one(Message, row.message_id)


def in_words(row: InboundMail) -> str:
    """The trace of a mail as a person reads it."""
    return "\n".join(step["words"] % step["with"] for step in row.trace)


def tickets() -> list[Ticket]:
    """All tickets, oldest first."""
    return list(db.session.scalars(select(Ticket).order_by(Ticket.id)))


def messages() -> list[Message]:
    """All messages, oldest first."""
    return list(db.session.scalars(select(Message).order_by(Message.id)))


def outbox() -> list[tuple[str, str]]:
    """What waits to be sent: notification and address."""
    rows = db.session.scalars(select(OutboundMail).order_by(OutboundMail.id))
    return [(mail.notification, mail.to_address) for mail in rows]


def sent_to(address: str, notification: str) -> OutboundMail:
    """The newest mail of a kind to an address."""
    return db.session.scalars(
        select(OutboundMail)
        .where(OutboundMail.to_address == address, OutboundMail.notification == notification)
        .order_by(OutboundMail.id.desc())
        .limit(1)
    ).one()
