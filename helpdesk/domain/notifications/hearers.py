"""Who hears of what happened to a ticket: the people that the rows of NOTIFICATIONS name."""

from __future__ import annotations

from collections.abc import Iterable

from helpdesk.domain.accounts.absence import substitute_of
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.accounts.permissions import Action, may
from helpdesk.domain.accounts.queries import people_by_ids, person_by_id
from helpdesk.domain.tickets.events import (
    Happened,
    NoteAdded,
    SupplierAnswered,
    TicketAssigned,
    TicketMerged,
    TicketWoke,
    WroteToSupplier,
)
from helpdesk.domain.tickets.queries import watchers_of
from helpdesk.domain.tickets.queries.suppliers import people_of_conversation, wrote_last_to


def requester(event: Happened) -> Iterable[Person]:
    """Who asked."""
    person = person_by_id(event.ticket.requester_id)
    return (person,) if person else ()


def requesters_side(event: Happened) -> Iterable[Person]:
    """Who asked, and who follows."""
    return (*requester(event), *watchers_of(event.ticket))


def assignee(event: Happened) -> Iterable[Person]:
    """Who works on it."""
    person = person_by_id(event.ticket.assignee_id) if event.ticket.assignee_id else None
    return (person,) if person else ()


def substitute(event: Happened) -> Iterable[Person]:
    """Who stands in for who works on it, while they are away."""
    assignee_id = event.ticket.assignee_id
    person = substitute_of(assignee_id, now=event.event.at) if assignee_id else None
    return (person,) if person else ()


def those_inside(event: Happened) -> Iterable[Person]:
    """Who works on it, and the agents who follow it: they hear of it by internal mail alone."""
    following = (each for each in watchers_of(event.ticket) if may(each, Action.SEE_TICKETS))
    return (*assignee(event), *following)


def suppliers(event: WroteToSupplier) -> Iterable[Person]:
    """To whom the mails of a conversation go."""
    return people_of_conversation(event.conversation.id)


def those_who_asked_the_supplier(event: SupplierAnswered) -> Iterable[Person]:
    """Those inside, and who wrote last where nobody works on it."""
    inside = tuple(those_inside(event))
    if event.ticket.assignee_id is not None:
        return inside
    # Nobody works on it, but somebody wrote and waits.
    wrote = wrote_last_to(event.conversation)
    return (*inside, wrote) if wrote is not None and may(wrote, Action.SEE_TICKETS) else inside


def mentioned(event: NoteAdded) -> Iterable[Person]:
    """Whom a note mentions."""
    return people_by_ids(event.mentioned).values()


def inside_but_not_mentioned(event: NoteAdded) -> Iterable[Person]:
    """Those inside whom a note does not mention: they are told of it another way."""
    return [person for person in those_inside(event) if person.id not in event.mentioned]


def now_responsible(event: TicketAssigned) -> Iterable[Person]:
    """To whom it was assigned."""
    person = person_by_id(event.after_id) if event.after_id else None
    return (person,) if person else ()


def who_asked_for_the_merged(event: TicketMerged) -> Iterable[Person]:
    """Who asked for the ticket that goes on in this one."""
    person = person_by_id(event.merged.requester_id)
    return (person,) if person else ()


def who_put_it_off(event: TicketWoke) -> Iterable[Person]:
    """Who works on it, or put it off."""
    person_id = event.ticket.assignee_id or event.snoozed_by_id
    person = person_by_id(person_id) if person_id else None
    return (person,) if person and may(person, Action.SEE_TICKETS) else ()
