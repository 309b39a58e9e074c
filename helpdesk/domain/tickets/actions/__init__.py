"""Verbs on tickets: open, speak, move, place. They flush and never commit."""

from __future__ import annotations

from helpdesk.domain.tickets.actions.linking import link, unlink
from helpdesk.domain.tickets.actions.many import (
    Decision,
    Deed,
    Left,
    Outcome,
    Taken,
    decide_for_many,
    take_back,
)
from helpdesk.domain.tickets.actions.merging import Company, company_of, merge, separate
from helpdesk.domain.tickets.actions.opening import Opening, open_ticket, write_first
from helpdesk.domain.tickets.actions.sharing import keep_private
from helpdesk.domain.tickets.actions.snoozing import Why, snooze, wake
from helpdesk.domain.tickets.actions.speaking import (
    KeptFile,
    Words,
    add_note,
    receive_answer,
    reply,
)
from helpdesk.domain.tickets.actions.splitting import split
from helpdesk.domain.tickets.actions.steering import (
    assign,
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
    "Company",
    "Decision",
    "Deed",
    "KeptFile",
    "Left",
    "Opening",
    "Outcome",
    "Taken",
    "Why",
    "Words",
    "add_note",
    "address_to",
    "assign",
    "begin_conversation",
    "company_of",
    "decide_for_many",
    "keep_private",
    "link",
    "merge",
    "move",
    "open_ticket",
    "place",
    "prioritise",
    "receive_answer",
    "receive_from_supplier",
    "refusal",
    "rename",
    "reply",
    "separate",
    "snooze",
    "split",
    "take_back",
    "tell",
    "unlink",
    "unwatch",
    "wake",
    "watch",
    "write_first",
    "write_to_supplier",
]
