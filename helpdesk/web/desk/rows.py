"""A ticket as the rows of lists show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from flask_babel import gettext as _

from helpdesk.domain.accounts.models import Person
from helpdesk.domain.presence.queries import Here
from helpdesk.domain.processes import Standing
from helpdesk.domain.tickets.models import Ticket
from helpdesk.domain.tickets.queries import unread_among
from helpdesk.web.filters import local_name

# What a row may tell besides the priority, the subject, the number and who has it.
COLUMNS = ("requester", "unit", "service", "state", "process", "queue", "age", "changed")
USUAL_COLUMNS = ("requester", "service", "state", "changed")


@dataclass(frozen=True, slots=True)
class Row:
    """What the macro `row` reads."""

    number: int
    url: str
    subject: str
    requester: str
    service: str
    unit: str
    state: str
    state_kind: str
    priority: int
    assignee: str | None
    unread: bool
    changed_at: datetime
    opened_at: datetime
    queue: str
    process: str
    version: int
    looking: Sequence[Here] = ()


def rows_of(
    tickets: Sequence[Ticket], person: Person, looking: Mapping[int, Sequence[Here]] | None = None
) -> list[Row]:
    """The rows of tickets that came with their people, queue and service (`queries.ROW`).

    `looking` are those who have them open, by number.
    """
    unread = unread_among(person, [ticket.id for ticket in tickets])
    here = looking or {}
    return [
        row_of(each, unread=each.id in unread, looking=here.get(each.number, ()))
        for each in tickets
    ]


def row_of(ticket: Ticket, *, unread: bool, looking: Sequence[Here] = ()) -> Row:
    """One of them; `unread` as `queries.unread_among` says."""
    return Row(
        number=ticket.number,
        url=url_for("desk.ticket", number=ticket.number),
        subject=ticket.subject,
        requester=ticket.requester.display_name,
        service=local_name(ticket.service),
        unit=local_name(ticket.unit),
        state=_(ticket.state_spec.label),
        state_kind=state_kind(ticket),
        priority=ticket.priority,
        assignee=ticket.assignee.display_name if ticket.assignee else None,
        unread=unread,
        changed_at=ticket.changed_at,
        opened_at=ticket.opened_at,
        queue=local_name(ticket.queue),
        process=_(ticket.process_spec.label),
        version=ticket.version,
        looking=looking,
    )


def is_new(ticket: Ticket) -> bool:
    """Whether nobody has begun with the ticket."""
    return ticket.state == ticket.process_spec.initial


def state_kind(ticket: Ticket) -> str:
    """The colour of a state, as the macro `state` names it."""
    if is_new(ticket):
        return "new"
    return {Standing.OPEN: "open", Standing.WAITING: "waiting", Standing.DONE: "done"}[
        ticket.state_spec.standing
    ]
