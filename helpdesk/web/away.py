"""Absences in words, as pages show them beside a name."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _

from helpdesk.domain.accounts.models import Absence, Person
from helpdesk.web.filters import calendar_day


def name_with_absence(person: Person, away: Mapping[int, Absence]) -> str:
    """The name, with the day when somebody who is away is back."""
    absence = away.get(person.id)
    if absence is None:
        return person.display_name
    day = calendar_day(absence.back_on)
    return str(_("%(name)s (back on %(day)s)", name=person.display_name, day=day))


def absence_words(absence: Absence) -> str:
    """Who is away, until when, who stands in, and what they say about it."""
    name, day = absence.person.display_name, calendar_day(absence.back_on)
    if absence.substitute is not None and absence.substitute.active:
        words = _(
            "%(name)s is away and back on %(day)s. %(other)s stands in.",
            name=name,
            day=day,
            other=absence.substitute.display_name,
        )
    else:
        words = _("%(name)s is away and back on %(day)s. Nobody stands in.", name=name, day=day)
    return f"{words} {absence.note}".strip()
