"""What the forms of the desk offer to choose from, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from flask_babel import gettext as _

from helpdesk.domain.accounts.models import Absence, BusinessUnit, Function, Person
from helpdesk.domain.correspondence.models import Mailbox
from helpdesk.domain.services.models import Service
from helpdesk.domain.tickets.models import Queue
from helpdesk.forms.choices import SelectChoice
from helpdesk.web.away import name_with_absence
from helpdesk.web.filters import local_name


def queue_choices(queues: Iterable[Queue]) -> list[SelectChoice]:
    """The queues, grouped by their functions."""
    by_function: dict[str, list[SelectChoice]] = {}
    for queue in queues:
        group = local_name(queue.function)
        choice = SelectChoice(str(queue.id), local_name(queue), optgroup=group)
        by_function.setdefault(group, []).append(choice)
    return [choice for group in by_function.values() for choice in group]


def service_choices(services: Iterable[Service]) -> list[SelectChoice]:
    """The services by name."""
    named = sorted(services, key=lambda service: local_name(service).casefold())
    return [SelectChoice(str(service.id), local_name(service)) for service in named]


def unit_choices(units: Iterable[BusinessUnit]) -> list[SelectChoice]:
    """The business units by name."""
    named = sorted(units, key=lambda unit: local_name(unit).casefold())
    return [SelectChoice(str(unit.id), local_name(unit)) for unit in named]


def person_choices(
    people: Iterable[Person], away: Mapping[int, Absence] = MappingProxyType({})
) -> list[SelectChoice]:
    """People as they come; of those who are away, when they are back."""
    return [SelectChoice(str(person.id), name_with_absence(person, away)) for person in people]


def state_choices(states: Mapping[str, str]) -> list[SelectChoice]:
    """States by name, from name and label."""
    return [SelectChoice(name, _(label)) for name, label in states.items()]


def function_choices(functions: Iterable[Function]) -> list[SelectChoice]:
    """Functions as they come."""
    return [SelectChoice(str(function.id), local_name(function)) for function in functions]


def mailbox_choices(mailboxes: Iterable[Mailbox]) -> list[SelectChoice]:
    """Mailboxes by their addresses; nothing but a dash where there is none."""
    found = [SelectChoice(str(mailbox.id), mailbox.address) for mailbox in mailboxes]
    return found or [SelectChoice("0", "–")]
