"""Questions about canned replies and drafts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, literal, null, or_, select, type_coerce, union_all

from helpdesk.core.db import Instant, db
from helpdesk.core.errors import NotFound
from helpdesk.domain.accounts.models import Membership, Person
from helpdesk.domain.replies.models import CannedReply, Draft
from helpdesk.domain.replies.rules import filled, in_language
from helpdesk.domain.tickets.models import Queue, Ticket


@dataclass(frozen=True, slots=True)
class Offered:
    """A canned reply as it would be sent on a ticket."""

    id: int
    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Begun:
    """A draft as the page shows it; `mark` tells it from an earlier and a later one."""

    words: str
    cc: str
    subject: str
    files: Sequence[Sequence[Any]]
    kept_at: datetime

    @property
    def mark(self) -> str:
        """As `actions.mark_of`."""
        return self.kept_at.isoformat()


@dataclass(frozen=True, slots=True)
class AtHand:
    """What an agent can go on writing with on a ticket: drafts by kind, and canned replies."""

    drafts: Mapping[str, Begun]
    canned: Sequence[Offered]


def canned_replies() -> Sequence[CannedReply]:
    """All canned replies by name."""
    return db.session.scalars(select(CannedReply).order_by(CannedReply.name)).all()


def canned_reply(reply_id: int) -> CannedReply:
    """One canned reply; NotFound."""
    found = db.session.get(CannedReply, reply_id)
    if found is None:
        raise NotFound(f"There is no canned reply {reply_id}.")
    return found


def at_hand(ticket: Ticket, agent: Person) -> AtHand:
    """The agent's drafts on the ticket and the canned replies for it, filled in; one question.

    A canned reply is for all, for the agent's functions, or for the one in whose queue it lies.
    """
    own = select(Membership.function_id).where(Membership.person_id == agent.id)
    lies_with = select(Queue.function_id).where(Queue.id == ticket.queue_id)
    drafts = select(
        Draft.kind.label("name"),
        literal(0).label("id"),
        Draft.words.label("first"),
        Draft.cc.label("second"),
        Draft.subject.label("third"),
        Draft.files.label("files"),
        Draft.kept_at.label("kept_at"),
    ).where(Draft.person_id == agent.id, Draft.ticket_id == ticket.id)
    canned = select(
        CannedReply.name,
        CannedReply.id,
        CannedReply.words_en,
        CannedReply.words_sv,
        literal(""),
        type_coerce(null(), JSON),
        type_coerce(null(), Instant),
    ).where(
        or_(
            CannedReply.function_id.is_(None),
            CannedReply.function_id.in_(own),
            CannedReply.function_id.in_(lies_with),
        )
    )
    rows = db.session.execute(union_all(drafts, canned)).all()
    language, values = _read_by(ticket), values_of(ticket, agent)
    offered = [
        Offered(
            row.id,
            row.name,
            filled(in_language(language, english=row.first, swedish=row.second), values),
        )
        for row in rows
        if row.id
    ]
    return AtHand(
        {
            row.name: Begun(row.first, row.second, row.third, row.files or [], row.kept_at)
            for row in rows
            if not row.id
        },
        sorted(offered, key=lambda each: each.name.casefold()),
    )


def words_for(
    reply: CannedReply, ticket: Ticket, agent: Person, *, language: str | None = None
) -> str:
    """The words of a canned reply for a ticket, in the language that its requester reads."""
    words = in_language(
        language or _read_by(ticket), english=reply.words_en, swedish=reply.words_sv
    )
    return filled(words, values_of(ticket, agent))


def _read_by(ticket: Ticket) -> str:
    return ticket.requester.language or ticket.language


def values_of(ticket: Ticket, agent: Person) -> Mapping[str, str]:
    """What fills the variables."""
    return {
        "requester": ticket.requester.display_name,
        "number": f"#{ticket.number}",
        "subject": ticket.subject,
        "agent": agent.display_name,
    }


def drafts_of(person: Person, ticket: Ticket) -> Mapping[str, Draft]:
    """What the person has begun to write on the ticket, by kind."""
    found = db.session.scalars(
        select(Draft).where(Draft.person_id == person.id, Draft.ticket_id == ticket.id)
    )
    return {draft.kind: draft for draft in found}
