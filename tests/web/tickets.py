"""Tickets for tests of pages: opened by mail, answered, with files and HTML."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from helpdesk.core.db import unit_of_work
from helpdesk.core.html import sanitise
from helpdesk.core.storage import storage
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.correspondence.actions import keep, note_step
from helpdesk.domain.tickets.actions import (
    KeptFile,
    Opening,
    Words,
    add_note,
    open_ticket,
    receive_answer,
    reply,
)
from helpdesk.domain.tickets.queries import ticket_by_number
from tests.world import World


def a_ticket(
    world: World,
    now: datetime,
    *,
    subject: str = "The printer prints stripes",
    text: str = "Every page is grey on the left.",
    requester: Person | None = None,
    **words: Any,
) -> int:
    """A ticket that came by mail; gives its number."""
    with unit_of_work():
        ticket, _message = open_ticket(
            Opening(
                subject=subject,
                requester=requester or world.eva,
                process="incident",
                queue=world.queue,
                mailbox_id=world.helpdesk_id,
            ),
            Words(text, sender="eva@example.com", channel="mail", **words),
            by=world.eva,
            now=now,
        )
        return ticket.number


def an_answer(world: World, number: int, now: datetime, text: str, **words: Any) -> int:
    """Words from the requester on a ticket; gives the message's id."""
    with unit_of_work():
        ticket = ticket_by_number(number, lock=True)
        assert ticket is not None
        said = Words(text, sender="eva@example.com", channel="mail", **words)
        return receive_answer(ticket, said, by=world.eva, now=now).id


def a_reply(world: World, number: int, now: datetime, text: str, **more: Any) -> int:
    """Agnes' words to the requester; gives the message's id."""
    with unit_of_work():
        ticket = ticket_by_number(number, lock=True)
        assert ticket is not None
        return reply(ticket, Words(text), by=world.agnes, now=now, **more).id


def a_note(world: World, number: int, now: datetime, text: str) -> int:
    """Agnes' internal words; gives the message's id."""
    with unit_of_work():
        ticket = ticket_by_number(number, lock=True)
        assert ticket is not None
        return add_note(ticket, Words(text), by=world.agnes, now=now).id


def a_file(data: bytes, name: str, content_type: str, **more: Any) -> KeptFile:
    """A file whose bytes are in the storage."""
    return KeptFile(name, content_type, len(data), storage().keep(data), **more)


def an_original(world: World, number: int, message_id: int, raw: bytes, now: datetime) -> None:
    """The inbound mail behind a message, with one step of its way."""
    with unit_of_work() as session:
        mail = keep(
            world.helpdesk,
            door="smtp",
            raw_sha256=storage().keep(raw),
            size=len(raw),
            content_key="x",
            now=now,
        )
        session.flush()
        mail.message_id, mail.ticket_id = message_id, number
        note_step(mail, "file", "Became ticket #%(ticket)s", now=now, ticket=number)


def harmless(html: str) -> str:
    """HTML as filing leaves it."""
    return sanitise(html)
