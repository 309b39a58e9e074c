"""Whole helpdesks in one process, and machines that answer them, at times that tests tell."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime, getaddresses
from itertools import count
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from helpdesk.application import create_app
from helpdesk.core import clock, signing
from helpdesk.core import storage as storages
from helpdesk.core.config import Settings, load_settings
from helpdesk.core.db import db, unit_of_work
from helpdesk.core.storage import storage
from helpdesk.domain.correspondence.models import Mailbox, OutboundMail
from helpdesk.domain.tickets.models import Message, Ticket
from helpdesk.mail.deliver import deliver_due
from helpdesk.mail.subjects import bare
from tests.mail.letters import Road
from tests.world import make_world

_numbers = count(1)


@dataclass
class Desk:
    """A helpdesk with one mailbox and a database, a secret and a data folder of its own."""

    app: Flask
    settings: Settings
    address: str
    secret: str
    read: int = 0
    sent: list[EmailMessage] = field(default_factory=list)

    @contextmanager
    def at(self, instant: datetime) -> Iterator[None]:
        """Whatever is done in the block happens here and then."""
        signing.use(self.secret)
        storages.use(self.settings.data_dir / "files")
        with self.app.app_context(), clock.stopped_at(instant):
            try:
                yield
            finally:
                db.session.remove()

    def take(self, raw: bytes, at: datetime) -> list[bytes]:
        """Keep, file and answer one mail; what left because of it."""
        with self.at(at):
            Road(self.settings).take(raw)
            while deliver_due(self.settings):
                pass
            rows = db.session.scalars(
                select(OutboundMail).where(OutboundMail.id > self.read).order_by(OutboundMail.id)
            ).all()
            left = []
            for row in rows:
                self.read = row.id
                assert row.raw_sha256 is not None, (row.state, row.last_error)
                left.append(storage().read(row.raw_sha256))
        self.sent += [message_from_bytes(each, policy=policy.default) for each in left]
        return left

    def number_of(self, table: type[Ticket] | type[Message]) -> int:
        """How many rows there are."""
        with self.app.app_context():
            return db.session.scalar(select(func.count()).select_from(table)) or 0


def new_desk(folder: Path, template: Path, *, name: str) -> Desk:
    """A helpdesk at support@<name>.example."""
    folder.mkdir()
    shutil.copy(template, folder / "helpdesk.sqlite3")
    secret = f"the secret of {name}, which is long enough to be one"
    settings = load_settings(
        {
            "HELPDESK_DATA_DIR": str(folder),
            "HELPDESK_SECRET_KEY": secret,
            "HELPDESK_BASE_URL": f"https://{name}.example",
        },
        env_file=None,
    )
    app = create_app(settings)
    address = f"support@{name}.example"
    with app.app_context():
        world = make_world()
        with unit_of_work():
            db.session.get_one(Mailbox, world.helpdesk_id).address = address
        db.session.remove()
    return Desk(app, settings, address, secret)


@dataclass
class Responder:
    """A machine that answers each mail at once or later and says nowhere that it is one.

    `threads`: its answers name the mail that they answer and keep its subject. `quotes`: they
    repeat its words. `varies`: no two of its answers have the same words.
    """

    address: str = "service@machine.example"
    delay: timedelta = timedelta(0)
    threads: bool = False
    quotes: bool = False
    varies: bool = False
    answers: int = 0

    def answer(self, raw: bytes, now: datetime) -> bytes:
        """Its answer to a mail, to the address that the mail came from."""
        came = message_from_bytes(raw, policy=policy.default)
        self.answers += 1
        mail = EmailMessage()
        mail["From"] = f"Example Service <{self.address}>"
        to = came["Reply-To"] if self.threads and came["Reply-To"] else came["From"]
        mail["To"] = getaddresses([str(to)])[0][1]
        mail["Date"] = format_datetime(now)
        mail["Message-ID"] = f"<{next(_numbers)}.{self.answers}@machine.example>"
        if self.threads:
            mail["In-Reply-To"] = came["Message-ID"]
            mail["Subject"] = f"Re: {came['Subject']}"
        else:
            mail["Subject"] = f"[Case {7000 + self.answers}] We have registered your request"
        mail.set_content(self._words(came))
        return mail.as_bytes()

    def _words(self, came: EmailMessage) -> str:
        if self.varies:
            words = " ".join(f"{chr(97 + self.answers % 26)}word{n}x" for n in range(20))
            words = "".join(c if not c.isdigit() else chr(107 + int(c)) for c in words)
        else:
            words = (
                f"Thank you for your message. It was registered as case {7000 + self.answers} and\n"
                "will be looked after by the next free colleague. We are open from eight to five."
            )
        if self.quotes:
            body = came.get_body(("plain",))
            assert body is not None
            quoted = "\n".join(f"> {line}" for line in body.get_content().splitlines())
            words += f"\n\nYour message was:\n{quoted}"
        return words + "\n"


def without_signs_of_a_machine(raw: bytes, *, threads: bool = True) -> bytes:
    """The mail as a careless gateway passes it on: by another id, without what we say of it.

    `threads` False: not even what it answers, its number, and where answers should go.
    """
    mail = message_from_bytes(raw, policy=policy.default)
    for name in ("Auto-Submitted", "X-Auto-Response-Suppress", "X-Helpdesk-Mail", "Message-ID"):
        del mail[name]
    mail["Message-ID"] = f"<{next(_numbers)}@gateway.example>"
    if not threads:
        for name in ("In-Reply-To", "References", "Reply-To"):
            del mail[name]
        mail.replace_header("Subject", bare(mail["Subject"]))
    return mail.as_bytes()


def recipients(raw: bytes) -> list[str]:
    """The addresses in To."""
    mail = message_from_bytes(raw, policy=policy.default)
    return [address for _, address in getaddresses([str(mail["To"])])]
