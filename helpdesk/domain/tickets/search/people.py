"""Whom a search means by a name: requesters by what they are called, assignees by who works."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, exists, or_, select

from helpdesk.core.db import db, like_literal
from helpdesk.core.stems import tokens
from helpdesk.domain.accounts.models import Grant, Person
from helpdesk.domain.tickets.models import Ticket
from helpdesk.domain.tickets.search.values import Choice, spellings_of

# Nobody has a longer name that anybody would type.
_MOST_WORDS = 6


def words_of_name(value: str) -> tuple[str, ...]:
    """The words of a name or address, as they stand in the index of each of its tickets."""
    return tuple(tokens(value)[:_MOST_WORDS])


def requester_called(value: str) -> ColumnElement[bool]:
    """Whether all words of the value begin a word of the requester's name or address.

    For a bounded number of tickets: it looks at each one's requester.
    """
    words = [
        or_(
            *(
                Person.name.like(f"{before}{like_literal(spelling)}%", escape="\\")
                for spelling in spellings_of(word)
                for before in ("", "% ", "%-")
            ),
            *(
                Person.email.like(f"{before}{like_literal(word)}%", escape="\\")
                for before in ("", "%.", "%@", "%-")
            ),
        )
        for word in words_of_name(value)
    ]
    return exists(select(Person.id).where(Person.id == Ticket.requester_id, and_(*words)))


def workers() -> list[Choice]:
    """Everybody with a role, also those who work here no more: to whom tickets were assigned."""
    people = db.session.scalars(
        select(Person)
        .where(Person.id.in_(select(Grant.person_id)))
        .order_by(Person.active.desc(), Person.name, Person.id)
    )
    return [
        Choice(person.email, person.email, person.name, (person.name,), (person.id,))
        for person in people
    ]
