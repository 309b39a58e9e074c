"""Questions about the people around a ticket: who follows it, works on it, has read it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import and_, select, union
from sqlalchemy.orm import joinedload

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.domain.accounts.models import Absence, Grant, Person
from helpdesk.domain.accounts.permissions import PERMISSIONS, Action
from helpdesk.domain.tickets.models import (
    Conversation,
    ConversationPerson,
    ReadMark,
    Ticket,
    Watcher,
)

# What was taken back is told by the history, and its words are their author's alone.
from helpdesk.domain.tickets.queries.merged import belonging_to


def watchers_of(ticket: Ticket) -> Sequence[Person]:
    """The active people who follow a ticket besides its requester."""
    return db.session.scalars(
        select(Person)
        .join(Watcher, Watcher.person_id == Person.id)
        .where(Watcher.ticket_id == ticket.id, Person.active)
        .order_by(Watcher.since, Person.id)
    ).all()


@dataclass(frozen=True, slots=True)
class PersonAround:
    """Somebody near a ticket: since when they follow it, and whether they work on tickets.

    `read` is the version that they had open last (None: none yet), and `read_at` when; `absence`
    while they are away, with who stands in; `asked_in` are the conversations with suppliers whose
    mails they get: what each is about, by its id.
    """

    person: Person
    follows_since: datetime | None
    works: bool
    read: int | None = None
    read_at: datetime | None = None
    absence: Absence | None = None
    asked_in: Mapping[int, str] = field(default_factory=dict)


def people_around(ticket: Ticket, *, named: Iterable[int]) -> Sequence[PersonAround]:
    """Who follows the ticket, could work on it, has opened it, or supplies, and those `named`.

    By name, each once.
    """
    working = [role.value for role, acts in PERMISSIONS.items() if Action.WORK_ON_TICKETS in acts]
    workers = select(Grant.person_id).where(Grant.role.in_(working))
    followers = select(Watcher.person_id).where(Watcher.ticket_id == ticket.id)
    readers = select(ReadMark.person_id).where(ReadMark.ticket_id == ticket.id)
    asked = (
        select(
            ConversationPerson.person_id, ConversationPerson.conversation_id, Conversation.subject
        )
        .join(Conversation, Conversation.id == ConversationPerson.conversation_id)
        .where(Conversation.ticket_id.in_(belonging_to(ticket.id)))
        .subquery()
    )
    # One list of ids, so that no index is given up for an OR over several tables.
    everybody = union(
        *(workers, followers, readers),
        select(asked.c.person_id),
        select(Person.id).where(Person.id.in_(list(named))),
    )
    mark = and_(ReadMark.person_id == Person.id, ReadMark.ticket_id == ticket.id)
    rows = db.session.execute(
        select(
            *(Person, Watcher.since, Person.id.in_(workers)),
            *(ReadMark.version, ReadMark.at, Absence),
            *(asked.c.conversation_id, asked.c.subject),
        )
        .outerjoin(asked, asked.c.person_id == Person.id)
        .outerjoin(Watcher, and_(Watcher.person_id == Person.id, Watcher.ticket_id == ticket.id))
        .outerjoin(ReadMark, mark)
        .outerjoin(
            Absence,
            and_(
                Absence.person_id == Person.id,
                Absence.starts_at <= clock.now(),
                Absence.ends_at > clock.now(),
            ),
        )
        .options(joinedload(Absence.person), joinedload(Absence.substitute))
        .where(Person.id.in_(everybody))
        .order_by(Person.name, Person.id)
    ).unique()
    found: dict[int, PersonAround] = {}
    for person, since, works, read, read_at, absence, conversation_id, subject in rows:
        before = found[person.id].asked_in if person.id in found else {}
        found[person.id] = PersonAround(
            *(person, since, bool(works) and person.active, read, read_at, absence),
            asked_in={**before, conversation_id: subject} if conversation_id else before,
        )
    return list(found.values())
