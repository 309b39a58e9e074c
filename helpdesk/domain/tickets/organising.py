"""Verbs on queues, and on the tickets of somebody who leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, Refused
from helpdesk.core.words import N_
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.configuration.actions import Thing, What, apply, erase, record_change
from helpdesk.domain.processes import Standing
from helpdesk.domain.tickets.models import Queue, Ticket, Watcher
from helpdesk.domain.tickets.queries import queue_by_key


def add_queue(key: str, *, values: Mapping[str, Any], by: Person | None, now: datetime) -> Queue:
    """A new queue; Invalid for a key that is taken."""
    if queue_by_key(key) is not None:
        raise Invalid("key", N_("There is a queue with this key already."))
    new = Queue(key=key, **values)
    db.session.add(new)
    db.session.flush()
    record_change(Thing.QUEUE, thing_id=new.id, name=new.name_en, what=What.ADDED, by=by, now=now)
    return new


def change_queue(
    queue: Queue, *, values: Mapping[str, Any], by: Person | None, now: datetime
) -> None:
    """Change names, function and process of a queue; its key stays.

    Refused for a process that tickets in the queue are not in.
    """
    process = values.get("process", queue.process)
    if process is not None and process != queue.process:
        others = db.session.scalar(
            select(func.count()).where(Ticket.queue_id == queue.id, Ticket.process != process)
        )
        if others:
            raise Refused(N_("Tickets of other processes lie in this queue; move them first."))
    changes = apply(queue, values)
    db.session.flush()
    record_change(
        Thing.QUEUE,
        thing_id=queue.id,
        name=queue.name_en,
        what=What.CHANGED,
        changes=changes,
        by=by,
        now=now,
    )


def delete_queue(queue: Queue, *, by: Person | None, now: datetime) -> None:
    """Delete a queue without tickets that no mailbox and no rule names; Refused otherwise."""
    erase(queue, kind=Thing.QUEUE, thing_id=queue.id, name=queue.name_en, by=by, now=now)


def unfinished_of(person: Person, *, limit: int = 200) -> Sequence[Ticket]:
    """The unfinished tickets that a person is responsible for, most urgent first."""
    return db.session.scalars(
        select(Ticket)
        .where(Ticket.assignee_id == person.id, Ticket.standing != Standing.DONE.value)
        .order_by(Ticket.priority, Ticket.id)
        .limit(limit)
    ).all()


def unfinished_count(person: Person) -> int:
    """How many unfinished tickets a person is responsible for."""
    return (
        db.session.scalar(
            select(func.count()).where(
                Ticket.assignee_id == person.id, Ticket.standing != Standing.DONE.value
            )
        )
        or 0
    )


def watched_count(person: Person) -> int:
    """How many unfinished tickets of others a person follows."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Watcher)
            .join(Ticket, Ticket.id == Watcher.ticket_id)
            .where(Watcher.person_id == person.id, Ticket.standing != Standing.DONE.value)
        )
        or 0
    )


def waiting_in_queues() -> dict[int, int]:
    """How many unfinished tickets lie in each queue, by its id."""
    return _counted(Ticket.queue_id)


def unfinished_by_service() -> dict[int, int]:
    """How many unfinished tickets are about each service, by its id."""
    return _counted(Ticket.service_id)


def _counted(column: Any) -> dict[int, int]:
    rows = db.session.execute(
        select(column, func.count())
        .where(Ticket.standing != Standing.DONE.value, column.is_not(None))
        .group_by(column)
    )
    return dict(rows.all())
