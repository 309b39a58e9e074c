"""Writes a ticket's row of the index anew, when words were taken back that it holds."""

from __future__ import annotations

from sqlalchemy import select, text
from sqlalchemy.orm import selectinload

from helpdesk.core.db import db, on_postgresql
from helpdesk.core.rows import at_the_end
from helpdesk.core.stems import indexed
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.tickets.events import ReplyWithdrawn
from helpdesk.domain.tickets.models import Message, MessageKind, TicketEvent
from helpdesk.domain.tickets.search.index import MOST_CHARACTERS

_SQLITE = text(
    "UPDATE ticket_words SET public = :public, internal = :internal WHERE rowid = :number"
)
_POSTGRESQL = text(
    "UPDATE ticket_words SET public = to_tsvector('simple', :public),"
    " internal = to_tsvector('simple', :internal) WHERE ticket_id = :number"
)


def index_anew(event: ReplyWithdrawn) -> None:
    """Let the ticket be found by all that stands on it, and no longer by what was taken back."""
    ticket = event.ticket
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
        .where(Message.ticket_id == ticket.id, Message.kind != MessageKind.WITHDRAWN.value)
        .options(selectinload(Message.attachments))
        .order_by(Message.id)
    )
    for message in messages:
        words = public if message.kind == MessageKind.MESSAGE.value else internal
        words += [message.text, *(file.filename for file in message.attachments)]
    at_the_end(
        _POSTGRESQL if on_postgresql() else _SQLITE,
        number=ticket.id,
        public=indexed("\n".join(public))[:MOST_CHARACTERS],
        internal=indexed("\n".join(internal))[:MOST_CHARACTERS],
    )
