"""Fills a database with many tickets at once, as years of mail would have: for trials only."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import Connection, Table, text

from helpdesk.core import stems
from helpdesk.core.db import Base, db, on_postgresql
from helpdesk.domain.accounts.models import Address, Membership, Person
from helpdesk.domain.correspondence.models import InboundMail, MailId, OutboundMail
from helpdesk.domain.services.models import Service
from helpdesk.domain.tickets.models import Message, Queue, Ticket, TicketEvent

# Tickets that are written in one go.
_AT_ONCE = 2_000
_TICKETS_PER_PERSON = 5
_WORDS = 120
_UNFINISHED_EVERY = 50
_TABLES: tuple[type[Base], ...] = (
    Person,
    Address,
    Ticket,
    Message,
    TicketEvent,
    OutboundMail,
    InboundMail,
    MailId,
)

_MAILS = frozenset({OutboundMail, InboundMail, MailId})


@dataclass(frozen=True, slots=True)
class Places:
    """Where tickets lie and with whom: ids of queues, of those who work in functions, services."""

    queues: Sequence[int]
    agents: Sequence[int | None]
    services: Sequence[int | None]


Rows = dict[type[Base], list[dict[str, Any]]]


def fill(
    app: Flask, count: int, *, seed: int = 7, words_each: int = _WORDS, mails: bool = True
) -> None:
    """`count` tickets with people, words, history, mail both ways and their rows of search.

    `words_each` is the length of each message; without `mails` none lie behind them.
    """
    # Not for secrets: the same tickets are wanted each time.
    chance = random.Random(seed)
    words = list(vocabulary())
    with app.app_context(), db.engine.begin() as connection:
        places = Places(
            connection.scalars(db.select(Queue.id).order_by(Queue.id)).all(),
            connection.scalars(db.select(Membership.person_id).distinct()).all() or (None,),
            connection.scalars(db.select(Service.id).order_by(Service.id)).all() or (None,),
        )
        for start in range(1, count + 1, _AT_ONCE):
            rows: Rows = {table: [] for table in _TABLES}
            found: list[dict[str, Any]] = []
            for number in range(start, min(start + _AT_ONCE, count + 1)):
                said = [words[int(len(words) * chance.random() ** 3)] for _ in range(words_each)]
                found.append(_ticket(rows, number, places, said, chance))
            for table in _TABLES:
                if mails or table not in _MAILS:
                    _write(connection, table, rows[table])
            _write_search(connection, found)
        if on_postgresql():
            for table in _TABLES if mails else [each for each in _TABLES if each not in _MAILS]:
                name = table.__tablename__
                connection.execute(
                    text(
                        f"SELECT setval(pg_get_serial_sequence('{name}', 'id'),"
                        f" (SELECT max(id) FROM {name}))"
                    )
                )
            # As its own housekeeping does it within a minute.
            connection.execute(text("ANALYZE"))


def vocabulary(seed: int = 7) -> Iterator[str]:
    """Words, the frequent ones first, as in a language: some everywhere, most of them rare."""
    # Not for reading: only how often each occurs matters.
    chance = random.Random(seed)
    syllables = [first + second for first in "bdfgklmnprstv" for second in "aeiouy"]
    for _ in range(8_000):
        yield "".join(chance.choices(syllables, k=chance.randint(1, 4)))


def _ticket(
    rows: Rows, number: int, places: Places, said: list[str], chance: random.Random
) -> dict[str, Any]:
    queue_id = places.queues[number * 7 // 3 % len(places.queues)]
    assignee_id = places.agents[number // 5 % len(places.agents)] if number % 5 > 1 else None
    at = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=7 * number)
    # The first people were made when the helpdesk was set up.
    person_id = 1_000 + (number - 1) // _TICKETS_PER_PERSON
    email = f"old.person{person_id}@example.com"
    if (number - 1) % _TICKETS_PER_PERSON == 0:
        rows[Person].append(
            {
                "id": person_id,
                "name": f"Old Person {person_id}",
                "email": email,
                "fs_uniquifier": f"trial-{person_id}",
                "created_at": at,
            }
        )
        rows[Address].append({"id": person_id, "address": email, "person_id": person_id})
    subject, body = " ".join(said[:6]), " ".join(said)
    unfinished = number % _UNFINISHED_EVERY == 0
    taken = f"old-{number}.{chance.getrandbits(48):x}@mail.example.com"
    sent = f"{number}.r.{chance.getrandbits(60):x}.0123456789abcdef@example.org"
    rows[Ticket].append(
        {
            "id": number,
            "process": "incident",
            "state": "new" if unfinished else "closed",
            "standing": "open" if unfinished else "done",
            "subject": subject,
            "requester_id": person_id,
            "queue_id": queue_id,
            "assignee_id": assignee_id,
            "service_id": places.services[number % len(places.services)],
            "priority": 1 + number * 13 % 4,
            "mailbox_id": 1,
            "opened_at": at,
            "changed_at": at + timedelta(minutes=chance.randint(0, 30_000)),
            "resolved_at": None if unfinished else at,
            "version": 1,
        }
    )
    rows[Message].append(
        {
            "id": number,
            "ticket_id": number,
            "kind": "message",
            "direction": "in",
            "author_id": person_id,
            "sender": email,
            "channel": "mail",
            "written_at": at,
            "text": body,
            "newest": body,
            "html": f"<p>{body}</p>",
        }
    )
    rows[TicketEvent].append(
        {
            "id": number,
            "ticket_id": number,
            "version": 1,
            "at": at,
            "by_id": person_id,
            "kind": "opened",
            "message_id": number,
            "facts": {"channel": "mail", "queue": queue_id},
        }
    )
    rows[OutboundMail].append(
        {
            "id": number,
            "notification": "received",
            "occasion": f"event:{number}",
            "to_address": email,
            "person_id": person_id,
            "ticket_id": number,
            "message_id": number,
            "mailbox_id": 1,
            "facts": {"event": number, "by": person_id},
            "rfc_message_id": sent,
            "state": "sent",
            "created_at": at,
            "due_at": at,
            "attempts": 1,
            "sent_at": at,
        }
    )
    rows[InboundMail].append(
        {
            "id": number,
            "mailbox_id": 1,
            "door": "pipe",
            "kept_at": at,
            "due_at": at,
            "raw_sha256": f"{number:064x}",
            "size": 3_000,
            "content_key": f"{chance.getrandbits(256):064x}",
            "first_of_content": True,
            "state": "filed",
            "trace": [
                {"at": at.isoformat(), "stage": stage, "words": "A step of the road", "with": {}}
                for stage in ("keep", "guard", "thread", "route", "file")
            ],
            "rfc_message_id": taken,
            "from_address": email,
            "subject": subject,
            "ticket_id": number,
            "message_id": number,
        }
    )
    rows[MailId] += [
        {"id": 2 * number - 1, "rfc_id": sent, "ticket_id": number, "source": "sent"},
        {"id": 2 * number, "rfc_id": taken, "ticket_id": number, "source": "taken"},
    ]
    return {"number": number, "public": stems.indexed(f"{subject}\n{email}\n{body}")}


def _write(connection: Connection, kind: type[Base], rows: list[dict[str, Any]]) -> None:
    table = kind.__table__
    assert isinstance(table, Table)
    if not on_postgresql():
        connection.execute(table.insert(), rows)
        return
    # What the columns are when nothing is said; COPY asks nobody.
    usual = {
        column.name: column.default.arg
        for column in table.columns
        if column.default is not None and column.default.is_scalar
    }
    names = list(dict.fromkeys((*rows[0], *usual)))
    driver = connection.connection.cursor()
    columns = ", ".join(names)
    with driver.copy(f"COPY {table.name} ({columns}) FROM STDIN") as copy:  # type: ignore[attr-defined]
        for row in rows:
            whole = usual | row
            copy.write_row([_plain(whole[name]) for name in names])


def _plain(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, (dict, list)) else value


def _write_search(connection: Connection, found: list[dict[str, Any]]) -> None:
    if on_postgresql():
        statement = (
            "INSERT INTO ticket_words(ticket_id, public, internal)"
            " VALUES (:number, to_tsvector('simple', :public), to_tsvector('simple', ''))"
        )
    else:
        statement = (
            "INSERT INTO ticket_words(rowid, public, internal) VALUES (:number, :public, '')"
        )
    connection.execute(text(statement), found)
