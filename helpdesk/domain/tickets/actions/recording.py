"""Writes the ticket's history; every verb on a ticket ends here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from helpdesk.core.db import db
from helpdesk.core.errors import Outdated, Refused
from helpdesk.core.rows import insert
from helpdesk.core.words import N_
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.tickets.models import Message, Ticket, TicketEvent


def record(
    ticket: Ticket,
    kind: str,
    *,
    by: Person | None,
    now: datetime,
    message: Message | None = None,
    facts: dict[str, Any] | None = None,
    begins: bool = False,
) -> TicketEvent:
    """Add one line to the history and give the ticket the version that the line made.

    All that the verb has changed so far is written before it. `begins` for the line that a new
    ticket was made with.
    """
    if not begins:
        ticket.version += 1
        ticket.changed_at = now
        db.session.flush()
    return insert(
        TicketEvent(
            ticket=ticket,
            version=ticket.version,
            at=now,
            by_id=by.id if by else None,
            kind=kind,
            message=message,
            facts=facts or {},
        )
    )


def expect(ticket: Ticket, seen: int | None) -> None:
    """Raise Outdated when the ticket is newer than version `seen`; None asks for nothing.

    Refused for one that was merged: whatever is decided is decided where it goes on.
    """
    if seen is not None and seen != ticket.version:
        raise Outdated(seen, ticket.version)
    if ticket.merged_into_id is not None:
        raise Refused(
            N_("It goes on in #%(number)s; decide it there."), number=ticket.merged_into_id
        )
