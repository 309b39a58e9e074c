"""Verbs on tickets: open, speak, move, place. They flush and never commit."""

from __future__ import annotations

from helpdesk.domain.tickets.actions.many import (
    Decision,
    Deed,
    Left,
    Outcome,
    Taken,
    decide_for_many,
    take_back,
)
from helpdesk.domain.tickets.actions.opening import Opening, open_ticket, write_first
from helpdesk.domain.tickets.actions.sharing import keep_private
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
    "Decision",
    "Deed",
    "KeptFile",
    "Left",
    "Opening",
    "Outcome",
    "Taken",
    "Words",
    "add_note",
    "assign",
    "decide_for_many",
    "keep_private",
    "link",
    "move",
    "open_ticket",
    "place",
    "prioritise",
    "receive_answer",
    "refusal",
    "rename",
    "reply",
    "take_back",
    "tell",
    "unwatch",
    "watch",
    "write_first",
]
