"""Verbs that say what one ticket is to another."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.errors import NotFound, Refused
from helpdesk.core.words import N_
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.tickets.actions.recording import record
from helpdesk.domain.tickets.models import LinkKind, Ticket, TicketLink
from helpdesk.domain.tickets.queries.finding import ticket_by_number

# Kinds that say the same from either end.
_MUTUAL = frozenset({LinkKind.RELATED})


def link(
    ticket: Ticket, *, other: Ticket, kind: LinkKind, by: Person | None, now: datetime
) -> None:
    """Say what this ticket is to another; both histories tell it.

    Refused for itself, for what was said before, and for what would be a part of itself.
    """
    if ticket.id == other.id:
        raise Refused(N_("A ticket cannot be linked to itself."))
    if _is_linked(ticket, other, kind) or (kind in _MUTUAL and _is_linked(other, ticket, kind)):
        raise Refused(N_("It is linked to #%(number)s in this way already."), number=other.id)
    if kind is LinkKind.CHILD:
        _refuse_circle(ticket, other)
    db.session.add(TicketLink(ticket_id=ticket.id, other_id=other.id, kind=kind.value))
    record(ticket, "linked", by=by, now=now, facts={"kind": kind.value, "other": other.id})
    record(other, "linked", by=by, now=now, facts={"kind": f"{kind.value} of", "other": ticket.id})


def unlink(ticket: Ticket, link_id: int, *, by: Person, now: datetime) -> None:
    """Take a link away, from either end; both histories tell it. NotFound for another ticket's."""
    found = db.session.get(TicketLink, link_id)
    if found is None or ticket.id not in (found.ticket_id, found.other_id):
        raise NotFound(N_("There is no such link any more."))
    kind, first_id, second_id = found.kind, found.ticket_id, found.other_id
    db.session.delete(found)
    for number, facts in (
        (first_id, {"kind": kind, "other": second_id}),
        (second_id, {"kind": f"{kind} of", "other": first_id}),
    ):
        end = ticket if number == ticket.id else ticket_by_number(number, lock=True)
        if end is not None:
            record(end, "unlinked", by=by, now=now, facts=facts)


def _is_linked(ticket: Ticket, other: Ticket, kind: LinkKind) -> bool:
    return (
        db.session.scalar(
            select(TicketLink.id).where(
                TicketLink.ticket_id == ticket.id,
                TicketLink.other_id == other.id,
                TicketLink.kind == kind.value,
            )
        )
        is not None
    )


def _refuse_circle(part: Ticket, whole: Ticket) -> None:
    """A ticket is a part of one other at most, and never of what is a part of itself."""
    if (already := _whole_of(part.id)) is not None:
        raise Refused(N_("It is a part of #%(number)s already."), number=already)
    above: int | None = whole.id
    while above is not None:
        above = _whole_of(above)
        if above == part.id:
            raise Refused(N_("#%(number)s is itself a part of this ticket."), number=whole.id)


def _whole_of(number: int) -> int | None:
    return db.session.scalar(
        select(TicketLink.other_id).where(
            TicketLink.ticket_id == number, TicketLink.kind == LinkKind.CHILD.value
        )
    )
