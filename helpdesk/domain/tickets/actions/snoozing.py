"""Verbs that put a ticket off until a time or an answer, and bring it back."""

from __future__ import annotations

import enum
from datetime import datetime, timedelta

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, Refused
from helpdesk.core.events import publish
from helpdesk.core.words import N_
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.processes import Standing
from helpdesk.domain.tickets.actions.recording import expect, record
from helpdesk.domain.tickets.events import TicketWoke
from helpdesk.domain.tickets.models import Ticket, TicketEvent
from helpdesk.domain.tickets.rules import UNTIL_AN_ANSWER

# What is put off for longer than that is not put off but forgotten.
LONGEST = timedelta(days=366)


class Why(enum.StrEnum):
    """What brought a ticket back."""

    TIME = "time"
    ANSWER = "answer"
    BY_HAND = "by hand"
    HANDED_ON = "handed on"


def snooze(
    ticket: Ticket, *, until: datetime, seen: int | None = None, by: Person, now: datetime
) -> None:
    """Take the ticket off the work lists until a time, an answer, or somebody fetches it back.

    State, clocks and assignee stay. Invalid for a time that is past or too far off, Refused for a
    ticket that is over, Outdated.
    """
    expect(ticket, seen)
    if ticket.state_spec.standing is Standing.DONE:
        raise Refused(N_("It is over already, so it is on no list that it could leave."))
    if until <= now:
        raise Invalid("until", N_("That time is past. Choose a later one."))
    if until - now > LONGEST and until != UNTIL_AN_ANSWER:
        raise Invalid("until", N_("That is more than a year away. Choose an earlier time."))
    if until == ticket.snoozed_until:
        return
    ticket.snoozed_until = until
    record(ticket, "snoozed", by=by, now=now, facts={"until": until.isoformat()})


def wake(ticket: Ticket, *, why: Why, by: Person | None, now: datetime) -> None:
    """Let the ticket stand on the work lists again; one that does already stays as it is."""
    if ticket.snoozed_until is None:
        return
    ticket.snoozed_until = None
    snoozed_by = db.session.scalar(
        select(TicketEvent.by_id)
        .where(TicketEvent.ticket_id == ticket.id, TicketEvent.kind == "snoozed")
        .order_by(TicketEvent.id.desc())
        .limit(1)
    )
    line = record(ticket, "woken", by=by, now=now, facts={"why": why.value})
    publish(TicketWoke(ticket, line, by, why is Why.TIME, snoozed_by))
