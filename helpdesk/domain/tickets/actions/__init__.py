"""Verbs on tickets: open, speak, move, place. They flush and never commit."""

from __future__ import annotations

from helpdesk.domain.tickets.actions.opening import Opening, open_ticket, write_first
from helpdesk.domain.tickets.actions.speaking import (
    KeptFile,
    Words,
    add_note,
    receive_answer,
    reply,
)
from helpdesk.domain.tickets.actions.steering import (
    assign,
    link,
    move,
    place,
    prioritise,
    refusal,
    rename,
    tell,
    unwatch,
    watch,
)

__all__ = [
    "KeptFile",
    "Opening",
    "Words",
    "add_note",
    "assign",
    "link",
    "move",
    "open_ticket",
    "place",
    "prioritise",
    "receive_answer",
    "refusal",
    "rename",
    "reply",
    "tell",
    "unwatch",
    "watch",
    "write_first",
]
