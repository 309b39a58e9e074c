"""What the keys of a search ask of the tickets themselves, and what in them makes no sense."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, not_, or_, select

from helpdesk.domain.accounts.models import Person
from helpdesk.domain.accounts.permissions import Action, may
from helpdesk.domain.accounts.queries import person_by_address
from helpdesk.domain.processes import PROCESSES, Standing
from helpdesk.domain.tickets.models import Attachment, Message, MessageKind, Ticket
from helpdesk.domain.tickets.search import values
from helpdesk.domain.tickets.search.exact import readable
from helpdesk.domain.tickets.search.existing import choices_of
from helpdesk.domain.tickets.search.language import Key, Term
from helpdesk.domain.tickets.search.people import requester_called, words_of_name
from helpdesk.domain.tickets.search.values import Choice, fitting

_COLUMNS: Mapping[Key, Any] = {
    Key.FUNCTION: Ticket.queue_id,
    Key.QUEUE: Ticket.queue_id,
    Key.PROCESS: Ticket.process,
    Key.SERVICE: Ticket.service_id,
    Key.UNIT: Ticket.business_unit_id,
    Key.PRIORITY: Ticket.priority,
    Key.ASSIGNEE: Ticket.assignee_id,
}
_STANDINGS = frozenset(standing.value for standing in Standing)
_FINISHED = frozenset(
    state.name
    for process in PROCESSES.values()
    for state in process.states
    if state.standing is Standing.DONE
) | {Standing.DONE.value}


class Why(enum.StrEnum):
    """What is wrong with a term of a query."""

    NO_SUCH_KEY = "no such key"
    NO_VALUE = "no value"
    NO_SUCH_VALUE = "no such value"
    NO_SUCH_PERSON = "no such person"
    NO_SUCH_DAY = "no such day"


@dataclass(frozen=True, slots=True)
class Complaint:
    """A value that was left out of the search (an unknown key: searched as words), and why."""

    why: Why
    term: Term
    value: str = ""
    exists: Sequence[Choice] = ()


@dataclass(frozen=True, slots=True)
class Asking:
    """Who searches, when and where: what `me`, `today` and the beginning of a day depend on."""

    by: Person
    now: datetime
    zone: tzinfo


@dataclass
class Asked:
    """What the keys of a query came to: conditions, and what narrows the search most."""

    conditions: list[ColumnElement[bool]] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)
    # Words of requesters' names, one group for each value: the index must have one of the groups.
    names: Sequence[Sequence[str]] = ()
    # The tickets of these have indexes of their own.
    requesters: Sequence[int] | None = None
    services: Sequence[int] | None = None
    assignees: Sequence[int] | None = None
    only_unfinished: bool = False
    looks_into_messages: bool = False
    since: datetime | None = None
    until: datetime | None = None


def asked_for(terms: Sequence[Term], asking: Asking) -> Asked:
    """The keys of a query as conditions; a key that stands there twice means either value."""
    asked = Asked()
    asked.complaints += [
        Complaint(Why.NO_SUCH_KEY, term) for term in terms if term.key is None and term.name
    ]
    for key in Key:
        for negated in (False, True):
            said = [term for term in terms if term.key is key and term.negated is negated]
            understood = [each for term in said for each in _understood(asked, term, asking)]
            if understood:
                asked.conditions.append(_condition(asked, key, understood, asking, negated))
    return asked


def _understood(asked: Asked, term: Term, asking: Asking) -> list[Any]:
    """What the values of a term stand for; complaints about the others are kept."""
    assert term.key is not None
    if not term.values:
        asked.complaints.append(Complaint(Why.NO_VALUE, term, "", choices_of(term.key)))
    if term.key in (Key.BEFORE, Key.AFTER):
        for value in term.values:
            _ask_for_days(asked, term, value, asking)
        return []
    if term.key is Key.FROM:
        return [each for value in term.values for each in _requesters(asked, term, value, asking)]
    found: list[Any] = []
    exist = choices_of(term.key) if term.values else []
    for value in term.values:
        choices = fitting(value, exist)
        if not choices:
            asked.complaints.append(Complaint(Why.NO_SUCH_VALUE, term, value, exist))
        for choice in choices:
            found += _meant(term.key, choice, asking)
    return found


def _ask_for_days(asked: Asked, term: Term, value: str, asking: Asking) -> None:
    start = values.start_of(value, now=asking.now, zone=asking.zone)
    if start is None:
        asked.complaints.append(Complaint(Why.NO_SUCH_DAY, term, value))
    elif (term.key is Key.BEFORE) is not term.negated:
        asked.conditions.append(Ticket.opened_at < start)
        asked.until = min(start, asked.until or start)
    else:
        asked.conditions.append(Ticket.opened_at >= start)
        asked.since = max(start, asked.since or start)


def _meant(key: Key, choice: Choice, asking: Asking) -> Sequence[Any]:
    if key is Key.HAS:
        return [choice]
    if key is not Key.ASSIGNEE or choice not in values.ASSIGNEES:
        return choice.stands_for
    return [asking.by.id if choice.en == values.MYSELF else None]


def _requesters(asked: Asked, term: Term, value: str, asking: Asking) -> Sequence[Any]:
    """Ids of those who are known for certain, else the name."""
    if values.plain(value) in values.ASSIGNEES[0].spellings:
        return [asking.by.id]
    person = person_by_address(value) if "@" in value else None
    if person is not None:
        return [person.id]
    if words_of_name(value):
        return [value]
    asked.complaints.append(Complaint(Why.NO_SUCH_PERSON, term, value))
    return []


def _condition(
    asked: Asked, key: Key, understood: Sequence[Any], asking: Asking, negated: bool
) -> ColumnElement[bool]:
    if key is Key.HAS:
        asked.looks_into_messages = True
        parts = [_has(choice, asking) for choice in understood]
        return not_(or_(*parts)) if negated else and_(*parts)
    if key is Key.FROM:
        return _from(asked, understood, negated=negated)
    if not negated:
        _narrow(asked, key, understood)
    if key is Key.STATUS:
        # A word for a whole class of states is a standing, every other one a state.
        condition = or_(
            Ticket.standing.in_([each for each in understood if each in _STANDINGS]),
            Ticket.state.in_([each for each in understood if each not in _STANDINGS]),
        )
        return not_(condition) if negated else condition
    return _among(_COLUMNS[key], understood, negated=negated)


def _from(asked: Asked, understood: Sequence[Any], *, negated: bool) -> ColumnElement[bool]:
    ids = [each for each in understood if isinstance(each, int)]
    names = [each for each in understood if isinstance(each, str)]
    if not negated and not ids:
        asked.names = [words_of_name(name) for name in names]
    elif not negated and not names:
        asked.requesters = ids
    condition = or_(
        *(requester_called(name) for name in names),
        *([Ticket.requester_id.in_(ids)] if ids else []),
    )
    return not_(condition) if negated else condition


def _among(column: Any, understood: Sequence[Any], *, negated: bool) -> ColumnElement[bool]:
    known = [each for each in understood if each is not None]
    nothing = [column.is_(None)] if None in understood else []
    if not negated:
        return or_(column.in_(known), *nothing)
    # Nothing is equal to NULL, and nothing is unequal to it either.
    others = column.is_not(None) if nothing else or_(column.is_(None), column.not_in(known))
    return and_(others, column.not_in(known)) if nothing and known else others


def _narrow(asked: Asked, key: Key, understood: Sequence[Any]) -> None:
    if key is Key.STATUS:
        asked.only_unfinished = _FINISHED.isdisjoint(understood)
    elif key is Key.SERVICE:
        asked.services = understood
    elif key is Key.ASSIGNEE and None not in understood:
        asked.assignees = understood


def _has(choice: Choice, asking: Asking) -> ColumnElement[bool]:
    internal = may(asking.by, Action.SEE_TICKETS)
    said = select(Message.id).where(Message.ticket_id == Ticket.id)
    if choice.en == values.NOTE:
        return exists(said.where(Message.kind == MessageKind.NOTE.value)) if internal else false()
    said = said.where(readable(internal=internal))
    # Pictures inside a mail's own words are nobody's idea of an attachment.
    return exists(
        said.join(Attachment, Attachment.message_id == Message.id).where(~Attachment.inline)
    )
