"""Full-text search over tickets, written in the same transaction as the words it finds.

One row a ticket with two columns, `public` (what the requester may see) and `internal` (notes),
so that nobody can guess at notes by searching. SQLite: an FTS5 table whose rowid is the ticket's
number; PostgreSQL: two `tsvector` columns. Both hold stems that we made ourselves, so they
find the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, text

from helpdesk.core.db import db, on_postgresql
from helpdesk.core.rows import at_the_end
from helpdesk.core.stems import SHORTEST_PREFIX, forms, highlighted, indexed, tokens
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.accounts.permissions import Action, may
from helpdesk.domain.tickets.events import (
    AgentReplied,
    NoteAdded,
    RequesterAnswered,
    TicketOpened,
    TicketRenamed,
    WroteFirst,
)
from helpdesk.domain.tickets.models import Message, MessageKind, Ticket
from helpdesk.domain.tickets.queries import ROW, visible_to

# A query of more words is somebody's pasted mail; its first words find it as well.
MOST_WORDS = 12
# PostgreSQL holds at most a megabyte in a tsvector; this many characters of stems stay below it.
MOST_CHARACTERS = 200_000
# An excerpt is looked for in this much of each message, which holds all of nearly every one.
READ_FOR_EXCERPT = 20_000

_SQLITE_ADD = text(
    "INSERT INTO ticket_words(rowid, public, internal) VALUES (:number, :public, :internal)"
)
_SQLITE_EXTEND = text(
    "UPDATE ticket_words SET public = public || ' ' || :public,"
    " internal = internal || ' ' || :internal WHERE rowid = :number"
)
_POSTGRESQL_ADD = text(
    "INSERT INTO ticket_words(ticket_id, public, internal) VALUES (:number,"
    " to_tsvector('simple', :public), to_tsvector('simple', :internal))"
    " ON CONFLICT (ticket_id) DO UPDATE SET"
    " public = ticket_words.public || excluded.public,"
    " internal = ticket_words.internal || excluded.internal"
)


def index_opening(event: TicketOpened | WroteFirst) -> None:
    """Make a new ticket findable by its subject, its words and its requester."""
    requester = db.session.get_one(Person, event.ticket.requester_id)
    about = f"{event.ticket.subject}\n{requester.name}\n{requester.email}"
    _write(event.ticket, f"{about}\n{_findable(event.message)}", "", new=True)


def index_message(event: RequesterAnswered | AgentReplied | NoteAdded) -> None:
    """Make a ticket findable by words that were added to it."""
    words = _findable(event.message)
    if event.message.kind == MessageKind.NOTE.value:
        _write(event.ticket, "", words, new=False)
    else:
        _write(event.ticket, words, "", new=False)


def index_subject(event: TicketRenamed) -> None:
    """Make a ticket findable by its new subject; the old one still finds it."""
    _write(event.ticket, event.ticket.subject, "", new=False)


def tickets_found(
    query: str, *, by: Person, before: int | None = None, limit: int = 50
) -> Sequence[Ticket]:
    """Tickets that hold all words of the query and that the person may see, newest first.

    `before` is the number of the last ticket of the page before. Hits are read from the index
    newest first in portions, so that a word which is everywhere costs no more than a rare one.
    """
    words = tokens(query)[:MOST_WORDS]
    if not words:
        return []
    internal = may(by, Action.SEE_TICKETS)
    found: list[Ticket] = []
    while len(found) < limit:
        numbers = _numbers(words, internal=internal, before=before, limit=limit)
        if not numbers:
            break
        found += db.session.scalars(
            visible_to(by).where(Ticket.id.in_(numbers)).options(*ROW).order_by(Ticket.id.desc())
        ).all()
        before = numbers[-1]
    return found[:limit]


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The words about a hit as segments (is it a hit?, words), and whether a note has them."""

    segments: Sequence[tuple[bool, str]]
    from_note: bool


def excerpts(numbers: Sequence[int], query: str, *, by: Person) -> dict[int, Excerpt]:
    """Of each of these tickets the newest words that were found, where any message has them."""
    statement = (
        select(Message.ticket_id, Message.kind, func.substr(Message.text, 1, READ_FOR_EXCERPT))
        .where(Message.ticket_id.in_(numbers))
        .order_by(Message.id.desc())
    )
    if not may(by, Action.SEE_TICKETS):
        statement = statement.where(Message.kind == MessageKind.MESSAGE.value)
    # The stem of a word is dear; what all its forms begin with tells cheaply where to look.
    beginnings = [_shared_beginning(forms(word)) for word in tokens(query)[:MOST_WORDS]]
    found: dict[int, Excerpt] = {}
    for number, kind, words in db.session.execute(statement):
        lowered = words.lower()
        if number in found or not any(beginning in lowered for beginning in beginnings):
            continue
        segments = highlighted(words, query)
        if any(is_hit for is_hit, _ in segments):
            found[number] = Excerpt(segments, from_note=kind == MessageKind.NOTE.value)
    return found


def _shared_beginning(words: Sequence[str]) -> str:
    # What the first and the last in order share, all between them share.
    first, last = min(words), max(words)
    length = next(
        (place for place, sign in enumerate(first) if last[place : place + 1] != sign), len(first)
    )
    return first[:length]


def _numbers(words: list[str], *, internal: bool, before: int | None, limit: int) -> Sequence[int]:
    """The newest numbers below `before` whose row of the index holds every word."""
    if on_postgresql():
        columns = "(public || internal)" if internal else "public"
        condition = f"{columns} @@ to_tsquery('simple', :query)"
        number = "ticket_id"
        query = " & ".join(_either(word, "'{}'", "'{}':*", " | ") for word in words)
    else:
        columns = "{public internal}" if internal else "{public}"
        condition, number = "ticket_words MATCH :query", "rowid"
        every = " AND ".join(_either(word, '"{}"', '"{}"*', " OR ") for word in words)
        query = f"{columns} : ({every})"
    # Only names of our own columns are put into the statement; what was typed is a parameter.
    statement = text(
        f"SELECT {number} FROM ticket_words WHERE {condition} AND {number} < :before"
        f" ORDER BY {number} DESC LIMIT :limit"
    )
    values = {"query": query, "before": before or 2**31 - 1, "limit": limit}
    return db.session.scalars(statement, values).all()


def _either(word: str, whole: str, beginning: str, either: str) -> str:
    """One query word as any of its forms; long enough forms also as the beginning of compounds."""
    patterns = (
        (beginning if len(form) >= SHORTEST_PREFIX else whole).format(form) for form in forms(word)
    )
    return f"({either.join(patterns)})"


def _findable(message: Message) -> str:
    names = "\n".join(attachment.filename for attachment in message.attachments)
    return f"{message.text}\n{names}"


def _write(ticket: Ticket, public: str, internal: str, *, new: bool) -> None:
    values = {
        "number": ticket.id,
        "public": indexed(public)[:MOST_CHARACTERS],
        "internal": indexed(internal)[:MOST_CHARACTERS],
    }
    if on_postgresql():
        at_the_end(_POSTGRESQL_ADD, **values)
    else:
        at_the_end(_SQLITE_ADD if new else _SQLITE_EXTEND, **values)
