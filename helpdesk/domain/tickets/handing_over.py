"""Hand-overs: all unfinished tickets of a person or a queue go to others, some at a time.

Each portion is a unit of work of its own, so that thousands of tickets block nobody; what was
begun is a row, so that a crash in between loses nothing and the worker goes on.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, select

from helpdesk.core.db import db
from helpdesk.core.errors import HelpdeskError, Refused
from helpdesk.core.events import publish
from helpdesk.core.words import N_
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.accounts.permissions import Action, may
from helpdesk.domain.configuration.actions import Thing, What, record_change
from helpdesk.domain.processes import Standing
from helpdesk.domain.tickets.actions import assign, place
from helpdesk.domain.tickets.events import HandedOver
from helpdesk.domain.tickets.models import HandOver, Queue, Ticket
from helpdesk.domain.tickets.rules import URGENT

PORTION = 100


class Reason(enum.StrEnum):
    """Why tickets are handed over."""

    LEFT = "left"
    AWAY = "away"
    EMPTIED = "emptied"


def begin_hand_over(
    person: Person,
    *,
    to: Person | None,
    reason: Reason,
    only_urgent: bool = False,
    by: Person | None,
    now: datetime,
) -> HandOver:
    """Let the unfinished tickets of a person go to somebody else, or to nobody.

    Nothing moves yet: `carry_on` does that. Refused for somebody who cannot take them.
    """
    if to is not None and to.id == person.id:
        raise Refused(N_("They have the tickets already."))
    if to is not None and not may(to, Action.WORK_ON_TICKETS):
        raise Refused(N_("%(name)s does not work on tickets."), name=to.display_name)
    return _begun(
        HandOver(
            person_id=person.id,
            to_person_id=to.id if to else None,
            only_urgent=only_urgent,
            reason=reason.value,
            by_id=by.id if by else None,
            started_at=now,
        )
    )


def begin_to_empty(queue: Queue, *, to: Queue, by: Person | None, now: datetime) -> HandOver:
    """Let the unfinished tickets of a queue go to another one; see `carry_on`; recorded.

    Refused for a queue that cannot take all of them.
    """
    if to.id == queue.id or to.process not in (None, queue.process):
        raise Refused(N_("This queue is only for another process."))
    record_change(
        Thing.QUEUE,
        thing_id=queue.id,
        name=queue.name_en,
        what=What.CHANGED,
        changes={"tickets": [queue.name_en, to.name_en]},
        by=by,
        now=now,
    )
    return _begun(
        HandOver(
            queue_id=queue.id,
            to_queue_id=to.id,
            reason=Reason.EMPTIED.value,
            by_id=by.id if by else None,
            started_at=now,
        )
    )


def carry_on(hand_over_id: int, *, now: datetime, limit: int = PORTION) -> bool:
    """Move one portion; whether there is more to do. Nothing for one that others are busy with."""
    hand_over = db.session.scalar(
        select(HandOver)
        .where(HandOver.id == hand_over_id, HandOver.done_at.is_(None))
        .with_for_update(skip_locked=True)
    )
    if hand_over is None:
        return False
    tickets = db.session.scalars(
        _still_there(hand_over)
        .where(Ticket.id > hand_over.last_id)
        .order_by(Ticket.id)
        .limit(limit)
        .with_for_update()
    ).all()
    for ticket in tickets:
        hand_over.last_id = ticket.id
        try:
            with db.session.begin_nested():
                _move(ticket, hand_over, now)
            hand_over.moved += 1
        except HelpdeskError:
            hand_over.stayed += 1
    if len(tickets) == limit:
        db.session.flush()
        return True
    hand_over.done_at = now
    db.session.flush()
    to = db.session.get(Person, hand_over.to_person_id) if hand_over.to_person_id else None
    if to is not None and hand_over.moved:
        of = db.session.get_one(Person, hand_over.person_id)
        publish(HandedOver(hand_over, of, to))
    return False


def unfinished_hand_overs() -> Sequence[int]:
    """The ids of those that are on their way, oldest first."""
    return db.session.scalars(
        select(HandOver.id).where(HandOver.done_at.is_(None)).order_by(HandOver.id)
    ).all()


def hand_over_by_id(hand_over_id: int) -> HandOver:
    """How far one has come."""
    return db.session.get_one(HandOver, hand_over_id, populate_existing=True)


def on_its_way(person: Person) -> HandOver | None:
    """The hand-over of a person's tickets that has not ended."""
    return db.session.scalar(
        select(HandOver)
        .where(HandOver.person_id == person.id, HandOver.done_at.is_(None))
        .order_by(HandOver.id.desc())
        .limit(1)
    )


def _begun(hand_over: HandOver) -> HandOver:
    db.session.add(hand_over)
    db.session.flush()
    return hand_over


def _still_there(hand_over: HandOver) -> Select[Ticket]:
    statement = select(Ticket).where(Ticket.standing != Standing.DONE.value)
    if hand_over.queue_id is not None:
        return statement.where(Ticket.queue_id == hand_over.queue_id)
    if hand_over.only_urgent:
        statement = statement.where(Ticket.priority <= URGENT)
    return statement.where(Ticket.assignee_id == hand_over.person_id)


def _move(ticket: Ticket, hand_over: HandOver, now: datetime) -> None:
    by = db.session.get(Person, hand_over.by_id) if hand_over.by_id else None
    if hand_over.to_queue_id is not None:
        queue = db.session.get_one(Queue, hand_over.to_queue_id)
        place(ticket, queue=queue, by=by, now=now)
        return
    to = db.session.get(Person, hand_over.to_person_id) if hand_over.to_person_id else None
    # Whoever was to take them may have left meanwhile; then anybody may.
    to = to if may(to, Action.WORK_ON_TICKETS) else None
    assign(ticket, to=to, because=hand_over.reason, told=True, by=by, now=now)
