"""What can be decided about many tickets: from what a form chose, and in words."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _

from helpdesk.domain.accounts.permissions import Action
from helpdesk.domain.accounts.queries import people_who_may
from helpdesk.domain.services.queries import services
from helpdesk.domain.tickets.actions import Decision, Deed
from helpdesk.domain.tickets.models import Ticket
from helpdesk.domain.tickets.queries import queues, tickets_among
from helpdesk.web.account import me
from helpdesk.web.desk.history_moving import until_words
from helpdesk.web.desk.narrowing import all_states
from helpdesk.web.desk.putting_off import instant_from
from helpdesk.web.filters import local_name
from helpdesk.web.numbers import row_number

OLDEST = "oldest"


def decision_of(chosen: str, numbers: Sequence[int]) -> Decision | None:
    """What was chosen, as “deed:value”, for tickets; None for what is not offered."""
    deed, _colon, value = chosen.partition(":")
    if deed == Deed.ASSIGN:
        person = next(
            (p for p in people_who_may(Action.WORK_ON_TICKETS) if str(p.id) == value), None
        )
        return Decision(Deed.ASSIGN, person=person) if person or value == "0" else None
    if deed == Deed.QUEUE:
        queue = next((each for each in queues() if str(each.id) == value), None)
        return Decision(Deed.QUEUE, queue=queue) if queue else None
    if deed == Deed.SERVICE:
        service = next((each for each in services() if str(each.id) == value), None)
        return Decision(Deed.SERVICE, service=service) if service else None
    if deed == Deed.STATE and value in all_states():
        return Decision(Deed.STATE, state=value)
    if deed == Deed.SNOOZE:
        until = instant_from(value)
        return Decision(Deed.SNOOZE, until=until) if until else None
    if deed in (Deed.MERGE, Deed.DUPLICATE):
        into = _target(value, numbers)
        return Decision(Deed(deed), into=into) if into else None
    return None


def _target(value: str, numbers: Sequence[int]) -> Ticket | None:
    """The ticket that the others are merged into or linked to: the one named, else the oldest."""
    number = row_number(value) if value != OLDEST else min(numbers, default=None)
    if number is None:
        return None
    return next(iter(tickets_among(me(), [number])), None)


def chosen_words(decision: Decision) -> str:
    """The decision as “deed:value”, with the ticket that it names."""
    return f"{decision.deed.value}:{decision.into.id}" if decision.into else ""


def what_of(decision: Decision) -> str:
    """The decision in words."""
    if decision.deed is Deed.ASSIGN and decision.person is None:
        return _("Assign to nobody")
    if decision.deed is Deed.ASSIGN and decision.person is not None:
        return _("Assign to %(name)s", name=decision.person.display_name)
    if decision.deed is Deed.QUEUE:
        return _("Move to the queue %(name)s", name=local_name(decision.queue))
    if decision.deed is Deed.SERVICE:
        return _("Set the service %(name)s", name=local_name(decision.service))
    if decision.deed is Deed.SNOOZE and decision.until is not None:
        return _("Snooze %(until)s", until=until_words(decision.until))
    if decision.deed is Deed.MERGE and decision.into is not None:
        return _("Merge into #%(number)s", number=decision.into.id)
    if decision.deed is Deed.DUPLICATE and decision.into is not None:
        return _("Link as duplicates of #%(number)s", number=decision.into.id)
    return _("Change the state to %(name)s", name=_(all_states()[decision.state]))
