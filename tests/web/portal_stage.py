"""A ticket with words from both sides, a note with secrets, and links to it, for portal tests."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import TimestampSigner, URLSafeTimedSerializer
from sqlalchemy import select
from werkzeug.test import TestResponse

from helpdesk.core import signing
from helpdesk.core.db import db, unit_of_work
from helpdesk.core.storage import storage
from helpdesk.domain.accounts.actions import add_person
from helpdesk.domain.correspondence.models import OutboundMail
from helpdesk.domain.tickets.actions import (
    KeptFile,
    Opening,
    Words,
    add_note,
    assign,
    move,
    open_ticket,
    place,
    reply,
)
from helpdesk.domain.tickets.models import Message, Ticket
from tests.world import World, make_world

# It stands in a note, in the note's file, in the reason of a move, and nowhere else.
SECRET_WORD = "hemligkorv"

_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@dataclass
class Stage:
    """Ids and short ways; `inside()` gives a context of its own for looking into the database."""

    app: Flask
    world: World
    number: int
    other_number: int
    nils_id: int
    note_id: int
    note_file_id: int
    message_id: int
    file_id: int

    @contextmanager
    def inside(self) -> Iterator[None]:
        with self.app.app_context():
            yield

    def link(self, person_id: int | None = None, number: int | None = None) -> str:
        """The path that a mail to the person (Eva unless told) leads to."""
        token = signing.token("follow", [number or self.number, person_id or self.world.eva_id])
        return f"/follow/{token}"

    def old_link(self, person_id: int | None = None, number: int | None = None) -> str:
        """A link from a mail of two months ago."""

        class Signer(TimestampSigner):
            def get_timestamp(self) -> int:
                return int(time.time()) - 60 * 24 * 3600

        maker = URLSafeTimedSerializer(signing._key("follow"), salt="follow", signer=Signer)
        token = maker.dumps([number or self.number, person_id or self.world.eva_id])
        return f"/follow/{token if isinstance(token, str) else token.decode()}"

    def messages(self, number: int | None = None) -> list[tuple[str, str, int | None]]:
        """(direction, newest words, author) of each message and note, in order."""
        with self.inside():
            rows = db.session.scalars(
                select(Message)
                .where(Message.ticket_id == (number or self.number))
                .order_by(Message.id)
            )
            return [(row.direction, row.newest, row.author_id) for row in rows]

    def state(self, number: int | None = None) -> str:
        with self.inside():
            return db.session.get_one(Ticket, number or self.number).state

    def move_to(self, target: str, *, now: datetime) -> None:
        with self.inside(), unit_of_work():
            ticket = db.session.get_one(Ticket, self.number)
            move(ticket, target=target, by=self.world.agnes, now=now)

    def mails(self, notification: str) -> list[tuple[str, dict[str, object]]]:
        """(address, facts) of each mail of that kind in the outbox."""
        with self.inside():
            rows = db.session.scalars(
                select(OutboundMail)
                .where(OutboundMail.notification == notification)
                .order_by(OutboundMail.id)
            )
            return [(row.to_address, row.facts) for row in rows]


def token_in(response: TestResponse) -> str:
    """The CSRF token of the page's first form."""
    found = _TOKEN.search(response.text)
    assert found, response.text[:2000]
    return found[1]


def send(
    client: FlaskClient, page: str, to: str | None = None, /, **fields: object
) -> TestResponse:
    """Open a page as a browser does, fill in its form and send it to `to` (or to the page)."""
    token = token_in(client.get(page))
    return client.post(
        to or page,
        data={"csrf_token": token, **fields},
        content_type="multipart/form-data",
    )


@pytest.fixture
def stage(app: Flask, now: datetime) -> Stage:
    """Eva asked, Agnes replied and wrote a note; Nils watches. The other ticket is not theirs."""
    with app.app_context():
        world = make_world()
        with unit_of_work():
            nils = add_person("nils@example.com", name="Nils Ny", language="sv", now=now)
            other = add_person("olga@example.com", name="Olga", now=now)
            picture = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x28\0\0\0\x14\x08\x02\0\0\0"
            ticket, message = open_ticket(
                Opening(
                    subject="The printer prints twice",
                    requester=world.eva,
                    process="incident",
                    queue=world.queue,
                    watchers=(nils,),
                    mailbox_id=world.helpdesk_id,
                ),
                Words(
                    text="It prints every page twice.\n\n> What does it do?",
                    newest="It prints every page twice.",
                    html='<p>It prints <img src="cid:one"> every page twice.</p>',
                    files=(
                        KeptFile(
                            "page.png",
                            "image/png",
                            len(picture),
                            storage().keep(picture),
                            inline=True,
                            content_id="one",
                        ),
                        KeptFile("log.html", "text/html", 4, storage().keep(b"<b>!")),
                    ),
                    sender="eva@example.com",
                    channel="mail",
                ),
                by=world.eva,
                now=now,
            )
            assign(ticket, to=world.agnes, by=world.agnes, now=now)
            reply(ticket, Words(text="Does it do so today too?"), by=world.agnes, now=now)
            secret = f"{SECRET_WORD} in a file".encode()
            note = add_note(
                ticket,
                Words(
                    text=f"She is always so {SECRET_WORD}",
                    html=f"<p>{SECRET_WORD}</p>",
                    files=(
                        KeptFile(
                            f"{SECRET_WORD}.txt", "text/plain", len(secret), storage().keep(secret)
                        ),
                    ),
                ),
                by=world.agnes,
                now=now,
            )
            place(ticket, queue=world.technical_queue, reason=SECRET_WORD, by=world.agnes, now=now)
            move(ticket, target="waiting", by=world.agnes, now=now)
            theirs, _ = open_ticket(
                Opening(
                    subject="Somebody else's matter",
                    requester=other,
                    process="incident",
                    queue=world.queue,
                ),
                Words(text="Not for Eva."),
                by=other,
                now=now,
            )
            files = [each.id for each in message.attachments]
            return Stage(
                app=app,
                world=world,
                number=ticket.id,
                other_number=theirs.id,
                nils_id=nils.id,
                note_id=note.id,
                note_file_id=note.attachments[0].id,
                message_id=message.id,
                file_id=files[1],
            )
