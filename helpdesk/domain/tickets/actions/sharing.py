"""The verb by which requesters keep a ticket from their colleagues, or show it to them again."""

from __future__ import annotations

from datetime import datetime

from helpdesk.core.errors import Refused
from helpdesk.core.words import N_
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.tickets.actions.recording import record
from helpdesk.domain.tickets.models import Ticket


def keep_private(ticket: Ticket, *, private: bool, by: Person, now: datetime) -> None:
    """Keep it from the people of its unit, or let them read it; Refused for all but its requester.

    Agents, its requester and those who follow it read it in any case.
    """
    if by.id != ticket.requester_id:
        raise Refused(N_("Only who asked can decide that."))
    if ticket.private == private:
        return
    ticket.private = private
    record(ticket, "kept private" if private else "shown to unit", by=by, now=now)
