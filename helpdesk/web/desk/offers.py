"""What a list offers to choose from: filters, order, columns, what can be done to many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from helpdesk.core import clock
from helpdesk.core.words import N_
from helpdesk.domain.accounts.absence import who_may_and_who_is_away
from helpdesk.domain.accounts.models import BusinessUnit, Function
from helpdesk.domain.accounts.permissions import Action, may
from helpdesk.domain.accounts.queries import functions_of
from helpdesk.domain.processes import MERGED, PROCESSES
from helpdesk.domain.services.models import Service
from helpdesk.domain.tickets.actions import Deed
from helpdesk.domain.tickets.models import Queue
from helpdesk.domain.tickets.queries import Sort, WorkList, sorts_of
from helpdesk.domain.tickets.rules import PRIORITIES
from helpdesk.domain.views.models import SavedView
from helpdesk.domain.views.queries import may_change
from helpdesk.forms.choices import SelectChoice
from helpdesk.web.account import me
from helpdesk.web.desk.choices import (
    person_choices,
    queue_choices,
    service_choices,
    state_choices,
    unit_choices,
)
from helpdesk.web.desk.many_decisions import OLDEST
from helpdesk.web.desk.narrowing import Asked, all_states
from helpdesk.web.desk.putting_off import snooze_offers
from helpdesk.web.desk.rows import COLUMNS

SORT_LABELS = {
    Sort.PRIORITY: lazy_gettext("The most urgent first"),
    Sort.AGE: lazy_gettext("The oldest first"),
    Sort.NEWEST: lazy_gettext("The newest first"),
    Sort.CHANGED: lazy_gettext("The last changed first"),
}
COLUMN_LABELS = {
    "requester": lazy_gettext("Requester"),
    "unit": lazy_gettext("Business unit"),
    "service": lazy_gettext("Service"),
    "state": lazy_gettext("State"),
    "process": lazy_gettext("Process"),
    "queue": lazy_gettext("Queue"),
    "age": lazy_gettext("Age"),
    "changed": lazy_gettext("Last change"),
}
PRIORITY_LABELS = {1: N_("1, critical"), 2: N_("2, high"), 3: N_("3, normal"), 4: N_("4, low")}

# Its name and label, the choices, and which of them is chosen.
Filter = tuple[str, str, Sequence[SelectChoice], str]
# A value and its label, and whether it is chosen.
Option = tuple[str, str, bool]


@dataclass(frozen=True, slots=True)
class Known:
    """What several offers are made from, asked once."""

    queues: Sequence[Queue]
    services: Sequence[Service]
    units: Sequence[BusinessUnit] = ()


@dataclass(frozen=True, slots=True)
class Narrowing:
    """The form that narrows and orders a list, and what it is narrowed by now."""

    filters: Sequence[Filter]
    requester: str
    sorts: Sequence[Option]
    columns: Sequence[Option]
    # What it is narrowed by, each with the address without that.
    chips: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Views:
    """What can be done about keeping the list as it is shown."""

    may_keep: bool
    may_change: bool
    functions: Sequence[Function]


def narrowing_offers(
    which: WorkList, asked: Asked, sort: Sort, known: Known, *, of_process: bool
) -> Narrowing:
    """What the list can be narrowed and ordered by; no process where it is of one already."""
    filters: list[Filter] = []

    def offer(name: str, label: str, choices: Sequence[SelectChoice]) -> None:
        filters.append((name, label, choices, asked.get(name)))

    if not of_process:
        processes = [SelectChoice(each.name, _(each.label)) for each in PROCESSES.values()]
        offer("process", _("Process"), processes)
    offer("queue", _("Queue"), queue_choices(known.queues))
    offer("service", _("Service"), service_choices(known.services))
    if known.units:
        offer("unit", _("Business unit"), unit_choices(known.units))
    levels = [SelectChoice(str(each), _(PRIORITY_LABELS[each])) for each in PRIORITIES]
    offer("priority", _("Priority"), levels)
    offer("state", _("State"), state_choices(all_states()))
    requester = asked.get("requester")
    chips = [
        (f"{label}: {choice.label}", asked.but(**{name: ""}).address())
        for name, label, choices, chosen in filters
        for choice in choices
        if chosen and choice.value == chosen
    ]
    if requester:
        chips.append((f"{_('Requester')}: {requester}", asked.but(requester="").address()))
    return Narrowing(
        filters,
        requester,
        [(each.value, str(SORT_LABELS[each]), each is sort) for each in sorts_of(which)],
        [(each, str(COLUMN_LABELS[each]), each in asked.columns) for each in COLUMNS],
        chips,
    )


def view_offers(asked: Asked, view: SavedView | None) -> Views:
    """Whether the list can be kept, and with whom it can be shared."""
    may_keep = may(me(), Action.KEEP_VIEWS)
    return Views(
        may_keep,
        view is not None and may_change(me(), view),
        functions_of(me()) if may_keep else (),
    )


def many_offers(known: Known) -> list[tuple[str, list[SelectChoice]]]:
    """What can be done to many tickets, as (label of the deed, choices “deed:value”)."""
    people = [SelectChoice(str(me().id), _("Me"))]
    working, away = who_may_and_who_is_away(Action.WORK_ON_TICKETS, now=clock.now())
    others = [each for each in working if each.id != me().id]
    people += [*person_choices(others, away), SelectChoice("0", _("Nobody"))]
    offered = {
        Deed.ASSIGN: (_("Assign to"), people),
        Deed.QUEUE: (_("Move to the queue"), queue_choices(known.queues)),
        Deed.SERVICE: (_("Set the service"), service_choices(known.services)),
        Deed.STATE: (_("Change the state"), state_choices(_states_to_choose())),
        Deed.SNOOZE: (_("Snooze"), [SelectChoice(i, name) for i, name, _at in snooze_offers()]),
        Deed.MERGE: (_("Merge"), [SelectChoice(OLDEST, _("Merge into the oldest"))]),
        Deed.DUPLICATE: (
            _("Link"),
            [SelectChoice(OLDEST, _("Link as duplicates of the oldest"))],
        ),
    }
    return [
        (label, [SelectChoice(f"{deed.value}:{each.value}", each.label) for each in choices])
        for deed, (label, choices) in offered.items()
        if choices
    ]


def _states_to_choose() -> dict[str, str]:
    """The states that a decision can bring a ticket to."""
    return {name: label for name, label in all_states().items() if name != MERGED.name}
