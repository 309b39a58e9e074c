"""What the tests of mail out begin with: tickets with things to tell, and the mails that left."""

from __future__ import annotations

from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from helpdesk.core.config import Settings
from helpdesk.core.db import db, unit_of_work
from helpdesk.core.storage import storage
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.correspondence.ids import remember_id
from helpdesk.domain.correspondence.models import IdSource, OutboundMail
from helpdesk.domain.tickets.actions import KeptFile, Opening, Words, open_ticket, reply
from helpdesk.domain.tickets.queries import ticket_by_number
from tests.conftest import settings_for
from tests.world import World

FROM_EVA = "CAFz8-first.mail@mail.example.com"


def settings_towards(port: int, database: str, folder: Path, **more: str) -> Settings:
    """Settings whose mail goes to a server on this port, instead of being captured."""
    return settings_for(
        folder,
        database,
        smtp_host="127.0.0.1",
        smtp_port=str(port),
        **({"smtp_security": "none"} | more),
    )


def ask(
    world: World,
    now: datetime,
    *,
    subject: str = "The printer on floor 3",
    text: str = "It prints every page twice.",
    watchers: tuple[Person, ...] = (),
    language: str = "en",
    requester: Person | None = None,
) -> int:
    """A ticket that Eva (or `requester`) wrote by mail; its number."""
    with unit_of_work():
        opening = Opening(
            subject=subject,
            requester=requester or world.eva,
            process="incident",
            queue=world.queue,
            watchers=watchers,
            mailbox_id=world.helpdesk_id,
            language=language,
        )
        words = Words(text, channel="mail")
        ticket, _ = open_ticket(opening, words, by=opening.requester, now=now)
        remember_id(ticket.number, FROM_EVA, IdSource.TAKEN)
        return ticket.number


def answer(
    world: World,
    number: int,
    now: datetime,
    text: str = "Please try again.",
    *,
    files: tuple[KeptFile, ...] = (),
    then: str | None = None,
) -> None:
    """Agnes answers a ticket."""
    with unit_of_work():
        ticket = ticket_by_number(number, lock=True)
        assert ticket is not None
        reply(ticket, Words(text, files=files), then=then, by=world.agnes, now=now)


def a_file(name: str, data: bytes, content_type: str = "application/pdf") -> KeptFile:
    """A file whose bytes are kept."""
    return KeptFile(name, content_type, len(data), storage().keep(data))


def outbox(notification: str | None = None) -> list[OutboundMail]:
    """The rows of the outbox as they are now, in order."""
    db.session.rollback()
    db.session.expire_all()
    statement = db.select(OutboundMail).order_by(OutboundMail.id)
    if notification is not None:
        statement = statement.where(OutboundMail.notification == notification)
    return list(db.session.scalars(statement))


def captured(mail: OutboundMail) -> EmailMessage:
    """What the capture kept of a mail."""
    assert mail.raw_sha256 is not None, (mail.state, mail.last_error)
    return message_from_bytes(storage().read(mail.raw_sha256), policy=policy.default)


def text_of(message: EmailMessage) -> str:
    """The plain text of a mail."""
    body = message.get_body(("plain",))
    assert body is not None
    text: str = body.get_content()
    return text.replace("\r\n", "\n")


def html_of(message: EmailMessage) -> str:
    """The HTML of a mail."""
    body = message.get_body(("html",))
    assert body is not None
    html: str = body.get_content()
    return html
