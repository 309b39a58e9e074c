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
from helpdesk.domain.tickets.actions.suppliers import (
    address_to,
    begin_conversation,
    receive_from_supplier,
    write_to_supplier,
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
    "address_to",
    "assign",
    "begin_conversation",
    "decide_for_many",
    "link",
    "move",
    "open_ticket",
    "place",
    "prioritise",
    "receive_answer",
    "receive_from_supplier",
    "refusal",
    "rename",
    "reply",
    "take_back",
    "tell",
    "unwatch",
    "watch",
    "write_first",
    "write_to_supplier",
]
