"""Questions about who has read what."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, exists, func, or_, select

from helpdesk.core.db import db
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.processes import Standing
from helpdesk.domain.tickets.models import ReadMark, Ticket, TicketEvent

# Versions of tickets begin with 0.
_NOTHING = -1


def unread_among(person: Person, numbers: Sequence[int]) -> set[int]:
    """Those of these tickets that somebody else has changed since the person last opened them.

    One that they never opened is unread for as long as it is unfinished. What happened by itself
    counts as done by somebody else; the person's own acts never do.
    """
    if not numbers:
        return set()
    known = func.coalesce(ReadMark.version, _NOTHING)
    # Most tickets on a page are as they were, and then no line of history is looked at.
    by_others = exists().where(
        TicketEvent.ticket_id == Ticket.id,
        TicketEvent.version > known,
        or_(TicketEvent.by_id.is_(None), TicketEvent.by_id != person.id),
    )
    statement = (
        select(Ticket.id)
        .outerjoin(ReadMark, and_(ReadMark.ticket_id == Ticket.id, ReadMark.person_id == person.id))
        .where(
            Ticket.id.in_(numbers),
            Ticket.version > known,
            or_(ReadMark.person_id.is_not(None), Ticket.standing != Standing.DONE.value),
            by_others,
        )
    )
    return set(db.session.scalars(statement))
