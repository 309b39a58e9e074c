"""Finds words among the tickets that somebody follows, whatever else their roles would show."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.stems import tokens
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.tickets.models import Ticket
from helpdesk.domain.tickets.queries.following import followed_by
from helpdesk.domain.tickets.search.portions import numbers_with_all

# The newest so many are looked through: years of a person's tickets, and a moment of a program's.
LOOKED_THROUGH = 300


def own_tickets_found(person: Person, query: str, *, limit: int = 10) -> Sequence[Ticket]:
    """Tickets that a person follows with all words of the query, or its number; newest first."""
    own = db.session.scalars(
        followed_by(person)
        .with_only_columns(Ticket.id)
        .order_by(Ticket.id.desc())
        .limit(LOOKED_THROUGH)
    ).all()
    words = tokens(query)
    found = list(numbers_with_all(words, own, internal=False))[:limit]
    named = query.strip().removeprefix("#")
    if named.isdecimal() and int(named) in own and int(named) not in found:
        found = [int(named), *found][:limit]
    return db.session.scalars(
        select(Ticket).where(Ticket.id.in_(found)).order_by(Ticket.id.desc())
    ).all()
