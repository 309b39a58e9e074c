"""What can be chosen in the forms of administration, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from flask_babel import gettext as _
from flask_wtf import FlaskForm

from helpdesk.core.errors import Invalid
from helpdesk.domain.accounts.queries import functions
from helpdesk.domain.accounts.units import units
from helpdesk.domain.processes import PROCESSES
from helpdesk.domain.services.queries import services
from helpdesk.domain.tickets.queries import queues
from helpdesk.web.filters import local_name


class _Row(Protocol):
    id: int
    name_en: str
    name_sv: str


def process_choices() -> list[tuple[str, str]]:
    """Name and label of each process."""
    return [(process.name, _(process.label)) for process in PROCESSES.values()]


def queue_choices() -> list[tuple[int, str]]:
    """Id and name of each queue, with the function that it belongs to."""
    return [(queue.id, f"{local_name(queue.function)} · {local_name(queue)}") for queue in queues()]


def service_choices() -> list[tuple[int, str]]:
    """Id and name of each service."""
    return _named(services())


def function_choices() -> list[tuple[int, str]]:
    """Id and name of each function."""
    return _named(functions())


def unit_choices() -> list[tuple[int, str]]:
    """Id and name of each business unit that is in use."""
    return _named(units(active_only=True))


def _named(rows: Iterable[_Row]) -> list[tuple[int, str]]:
    return [(row.id, local_name(row)) for row in rows]


def tell(form: FlaskForm, error: Invalid, others: dict[str, str] | None = None) -> None:
    """Show what a verb found wrong at the field that it names, or above the form.

    `others` are fields of the form that go by another name than the verb's.
    """
    name = (others or {}).get(error.field, error.field)
    if name in form:
        form[name].errors = [*form[name].errors, _(error.words, **error.facts)]
    else:
        form.form_errors.append(_(error.words, **error.facts))
