"""The verb that withdraws a held reply: what it brought is undone, and the history says so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.errors import Refused
from helpdesk.core.events import publish
from helpdesk.core.words import N_
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.accounts.queries import people_by_ids
from helpdesk.domain.tickets.actions.recording import record
from helpdesk.domain.tickets.actions.steering import become, unwatch
from helpdesk.domain.tickets.events import ReplyWithdrawn
from helpdesk.domain.tickets.models import Message, MessageKind, Ticket, TicketEvent


def withdraw(ticket: Ticket, message: Message, *, by: Person, now: datetime) -> list[int]:
    """Undo a reply as a whole; gives the ids of the people who followed only because of it.

    Refused for anybody but its author, when it is no longer held, and the second time. The state
    goes back unless the ticket was moved again since. The mails are the caller's to withdraw.
    """
    if message.author_id != by.id:
        raise Refused(N_("Only who wrote a reply can take it back."))
    if message.kind not in (MessageKind.MESSAGE.value, MessageKind.SUPPLIER.value):
        raise Refused(N_("This reply was taken back already."))
    if message.held_until is None or now >= message.held_until:
        raise Refused(N_("This reply has left, so it can no longer be taken back."))
    lines = db.session.scalars(
        select(TicketEvent).where(TicketEvent.ticket_id == ticket.id).order_by(TicketEvent.id)
    ).all()
    place = next(at for at, line in enumerate(lines) if line.message_id == message.id)
    message.kind = MessageKind.WITHDRAWN.value
    line = record(ticket, "reply withdrawn", by=by, now=now, facts={"message": message.id})
    publish(ReplyWithdrawn(ticket, line, by, message))
    _undo_move(ticket, lines, place, by=by, now=now)
    return _undo_watching(ticket, lines[:place], lines[place], by=by, now=now)


def _undo_move(
    ticket: Ticket, lines: Sequence[TicketEvent], place: int, *, by: Person, now: datetime
) -> None:
    later = [line for line in lines[place + 1 :] if line.kind == "moved"]
    # Only the move of the same act, and only while nobody has decided anything after it.
    if len(later) != 1 or not _same_act(later[0], lines[place]):
        return
    moved = later[0].facts
    known = {state.name for state in ticket.process_spec.states}
    if ticket.state != moved["to"] or moved["from"] not in known:
        return
    before = [
        line.at
        for line in lines[:place]
        if line.kind == "moved" and line.facts["to"] == moved["from"]
    ]
    become(ticket, moved["from"], since=before[-1] if before else now, by=by, now=now)


def _undo_watching(
    ticket: Ticket, earlier: Sequence[TicketEvent], said: TicketEvent, *, by: Person, now: datetime
) -> list[int]:
    added: list[int] = []
    for line in reversed(earlier):
        if line.kind != "watched" or not _same_act(line, said):
            break
        added.insert(0, line.facts["person"])
    for person in people_by_ids(added).values():
        unwatch(ticket, person=person, by=by, now=now)
    return added


def _same_act(line: TicketEvent, other: TicketEvent) -> bool:
    return (line.at, line.by_id) == (other.at, other.by_id)
