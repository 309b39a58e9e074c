"""One decision about many tickets: each takes it or says why not, and it can be taken back."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.errors import HelpdeskError, Outdated, Refused
from helpdesk.core.words import N_
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.processes import Standing
from helpdesk.domain.services.models import Service
from helpdesk.domain.tickets.actions.linking import link, unlink
from helpdesk.domain.tickets.actions.merging import merge, separate
from helpdesk.domain.tickets.actions.recording import expect, record
from helpdesk.domain.tickets.actions.snoozing import snooze
from helpdesk.domain.tickets.actions.steering import assign, move, place
from helpdesk.domain.tickets.models import LinkKind, Queue, Ticket, TicketEvent, TicketLink
from helpdesk.domain.tickets.queries import history

CHANGED_MEANWHILE = N_("It was changed by somebody else in the meantime.")
IS_SO_ALREADY = N_("It is so already.")
HAS_NO_SUCH_STATE = N_("Its process has no such state.")


class Deed(enum.StrEnum):
    """What can be done to many tickets at once."""

    ASSIGN = "assign"
    QUEUE = "queue"
    SERVICE = "service"
    STATE = "state"
    SNOOZE = "snooze"
    MERGE = "merge"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Decision:
    """A deed and what is chosen for it: a person or nobody, a queue, a service, a state's name.

    `until` when they come back, `into` the one that the others are merged into or linked to.
    """

    deed: Deed
    person: Person | None = None
    queue: Queue | None = None
    service: Service | None = None
    state: str = ""
    until: datetime | None = None
    into: Ticket | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """A ticket that took the decision.

    `version` is the one it has since, `before` the id or name that stood there, `resolved_at` when
    it was resolved before, `event_id` its line of history.
    """

    number: int
    subject: str
    version: int
    before: int | str | None
    event_id: int
    resolved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """A ticket that stays as it is, and why."""

    number: int
    subject: str
    words: str
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of each ticket."""

    taken: tuple[Taken, ...]
    left: tuple[Left, ...]


def decide_for_many(
    tickets: Sequence[Ticket],
    decision: Decision,
    *,
    seen: Mapping[int, int],
    by: Person,
    now: datetime,
) -> Outcome:
    """Take the decision for each ticket that allows it; `seen` is the version by number.

    One that is newer than seen, refuses, or is so already is left, and the others are not held up.
    The tickets are locked by who asks.
    """
    taken: list[Taken] = []
    left: list[Left] = []
    told: set[int] = set()
    for ticket in tickets:
        number, subject, version = ticket.number, ticket.subject, ticket.version
        before, resolved_at = _before(ticket, decision.deed), ticket.resolved_at
        try:
            # A verb that refuses may have begun to change the ticket.
            with db.session.begin_nested():
                _carry_out(ticket, decision, told, seen=seen.get(number), by=by, now=now)
        except Outdated:
            left.append(Left(number, subject, CHANGED_MEANWHILE))
            continue
        except HelpdeskError as error:
            left.append(Left(number, subject, error.words, error.facts))
            continue
        if ticket.version == version:
            left.append(Left(number, subject, IS_SO_ALREADY))
            continue
        line = history(ticket, since_version=version)[0]
        taken.append(Taken(number, subject, ticket.version, before, line.id, resolved_at))
    return Outcome(tuple(taken), tuple(left))


def take_back(
    tickets: Sequence[Ticket],
    deed: Deed,
    *,
    done: Mapping[int, Taken],
    by: Person,
    now: datetime,
) -> Outcome:
    """Give each ticket back what it had; one that was changed since is left.

    It is written into the history like any change and told to nobody: whoever would hear of it
    has not heard of the first one, or hears it from who takes it back.
    """
    taken: list[Taken] = []
    left: list[Left] = []
    for ticket in tickets:
        was = done[ticket.number]
        if ticket.version != was.version:
            left.append(Left(ticket.number, ticket.subject, CHANGED_MEANWHILE))
            continue
        line = _restore(ticket, deed, was, by=by, now=now)
        taken.append(
            Taken(ticket.number, ticket.subject, ticket.version, _before(ticket, deed), line.id)
        )
    return Outcome(tuple(taken), tuple(left))


def _before(ticket: Ticket, deed: Deed) -> int | str | None:
    return {
        Deed.ASSIGN: ticket.assignee_id,
        Deed.QUEUE: ticket.queue_id,
        Deed.SERVICE: ticket.service_id,
        Deed.STATE: ticket.state,
        Deed.SNOOZE: ticket.snoozed_until.isoformat() if ticket.snoozed_until else None,
        Deed.MERGE: ticket.merged_into_id,
        Deed.DUPLICATE: None,
    }[deed]


def _carry_out(
    ticket: Ticket,
    decision: Decision,
    told: set[int],
    *,
    seen: int | None,
    by: Person,
    now: datetime,
) -> None:
    rest: dict[str, Any] = {"seen": seen, "by": by, "now": now}
    if decision.deed is Deed.ASSIGN:
        assign(ticket, to=decision.person, **rest)
    elif decision.deed is Deed.QUEUE:
        place(ticket, queue=decision.queue, **rest)
    elif decision.deed is Deed.SERVICE:
        place(ticket, service=decision.service, **rest)
    elif decision.deed is Deed.SNOOZE:
        assert decision.until is not None
        snooze(ticket, until=decision.until, **rest)
    elif decision.deed is Deed.MERGE:
        assert decision.into is not None
        # Who asked for several of them hears of it once.
        merge(ticket, into=decision.into, told=ticket.requester_id in told, **rest)
        told.add(ticket.requester_id)
    elif decision.deed is Deed.DUPLICATE:
        assert decision.into is not None
        expect(ticket, seen)
        link(ticket, other=decision.into, kind=LinkKind.DUPLICATE, by=by, now=now)
    else:
        expect(ticket, seen)
        if ticket.state == decision.state:
            return
        if decision.state not in {state.name for state in ticket.process_spec.states}:
            raise Refused(HAS_NO_SUCH_STATE)
        move(ticket, target=decision.state, **rest)


def _restore(ticket: Ticket, deed: Deed, was: Taken, *, by: Person, now: datetime) -> TicketEvent:
    after, before = _before(ticket, deed), was.before
    if deed is Deed.MERGE:
        return _last_of(ticket, lambda: separate(ticket, by=by, now=now))
    if deed is Deed.DUPLICATE:
        return _last_of(ticket, lambda: _unlink(ticket, was, by=by, now=now))
    kind = "placed"
    facts: dict[str, Any] = {deed.value: [after, before]}
    if deed is Deed.ASSIGN:
        ticket.assignee_id = _number(before)
        kind, facts = "assigned", {"from": after, "to": before}
    elif deed is Deed.QUEUE:
        ticket.queue_id = _number(before) or ticket.queue_id
    elif deed is Deed.SERVICE:
        ticket.service_id = _number(before)
    elif deed is Deed.SNOOZE:
        ticket.snoozed_until = datetime.fromisoformat(str(before)) if before else None
        kind, facts = ("snoozed", {"until": before}) if before else ("woken", {"why": "by hand"})
    else:
        ticket.state = str(before)
        standing = ticket.state_spec.standing
        ticket.standing = standing.value
        ticket.resolved_at = was.resolved_at if standing is Standing.DONE else None
        kind, facts = "moved", {"from": after, "to": before}
    return record(ticket, kind, by=by, now=now, facts=facts | {"undone": True})


def _last_of(ticket: Ticket, verb: Callable[[], None]) -> TicketEvent:
    """The first line that a verb of its own wrote on the ticket."""
    version = ticket.version
    verb()
    return history(ticket, since_version=version)[0]


def _unlink(ticket: Ticket, was: Taken, *, by: Person, now: datetime) -> None:
    line = db.session.get_one(TicketEvent, was.event_id)
    link_id = db.session.scalars(
        select(TicketLink.id).where(
            TicketLink.ticket_id == ticket.id,
            TicketLink.other_id == line.facts["other"],
            TicketLink.kind == LinkKind.DUPLICATE.value,
        )
    ).first()
    unlink(ticket, link_id or 0, by=by, now=now)


def _number(value: int | str | None) -> int | None:
    return value if isinstance(value, int) else None
