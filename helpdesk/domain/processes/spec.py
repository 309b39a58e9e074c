"""The shape of a process: states in three classes, labelled transitions, gates that refuse."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from helpdesk.core.words import N_


class Standing(enum.StrEnum):
    """The three classes of states: somebody of ours works, somebody else is awaited, it is over."""

    OPEN = "open"
    WAITING = "waiting"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class State:
    """Where a ticket can be. `label` for agents, `portal` in the requester's words (UI.md)."""

    name: str
    label: str
    standing: Standing
    portal: str


# A ticket that goes on as a part of another one. No transition leads here or away: merging does,
# and separating again gives the ticket back the state that it had.
MERGED = State("merged", N_("Merged"), Standing.DONE, N_("Goes on in another ticket"))


@dataclass(frozen=True, slots=True)
class Transition:
    """A move from one of `sources` to `target`; `label` is the verb on the button."""

    sources: frozenset[str]
    target: str
    label: str


# A gate looks at a ticket and returns the reason why it may not pass, or None.
Gate = Callable[[Any], str | None]


@dataclass(frozen=True)
class Process:
    """One process of PRODUCT.md's table.

    `on_answer`: where the requester's words move the ticket, by the state it is in; a state
    that is not named stays. `on_reply` the same for an agent's reply, `on_supplier` for the words
    of a supplier, and `awaits_supplier` is the state that waits for these, if there is one.
    `resolved` is where work ends and from where it can be reopened for a while, `closed` is the
    end.
    """

    name: str
    label: str
    states: tuple[State, ...]
    transitions: tuple[Transition, ...]
    initial: str
    resolved: str
    closed: str
    on_answer: Mapping[str, str]
    on_reply: Mapping[str, str]
    gates: Mapping[str, tuple[Gate, ...]] = field(default_factory=dict)
    on_supplier: Mapping[str, str] = field(default_factory=dict)
    awaits_supplier: str = ""

    @cached_property
    def _by_name(self) -> dict[str, State]:
        return {state.name: state for state in self.states}

    def state(self, name: str) -> State:
        """The state of that name; KeyError for one that the process does not have."""
        return self._by_name[name]

    def moves_from(self, name: str) -> tuple[Transition, ...]:
        """The transitions that leave a state, in the order of their buttons."""
        return tuple(move for move in self.transitions if name in move.sources)

    def move_to(self, source: str, target: str) -> Transition | None:
        """The transition between two states, or None where there is none."""
        return next((move for move in self.moves_from(source) if move.target == target), None)
