"""Which values there are for a key of a search: those of our data and those of the database."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from helpdesk.domain.accounts.models import BusinessUnit
from helpdesk.domain.accounts.queries import functions
from helpdesk.domain.accounts.units import units
from helpdesk.domain.services.models import Service
from helpdesk.domain.services.queries import services
from helpdesk.domain.tickets.models import Queue
from helpdesk.domain.tickets.queries import queues
from helpdesk.domain.tickets.search import values
from helpdesk.domain.tickets.search.language import Key
from helpdesk.domain.tickets.search.people import workers
from helpdesk.domain.tickets.search.values import Choice


def choices_of(key: Key) -> list[Choice]:
    """The values of a key that can be counted up; none for days and people's names."""
    return _CHOICES[key]() if key in _CHOICES else []


def _functions() -> list[Choice]:
    of: dict[int, list[object]] = {}
    for queue in queues():
        of.setdefault(queue.function_id, []).append(queue.id)
    # A function without a queue has no tickets, but it exists.
    return [
        Choice(
            each.key,
            each.key,
            each.name_en,
            (each.name_en, each.name_sv),
            tuple(of.get(each.id, (0,))),
            each.name_sv,
        )
        for each in functions()
    ]


def _queues() -> list[Choice]:
    return [_named(queue) for queue in queues()]


def _services() -> list[Choice]:
    return [_named(service) for service in services()]


def _units() -> list[Choice]:
    return [_named(unit) for unit in units()]


def _named(thing: Queue | Service | BusinessUnit) -> Choice:
    return Choice(
        thing.key,
        thing.key,
        thing.name_en,
        (thing.name_en, thing.name_sv),
        (thing.id,),
        thing.name_sv,
    )


_CHOICES: Mapping[Key, Callable[[], list[Choice]]] = {
    Key.STATUS: lambda: [*values.STANDINGS, *values.states()],
    Key.FUNCTION: _functions,
    Key.QUEUE: _queues,
    Key.PROCESS: values.processes,
    Key.SERVICE: _services,
    Key.UNIT: _units,
    Key.PRIORITY: lambda: list(values.PRIORITIES),
    Key.ASSIGNEE: lambda: [*values.ASSIGNEES, *workers()],
    Key.HAS: lambda: list(values.PARTS),
}
