"""The tickets that are shown beside a ticket: what it is linked to, and its requester's others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import false, literal, select, true, union_all

from helpdesk.core.db import db
from helpdesk.domain.tickets.models import Ticket, TicketLink

# No kinds of links: a ticket says itself that it goes on in another one.
_MERGED = "merged"
_INTO = "into"


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What stands around a ticket.

    `links` oldest first; `merged` are the tickets that go on in this one, and `into` is the one
    that it goes on in itself.
    """

    links: Sequence[Linked]
    others: Sequence[Ticket]
    merged: Sequence[Ticket] = ()
    into: Ticket | None = None


@dataclass(frozen=True, slots=True)
class Linked:
    """A link as seen from one end: `stands` when it is this ticket that stands in it."""

    link_id: int
    kind: str
    stands: bool
    other: Ticket


def neighbours_of(ticket: Ticket, *, others: int) -> Neighbours:
    """What a ticket is linked to, and up to `others` newest tickets of its requester; one question.

    A few short lists of ids are read by index, and then their tickets.
    """
    newest = (
        select(Ticket.id)
        .where(Ticket.requester_id == ticket.requester_id, Ticket.id != ticket.id)
        .order_by(Ticket.id.desc())
        .limit(others)
        .subquery()
    )
    near = union_all(
        select(
            TicketLink.id.label("link"),
            TicketLink.kind.label("kind"),
            true().label("stands"),
            TicketLink.other_id.label("other"),
        ).where(TicketLink.ticket_id == ticket.id),
        select(TicketLink.id, TicketLink.kind, false(), TicketLink.ticket_id).where(
            TicketLink.other_id == ticket.id
        ),
        select(literal(0), literal(_MERGED), false(), Ticket.id).where(
            Ticket.merged_into_id == ticket.id
        ),
        select(literal(0), literal(_INTO), true(), Ticket.id).where(
            Ticket.id == ticket.merged_into_id
        ),
        select(literal(0), literal(""), false(), newest.c.id),
    ).subquery()
    rows = db.session.execute(
        select(near.c.link, near.c.kind, near.c.stands, Ticket)
        .join(Ticket, Ticket.id == near.c.other)
        .order_by(near.c.link, Ticket.id.desc())
    ).all()
    unlinked = [(row.kind, row.Ticket) for row in rows if not row.link]
    return Neighbours(
        [Linked(row.link, row.kind, bool(row.stands), row.Ticket) for row in rows if row.link],
        [other for kind, other in unlinked if kind == ""],
        [other for kind, other in unlinked if kind == _MERGED],
        next((other for kind, other in unlinked if kind == _INTO), None),
    )
