"""Finds tickets that are like one: by words of its subject, among the newest."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from sqlalchemy import Select, func, select

from helpdesk.core.db import db, on_postgresql
from helpdesk.core.stems import forms, tokens
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.accounts.permissions import Action, may
from helpdesk.domain.processes import MERGED
from helpdesk.domain.tickets.models import Ticket, TicketLink
from helpdesk.domain.tickets.queries import ROW, visible_to
from helpdesk.domain.tickets.search.portions import any_form, numbers_matching

# What is older than so many tickets is hardly the same matter, and the bound keeps the index cheap.
AMONG = 20_000
# So many of the newest hits are compared.
COMPARED = 40
# The longest words say most; with more of them the pairs become many.
MOST_WORDS = 5
SHORTEST_WORD = 4
# What sharing the service is worth, in words.
_SAME_SERVICE = 2


def similar_to(ticket: Ticket, *, by: Person, limit: int) -> Sequence[Ticket]:
    """Tickets that share at least two words with the ticket's subject, most alike and newest first.

    One word is enough where the subject has no more. At most COMPARED hits of the newest AMONG
    tickets are compared, so it costs the same however many tickets there are.
    """
    words = _telling(ticket.subject)
    if not words:
        return []
    newest = db.session.scalar(select(func.max(Ticket.id))) or 0
    numbers = numbers_matching(
        _pairs(words),
        internal=may(by, Action.SEE_TICKETS),
        top=newest + 1,
        bottom=max(0, newest - AMONG),
        limit=COMPARED,
    )
    others = db.session.scalars(
        visible_to(by)
        .where(
            Ticket.id.in_(numbers),
            Ticket.id != ticket.id,
            Ticket.id.not_in(_known(ticket)),
            Ticket.state != MERGED.name,
        )
        .options(*ROW)
    ).all()
    sought = {form for word in words for form in forms(word)}

    def likeness(other: Ticket) -> tuple[int, int]:
        shared = sum(1 for word in set(tokens(other.subject)) if not sought.isdisjoint(forms(word)))
        same = ticket.service_id is not None and other.service_id == ticket.service_id
        return shared + (_SAME_SERVICE if same else 0), other.id

    return sorted(others, key=likeness, reverse=True)[:limit]


def _known(ticket: Ticket) -> Select[int]:
    """Those that it is linked to already need not be found."""
    one = select(TicketLink.other_id).where(TicketLink.ticket_id == ticket.id)
    other = select(TicketLink.ticket_id).where(TicketLink.other_id == ticket.id)
    both = one.union_all(other).subquery()
    return select(both.c.other_id)


def _telling(subject: str) -> list[str]:
    """The words of a subject that say what it is about: the longest, and those with a figure."""
    words = [
        word
        for word in dict.fromkeys(tokens(subject))
        if len(word) >= SHORTEST_WORD or any(sign.isdecimal() for sign in word)
    ]
    return sorted(words, key=len, reverse=True)[:MOST_WORDS]


def _pairs(words: Sequence[str]) -> str:
    both, either = (" & ", " | ") if on_postgresql() else (" AND ", " OR ")
    if len(words) == 1:
        return any_form(words[0])
    pairs = (f"({any_form(one)}{both}{any_form(two)})" for one, two in combinations(words, 2))
    return either.join(pairs)
