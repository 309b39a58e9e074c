"""Questions about what was said and done on a ticket, and by whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, case, or_, select, union
from sqlalchemy.orm import defer, joinedload, selectinload

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import NotFound
from helpdesk.domain.accounts.models import Grant, Person
from helpdesk.domain.accounts.permissions import PERMISSIONS, Action, may
from helpdesk.domain.tickets.models import (
    Attachment,
    Conversation,
    ConversationPerson,
    Message,
    MessageKind,
    Ticket,
    TicketEvent,
    Watcher,
)
from helpdesk.domain.tickets.queries.finding import visible_to

# What was taken back is told by the history, and its words are their author's alone.
_STANDS = Message.kind != MessageKind.WITHDRAWN.value


def read_outside() -> ColumnElement[bool]:
    """Whether the requester's side may read a message: no note, nothing of a supplier's
    conversation, and nothing that can be taken back."""
    return and_(Message.kind == MessageKind.MESSAGE.value, no_longer_held())


def no_longer_held() -> ColumnElement[bool]:
    """Whether a message can no longer be taken back."""
    return or_(Message.held_until.is_(None), Message.held_until <= clock.now())


def conversation(ticket: Ticket, *, internal: bool) -> Sequence[Message]:
    """The words of a ticket in order, with authors and attachments; notes only when `internal`."""
    statement = (
        select(Message)
        .where(Message.ticket_id == ticket.id, _STANDS)
        .options(joinedload(Message.author), selectinload(Message.attachments))
        .order_by(Message.id)
    )
    if not internal:
        statement = statement.where(read_outside())
    return db.session.scalars(statement).all()


@dataclass(frozen=True, slots=True)
class Spoken:
    """A message whose HTML was left in the database.

    `designed` when its words need its looks; `remote` when pictures wait on other servers.
    """

    message: Message
    has_html: bool
    designed: bool
    remote: bool


def conversation_to_read(ticket: Ticket, *, internal: bool) -> Sequence[Spoken]:
    """The conversation for a page that shows plain words and each HTML in a frame of its own.

    HTML may be megabytes, so only its shape is asked for. Tables and pictures need their looks,
    unless they belong to what was folded away: signatures and quotations are full of both.
    """
    looks = case(
        (Message.html.is_(None), 0),
        (
            and_(
                Message.newest == Message.text,
                or_(Message.html.contains("<table"), Message.html.contains("<img")),
            ),
            2,
        ),
        else_=1,
    )
    statement = (
        select(Message, looks, Message.html.contains(" data-remote-src="))
        .where(Message.ticket_id == ticket.id, _STANDS)
        .options(
            defer(Message.html, raiseload=True),
            joinedload(Message.author),
            selectinload(Message.attachments),
        )
        .order_by(Message.id)
    )
    if not internal:
        statement = statement.where(read_outside())
    return [
        Spoken(message, has_html=look > 0, designed=look == 2, remote=bool(remote))
        for message, look, remote in db.session.execute(statement)
    ]


def newest_words(message_ids: Iterable[int]) -> Sequence[str]:
    """The newest words of some messages, in the order in which they came."""
    return db.session.scalars(
        select(Message.newest).where(Message.id.in_(list(message_ids))).order_by(Message.id)
    ).all()


def message_for(person: Person | None, message_id: int) -> Message:
    """One message with its attachments; NotFound when it is not for this person to read."""
    statement = (
        select(Message)
        .where(Message.id == message_id, Message.ticket_id.in_(_numbers_visible_to(person)))
        .options(joinedload(Message.author), selectinload(Message.attachments))
    )
    if not may(person, Action.SEE_TICKETS):
        statement = statement.where(read_outside())
    message = db.session.scalar(statement)
    if message is None:
        raise NotFound("There is no such message that you may see.")
    return message


def attachment_for(person: Person | None, attachment_id: int) -> Attachment:
    """One attachment; NotFound when its message is not for this person to read."""
    statement = (
        select(Attachment)
        .join(Message, Message.id == Attachment.message_id)
        .where(Attachment.id == attachment_id, Message.ticket_id.in_(_numbers_visible_to(person)))
    )
    if not may(person, Action.SEE_TICKETS):
        statement = statement.where(read_outside())
    attachment = db.session.scalar(statement)
    if attachment is None:
        raise NotFound("There is no such file that you may see.")
    return attachment


def _numbers_visible_to(person: Person | None) -> Select[int]:
    return visible_to(person).with_only_columns(Ticket.id)


def history(ticket: Ticket, *, since_version: int = 0) -> Sequence[TicketEvent]:
    """The lines of a ticket's history after a version, in order, with who did each."""
    return db.session.scalars(
        select(TicketEvent)
        .where(TicketEvent.ticket_id == ticket.id, TicketEvent.version > since_version)
        .options(joinedload(TicketEvent.by))
        .order_by(TicketEvent.id)
    ).all()


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

    `asked_in` are the ids of the conversations with suppliers whose mails they get.
    """

    person: Person
    follows_since: datetime | None
    works: bool
    asked_in: tuple[int, ...] = ()


def people_around(ticket: Ticket, *, named: Iterable[int]) -> Sequence[PersonAround]:
    """Who follows the ticket, who could work on it, its suppliers, and those with the ids `named`.

    By name, each once.
    """
    working = [role.value for role, acts in PERMISSIONS.items() if Action.WORK_ON_TICKETS in acts]
    workers = select(Grant.person_id).where(Grant.role.in_(working))
    followers = select(Watcher.person_id).where(Watcher.ticket_id == ticket.id)
    asked = (
        select(ConversationPerson.person_id, ConversationPerson.conversation_id)
        .join(Conversation, Conversation.id == ConversationPerson.conversation_id)
        .where(Conversation.ticket_id == ticket.id)
        .subquery()
    )
    # One list of ids, so that no index is given up for an OR over several tables.
    everybody = union(
        workers,
        followers,
        select(asked.c.person_id),
        select(Person.id).where(Person.id.in_(list(named))),
    )
    rows = db.session.execute(
        select(Person, Watcher.since, Person.id.in_(workers), asked.c.conversation_id)
        .outerjoin(asked, asked.c.person_id == Person.id)
        .outerjoin(Watcher, and_(Watcher.person_id == Person.id, Watcher.ticket_id == ticket.id))
        .where(Person.id.in_(everybody))
        .order_by(Person.name, Person.id)
    ).unique()
    found: dict[int, PersonAround] = {}
    for person, since, works, conversation_id in rows:
        before = found[person.id].asked_in if person.id in found else ()
        found[person.id] = PersonAround(
            person,
            since,
            works=bool(works) and person.active,
            asked_in=(*before, conversation_id) if conversation_id else before,
        )
    return list(found.values())
