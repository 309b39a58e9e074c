"""Finds tickets: reads a query, looks through bounded portions, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from helpdesk.core.db import db
from helpdesk.core.stems import tokens
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.accounts.permissions import Action, may
from helpdesk.domain.tickets.models import Ticket
from helpdesk.domain.tickets.queries import ROW, visible_to
from helpdesk.domain.tickets.search.exact import MOST_READ, holding
from helpdesk.domain.tickets.search.filters import Asked, Asking, Complaint, asked_for
from helpdesk.domain.tickets.search.language import Sought, Term, sought_in, terms_of
from helpdesk.domain.tickets.search.portions import numbers_with_any, portions

PAGE = 25


@dataclass(frozen=True, slots=True)
class Found:
    """One page of hits, newest first.

    `named` is the ticket whose number was asked for: it stands before all others. `next_before` is
    the key of the next page. `stopped_at` is the number above which everything was looked through,
    where the search gave up before the page was full.
    """

    tickets: Sequence[Ticket] = ()
    named: Ticket | None = None
    next_before: int | None = None
    stopped_at: int | None = None
    sought: Sought = field(default_factory=Sought)
    terms: Sequence[Term] = ()
    complaints: Sequence[Complaint] = ()


def search(query: str, asking: Asking, *, before: int | None = None, limit: int = PAGE) -> Found:
    """What the person may see of what the query asks for; `before` is a `next_before`."""
    terms = terms_of(query)
    sought, asked = sought_in(terms), asked_for(terms, asking)
    named, numbers = _named(terms, asking.by)
    if named is None and numbers:
        # There is no such ticket for this person, but the number may stand in another one.
        sought = replace(sought, words=(*sought.words, *map(str, numbers)))
    found = Found(
        named=named if before is None else None,
        sought=sought,
        terms=terms,
        complaints=asked.complaints,
    )
    if not (sought.in_index or sought.not_words or sought.not_phrases or asked.conditions):
        return found
    tickets, low = _looked_for(sought, asked, asking.by, before, limit, but=named)
    more = len(tickets) > limit
    return replace(
        found,
        tickets=tickets[:limit],
        next_before=tickets[limit - 1].id if more else None,
        stopped_at=None if more else low,
    )


def tickets_found(
    query: str, *, by: Person, before: int | None = None, limit: int = PAGE
) -> Sequence[Ticket]:
    """Tickets that hold all words of the query and that the person may see, newest first.

    Only words, without the language. `before` is the number of the last ticket of the page before.
    """
    sought = Sought(words=tuple(tokens(query)))
    return _looked_for(sought, Asked(), by, before, limit)[0][:limit] if sought.words else []


def _named(terms: Sequence[Term], by: Person) -> tuple[Ticket | None, list[int]]:
    numbers = [term.number for term in terms if term.number is not None]
    if not numbers:
        return None, []
    statement = visible_to(by).where(Ticket.id == numbers[0]).options(*ROW)
    return db.session.scalar(statement), numbers


def _looked_for(
    sought: Sought,
    asked: Asked,
    by: Person,
    before: int | None,
    limit: int,
    *,
    but: Ticket | None = None,
) -> tuple[list[Ticket], int | None]:
    """One ticket more than `limit`, if there is, and below which number nothing was looked at."""
    internal = may(by, Action.SEE_TICKETS)
    has_to_read = bool(
        sought.phrases or sought.not_phrases or (sought.not_words and not sought.in_index)
    )
    found: list[Ticket] = []
    low: int | None = None
    for portion in portions(sought, asked, internal=internal, before=before):
        low = portion.low
        statement = (
            visible_to(by).where(portion.condition, *asked.conditions).order_by(Ticket.id.desc())
        )
        if but is not None:
            statement = statement.where(Ticket.id != but.id)
        missing = limit + 1 - len(found)
        if has_to_read:
            ids = statement.with_only_columns(Ticket.id).limit(MOST_READ)
            numbers = db.session.scalars(ids).all()
            kept = _read_through(numbers, sought, internal=internal)[:missing]
            statement = statement.where(Ticket.id.in_(kept))
            if len(numbers) == MOST_READ:
                low = numbers[-1]
        found += db.session.scalars(statement.options(*ROW).limit(missing)).all()
        if len(found) > limit or low is None or low != portion.low:
            break
    return found, low


def _read_through(numbers: Sequence[int], sought: Sought, *, internal: bool) -> list[int]:
    if sought.not_words and not sought.in_index:
        unwanted = numbers_with_any(sought.not_words, numbers, internal=internal)
        numbers = [number for number in numbers if number not in unwanted]
    return holding(numbers, sought, internal=internal)
