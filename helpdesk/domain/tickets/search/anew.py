"""Writes a ticket's row of the index anew, when words that it holds were taken back or moved."""

from __future__ import annotations

from sqlalchemy import select, text
from sqlalchemy.orm import selectinload

from helpdesk.core.db import db, on_postgresql
from helpdesk.core.rows import at_the_end
from helpdesk.core.stems import indexed
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.tickets.events import (
    ReplyWithdrawn,
    TicketMerged,
    TicketSeparated,
    TicketSplit,
)
from helpdesk.domain.tickets.models import Message, MessageKind, Ticket, TicketEvent
from helpdesk.domain.tickets.queries.merged import belonging_to
from helpdesk.domain.tickets.search.index import MOST_CHARACTERS

_SQLITE = text(
    "UPDATE ticket_words SET public = :public, internal = :internal WHERE rowid = :number"
)
_POSTGRESQL = text(
    "UPDATE ticket_words SET public = to_tsvector('simple', :public),"
    " internal = to_tsvector('simple', :internal) WHERE ticket_id = :number"
)
_SQLITE_NEW = text("INSERT INTO ticket_words(rowid, public, internal) VALUES (:number, '', '')")
_POSTGRESQL_NEW = text(
    "INSERT INTO ticket_words(ticket_id, public, internal) VALUES (:number, '', '')"
)


def index_anew(event: ReplyWithdrawn | TicketMerged | TicketSeparated) -> None:
    """Let the ticket be found by all that stands on it, and no longer by what was taken back.

    By words of tickets that were merged into it only agents find it: not all who read the one may
    read the other.
    """
    _write(event.ticket)


def index_split(event: TicketSplit) -> None:
    """Let both tickets be found by what stands on them now."""
    if on_postgresql():
        at_the_end(_POSTGRESQL_NEW, number=event.ticket.id)
    else:
        at_the_end(_SQLITE_NEW, number=event.ticket.id)
    _write(event.ticket)
    _write(event.origin)


def _write(ticket: Ticket) -> None:
    requester = db.session.get_one(Person, ticket.requester_id)
    subjects = db.session.scalars(
        select(TicketEvent.facts).where(
            TicketEvent.ticket_id == ticket.id, TicketEvent.kind == "renamed"
        )
    )
    public = [ticket.subject, requester.name, requester.email, *(each["from"] for each in subjects)]
    internal: list[str] = []
    messages = db.session.scalars(
        select(Message)
        .where(
            Message.ticket_id.in_(belonging_to(ticket.id)),
            Message.kind != MessageKind.WITHDRAWN.value,
        )
        .options(selectinload(Message.attachments))
        .order_by(Message.id)
    )
    for message in messages:
        is_public = message.kind == MessageKind.MESSAGE.value and message.ticket_id == ticket.id
        words = public if is_public else internal
        words += [message.text, *(file.filename for file in message.attachments)]
    at_the_end(
        _POSTGRESQL if on_postgresql() else _SQLITE,
        number=ticket.id,
        public=indexed("\n".join(public))[:MOST_CHARACTERS],
        internal=indexed("\n".join(internal))[:MOST_CHARACTERS],
    )
