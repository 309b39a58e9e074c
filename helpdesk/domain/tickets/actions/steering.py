"""Verbs that steer a ticket: its state, its place, who works on it, who follows it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, Refused
from helpdesk.core.events import publish
from helpdesk.core.words import N_
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.accounts.permissions import Action, may
from helpdesk.domain.processes import PROCESSES, Standing
from helpdesk.domain.services.models import Service
from helpdesk.domain.tickets.actions.recording import expect, record
from helpdesk.domain.tickets.actions.snoozing import Why, wake
from helpdesk.domain.tickets.events import (
    TicketAssigned,
    TicketMoved,
    TicketPlaced,
    TicketRenamed,
)
from helpdesk.domain.tickets.models import Queue, Ticket, Watcher
from helpdesk.domain.tickets.rules import LEVELS, priority_of


def refusal(ticket: Ticket, target: str) -> str | None:
    """Why the ticket cannot move to `target` now, or None when it can."""
    process = ticket.process_spec
    if process.move_to(ticket.state, target) is None:
        return N_("The ticket cannot go there from the state that it is in.")
    reasons = (gate(ticket) for gate in process.gates.get(target, ()))
    return next((reason for reason in reasons if reason is not None), None)


def move(
    ticket: Ticket,
    *,
    target: str,
    told: bool = False,
    seen: int | None = None,
    by: Person | None,
    now: datetime,
) -> None:
    """The only place where a state changes. Raises Refused with the reason, Outdated.

    `told` when the requester hears of it another way, so that no mail of its own is sent.
    """
    expect(ticket, seen)
    reason = refusal(ticket, target)
    if reason is not None:
        raise Refused(reason)
    become(ticket, target, told=told, since=now, by=by, now=now)


def become(
    ticket: Ticket,
    target: str,
    *,
    told: bool = True,
    since: datetime,
    by: Person | None,
    now: datetime,
) -> None:
    """What every change of state is: `move` asks whether it may be, an undoing need not.

    `since` is when the ticket was done, where it is now.
    """
    source = ticket.state
    ticket.state = target
    standing = ticket.state_spec.standing
    ticket.standing = standing.value
    if standing is Standing.DONE:
        # What is over need not come back.
        ticket.snoozed_until = None
    if standing is not Standing.DONE:
        ticket.resolved_at = None
    elif ticket.resolved_at is None:
        ticket.resolved_at = since
    line = record(ticket, "moved", by=by, now=now, facts={"from": source, "to": target})
    publish(TicketMoved(ticket, line, by, source, target, told))


def assign(
    ticket: Ticket,
    *,
    to: Person | None,
    because: str = "",
    told: bool = False,
    seen: int | None = None,
    by: Person | None,
    now: datetime,
) -> None:
    """Make an agent responsible, or nobody; Refused for somebody who may not work on tickets.

    `because` is a word that the history puts into a sentence (see `handing_over.Reason`); `told`
    when the agent hears of it another way, so that no mail of its own is sent.
    """
    expect(ticket, seen)
    if to is not None and not may(to, Action.WORK_ON_TICKETS):
        raise Refused(N_("%(name)s does not work on tickets."), name=to.display_name)
    before, after = ticket.assignee_id, to.id if to else None
    if before == after:
        return
    ticket.assignee_id = after
    facts: dict[str, Any] = {"from": before, "to": after}
    if because:
        facts["because"] = because
    if after is not None and ticket.snoozed_until is not None:
        # Whoever put it off has handed it on, and the next one would not find it.
        wake(ticket, why=Why.HANDED_ON, by=by, now=now)
    line = record(ticket, "assigned", by=by, now=now, facts=facts)
    publish(TicketAssigned(ticket, line, by, before, after, told))


def place(
    ticket: Ticket,
    *,
    queue: Queue | None = None,
    process: str | None = None,
    service: Service | None = None,
    reason: str = "",
    seen: int | None = None,
    by: Person | None,
    now: datetime,
) -> None:
    """Put the ticket in another queue, process or service (None leaves each as it is).

    A ticket that changes process keeps its state where the new process has it and starts anew
    where it has not. Refused for a queue of another process.
    """
    expect(ticket, seen)
    facts: dict[str, list[object]] = {}
    if process is not None and process != ticket.process:
        if process not in PROCESSES:
            raise Invalid("process", N_("There is no process “%(name)s”."), name=process)
        facts["process"] = [ticket.process, process]
        ticket.process = process
        known = {state.name for state in ticket.process_spec.states}
        if ticket.state not in known:
            facts["state"] = [ticket.state, ticket.process_spec.initial]
            ticket.state = ticket.process_spec.initial
        ticket.standing = ticket.state_spec.standing.value
    if queue is not None and queue.id != ticket.queue_id:
        facts["queue"] = [ticket.queue_id, queue.id]
        ticket.queue_id = queue.id
    if service is not None and service.id != ticket.service_id:
        facts["service"] = [ticket.service_id, service.id]
        ticket.service_id = service.id
    lies_in = queue or db.session.get_one(Queue, ticket.queue_id)
    if lies_in.process not in (None, ticket.process):
        raise Refused(N_("This queue is only for another process."))
    if not facts:
        return
    line = record(
        ticket, "placed", by=by, now=now, facts=facts | ({"reason": reason} if reason else {})
    )
    publish(TicketPlaced(ticket, line, by))


def prioritise(
    ticket: Ticket,
    *,
    impact: int,
    urgency: int,
    seen: int | None = None,
    by: Person | None,
    now: datetime,
) -> None:
    """Set impact and urgency (1 high, 3 low), from which the priority follows."""
    expect(ticket, seen)
    for name, level in (("impact", impact), ("urgency", urgency)):
        if level not in LEVELS:
            raise Invalid(name, N_("Choose 1 (high), 2 or 3 (low)."))
    if (impact, urgency) == (ticket.impact, ticket.urgency):
        return
    before = ticket.priority
    ticket.impact, ticket.urgency = impact, urgency
    ticket.priority = priority_of(impact, urgency)
    record(
        ticket,
        "prioritised",
        by=by,
        now=now,
        facts={"from": before, "to": ticket.priority, "impact": impact, "urgency": urgency},
    )


def rename(
    ticket: Ticket, *, subject: str, seen: int | None = None, by: Person, now: datetime
) -> None:
    """Give the ticket another subject; Invalid for an empty one."""
    expect(ticket, seen)
    subject = " ".join(subject.split())[:300]
    if not subject:
        raise Invalid("subject", N_("A ticket needs a subject."))
    if subject == ticket.subject:
        return
    before, ticket.subject = ticket.subject, subject
    line = record(ticket, "renamed", by=by, now=now, facts={"from": before, "to": subject})
    publish(TicketRenamed(ticket, line, by))


def watch(ticket: Ticket, *, person: Person, by: Person | None, now: datetime) -> None:
    """Let a person follow the ticket; its requester follows it anyway."""
    if person.id == ticket.requester_id:
        return
    if db.session.get(Watcher, (ticket.id, person.id)) is not None:
        return
    db.session.add(Watcher(ticket_id=ticket.id, person_id=person.id, since=now))
    record(ticket, "watched", by=by, now=now, facts={"person": person.id})


def unwatch(ticket: Ticket, *, person: Person, by: Person | None, now: datetime) -> None:
    """Let a person stop following the ticket."""
    watcher = db.session.get(Watcher, (ticket.id, person.id))
    if watcher is None:
        return
    db.session.delete(watcher)
    record(ticket, "unwatched", by=by, now=now, facts={"person": person.id})


def tell(ticket: Ticket, kind: str, *, facts: dict[str, Any], now: datetime) -> None:
    """Write into the history what happened around the ticket and changes nothing of it."""
    record(ticket, kind, by=None, now=now, facts=facts)
