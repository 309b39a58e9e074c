"""Turns what can be chosen, as pairs of value and label, into the fields' own choices."""

from __future__ import annotations

from collections.abc import Iterable

from helpdesk.forms.choices import SelectChoice


def choices(pairs: Iterable[tuple[int | str, str]]) -> list[SelectChoice]:
    """A choice for each pair of value and label."""
    return [SelectChoice(str(value), label) for value, label in pairs]
