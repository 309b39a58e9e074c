"""The lines of a ticket's history that tell of merging, splitting and putting off."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import ngettext

from helpdesk.domain.tickets.actions import Why
from helpdesk.domain.tickets.models import TicketEvent
from helpdesk.domain.tickets.rules import UNTIL_AN_ANSWER
from helpdesk.web.filters import exact


def until_words(until: datetime) -> str:
    """Until when something is put off: a time, or an answer."""
    if until == UNTIL_AN_ANSWER:
        return _("until somebody answers")
    return _("until %(when)s", when=exact(until))


def _merged(event: TicketEvent, names: object) -> str:
    return _("Merged into #%(number)s", number=event.facts["into"])


def _took_in(event: TicketEvent, names: object) -> str:
    return _("#%(number)s was merged into this", number=event.facts["other"])


def _separated(event: TicketEvent, names: object) -> str:
    return _("Separated from #%(number)s again", number=event.facts["from"])


def _gave_back(event: TicketEvent, names: object) -> str:
    return _("#%(number)s was separated from this again", number=event.facts["other"])


def _split(event: TicketEvent, names: object) -> str:
    return ngettext(
        "%(num)d message was split off into #%(number)s",
        "%(num)d messages were split off into #%(number)s",
        event.facts["messages"],
        number=event.facts["into"],
    )


def _split_off(event: TicketEvent, names: object) -> str:
    return ngettext(
        "Made of %(num)d message that stood on #%(number)s",
        "Made of %(num)d messages that stood on #%(number)s",
        len(event.facts["messages"]),
        number=event.facts["from"],
    )


def _snoozed(event: TicketEvent, names: object) -> str:
    until = datetime.fromisoformat(event.facts["until"])
    return _("Snoozed %(until)s", until=until_words(until))


def _woken(event: TicketEvent, names: object) -> str:
    why = event.facts["why"]
    if why == Why.TIME.value:
        return _("Its time came, so it is on the lists again")
    if why == Why.ANSWER.value:
        return _("An answer came, so it is on the lists again")
    if why == Why.HANDED_ON.value:
        return _("Handed on, so it is on the lists again")
    return _("Fetched back to the lists")


MOVING_SENTENCES: Mapping[str, Callable[[TicketEvent, object], str]] = {
    "merged": _merged,
    "took in": _took_in,
    "separated": _separated,
    "gave back": _gave_back,
    "split": _split,
    "split off": _split_off,
    "snoozed": _snoozed,
    "woken": _woken,
}

MOVING_ICONS: Mapping[str, str] = {
    "merged": "link",
    "took in": "link",
    "separated": "undo",
    "gave back": "undo",
    "split": "move",
    "split off": "move",
    "snoozed": "clock",
    "woken": "clock",
}
