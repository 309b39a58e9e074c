"""Questions about what was said and done on a ticket, and by whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, or_, select
from sqlalchemy.orm import aliased, defer, joinedload, selectinload

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import NotFound
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.accounts.permissions import Action, may
from helpdesk.domain.tickets.models import (
    Attachment,
    Message,
    MessageKind,
    Ticket,
    TicketEvent,
)
from helpdesk.domain.tickets.queries.finding import visible_to
from helpdesk.domain.tickets.queries.merged import belonging_to

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

    `designed` when its words need its looks; `remote` when pictures wait on other servers. It is
    number `place` of `total` that there are.
    """

    message: Message
    has_html: bool
    designed: bool
    remote: bool
    place: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a conversation is wanted: its `newest` and, unless `before`, the first.

    `before` (the id of a message) leaves out that one and all later; `also` are ids of messages
    that are wanted wherever they stand; with `alone` nothing but those.
    """

    newest: int
    before: int | None = None
    also: tuple[int, ...] = ()
    alone: bool = False


def conversation_to_read(
    ticket: Ticket,
    *,
    internal: bool,
    window: Window | None = None,
    numbers: Select[int] | None = None,
) -> Sequence[Spoken]:
    """The conversation for a page that shows plain words and each HTML in a frame of its own.

    With what was said on the tickets that were merged into it; or only on those of `numbers`, for
    a reader who may not read all. Without `window` all of it.
    HTML may be megabytes, so only its shape is asked for. Tables and pictures need their looks,
    unless they belong to what was folded away: signatures and quotations are full of both.
    """
    together = belonging_to(ticket.id) if numbers is None else numbers
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
    stands = [Message.ticket_id.in_(together), _STANDS]
    if not internal:
        stands.append(read_outside())
    row_number, number = func.row_number(), func.count()
    placed = (
        select(
            Message.id.label("id"),
            row_number.over(order_by=Message.id).label("place"),
            number.over().label("total"),
        )
        .where(*stands)
        .subquery()
    )
    statement = (
        select(
            *(Message, looks, Message.html.contains(" data-remote-src=")),
            *(placed.c.place, placed.c.total),
        )
        .join(placed, placed.c.id == Message.id)
        .options(
            defer(Message.html, raiseload=True),
            joinedload(Message.author),
            selectinload(Message.attachments),
        )
        .order_by(Message.id)
    )
    if window is not None:
        statement = statement.where(_inside(window, placed))
    return [
        Spoken(message, look > 0, look == 2, bool(remote), place, total)
        for message, look, remote, place, total in db.session.execute(statement)
    ]


def _inside(window: Window, placed: Subquery) -> ColumnElement[bool]:
    place, also = placed.c.place, placed.c.id.in_(window.also)
    if window.alone:
        return also
    if window.before is None:
        return or_(place == 1, place > placed.c.total - window.newest, also)
    again = placed.alias()
    end = select(again.c.place).where(again.c.id == window.before).scalar_subquery()
    return and_(place < end, place >= end - window.newest, place > 1)


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
    return db.session.scalars(_lines_of(ticket).where(TicketEvent.version > since_version)).all()


def history_between(
    ticket: Ticket, first: int, last: int | None, *, opening: bool
) -> Sequence[TicketEvent]:
    """The lines from that of message `first` to before that of `last` (None: to the end).

    With `opening` also those up to the line that opened the ticket.
    """
    begins = TicketEvent.id >= _line_of(ticket, first)
    inside = begins if last is None else and_(begins, TicketEvent.id < _line_of(ticket, last))
    if opening:
        inside = or_(inside, TicketEvent.id <= _first_line_with_words(ticket))
    return db.session.scalars(_lines_of(ticket).where(inside)).all()


def _lines_of(ticket: Ticket) -> Select[TicketEvent]:
    return (
        select(TicketEvent)
        .where(TicketEvent.ticket_id == ticket.id)
        .options(joinedload(TicketEvent.by))
        .order_by(TicketEvent.id)
    )


def _line_of(ticket: Ticket, message_id: int) -> Any:
    """The id of the line that came with a message, or with the first one after it; 0 for none."""
    line = aliased(TicketEvent)
    return (
        select(func.coalesce(func.min(line.id), 0))
        .where(line.ticket_id == ticket.id, line.message_id >= message_id)
        .scalar_subquery()
    )


def _first_line_with_words(ticket: Ticket) -> Any:
    line = aliased(TicketEvent)
    return (
        select(func.min(line.id))
        .where(line.ticket_id == ticket.id, line.message_id.is_not(None))
        .scalar_subquery()
    )
