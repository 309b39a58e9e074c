"""Tells the rest of the house that something happened: synchronous, inside the same transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

Reaction = Callable[[Any], None]

_reactions: dict[type, tuple[Reaction, ...]] = {}


def connect(table: Mapping[type, Iterable[Reaction]]) -> None:
    """Let each event type wake its reactions, in their order; replaces what was connected."""
    _reactions.clear()
    _reactions.update({kind: tuple(reactions) for kind, reactions in table.items()})


def publish(event: object) -> None:
    """Wake what follows from `event`; an error in a reaction is an error of the verb."""
    for reaction in _reactions.get(type(event), ()):
        reaction(event)
