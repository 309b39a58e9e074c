"""Moves tickets of a hand-over while somebody waits for the page, and says how far it came."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from helpdesk.core import clock
from helpdesk.core.db import unit_of_work
from helpdesk.domain.tickets.handing_over import carry_on, hand_over_by_id

# Done while somebody waits for the page; what is more, the worker does.
PORTIONS_AT_ONCE = 3


def hand_on(hand_over_id: int) -> str:
    """Begin to move the tickets, each portion by itself; how far it came, in words."""
    more = True
    for _portion in range(PORTIONS_AT_ONCE):
        if not more:
            break
        with unit_of_work():
            more = carry_on(hand_over_id, now=clock.now())
    moved = hand_over_by_id(hand_over_id).moved
    words = ngettext("One ticket was handed over.", "%(num)s tickets were handed over.", moved)
    if more:
        words = _("%(moved)s The rest follows by itself in a few minutes.", moved=words)
    return str(words)
