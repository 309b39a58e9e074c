"""Writes what search reads, in the same transaction as the words it finds.

One row a ticket with two columns, `public` (what the requester may see) and `internal` (notes
and suppliers), so that nobody can guess at those by searching. SQLite: an FTS5 table whose rowid
is the ticket's number; PostgreSQL: two `tsvector` columns. Both hold stems that we made ourselves,
so they find the same.
"""

from __future__ import annotations

from sqlalchemy import text

from helpdesk.core.db import db, on_postgresql
from helpdesk.core.rows import at_the_end
from helpdesk.core.stems import indexed
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.tickets.events import (
    AgentReplied,
    NoteAdded,
    RequesterAnswered,
    SupplierAnswered,
    TicketOpened,
    TicketRenamed,
    WroteFirst,
    WroteToSupplier,
)
from helpdesk.domain.tickets.models import Message, MessageKind, Ticket

Said = RequesterAnswered | AgentReplied | NoteAdded | WroteToSupplier | SupplierAnswered

# PostgreSQL holds at most a megabyte in a tsvector; this many characters of stems stay below it.
MOST_CHARACTERS = 200_000

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


def index_message(event: Said) -> None:
    """Make a ticket findable by words that were added to it."""
    words = _findable(event.message)
    if event.message.kind == MessageKind.MESSAGE.value:
        _write(event.ticket, words, "", new=False)
    else:
        _write(event.ticket, "", words, new=False)


def index_subject(event: TicketRenamed) -> None:
    """Make a ticket findable by its new subject; the old one still finds it."""
    _write(event.ticket, event.ticket.subject, "", new=False)


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
