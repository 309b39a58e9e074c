"""The times that a ticket can be put off to, in the words and the time zone of the reader."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _

from helpdesk.core import clock
from helpdesk.core.words import N_
from helpdesk.domain.tickets.models import Ticket
from helpdesk.domain.tickets.rules import Moment, moments
from helpdesk.web.desk.history_moving import until_words
from helpdesk.web.filters import exact, readers_zone

_MOMENTS = {
    Moment.AFTERNOON: N_("This afternoon"),
    Moment.TOMORROW: N_("Tomorrow morning"),
    Moment.MONDAY: N_("Monday morning"),
    Moment.NEXT_WEEK: N_("In a week"),
    Moment.ANSWER: N_("Until somebody answers"),
}


def snooze_offers() -> list[tuple[str, str, str]]:
    """The times that are offered: (instant, its name, the exact time or "")."""
    return [
        (
            instant.isoformat(),
            _(_MOMENTS[moment]),
            "" if moment is Moment.ANSWER else exact(instant),
        )
        for moment, instant in moments(clock.now(), readers_zone())
    ]


def snoozed_words(ticket: Ticket) -> str:
    """Until when the ticket is put off; "" for one that is not."""
    return until_words(ticket.snoozed_until) if ticket.snoozed_until else ""


def instant_from(words: str) -> datetime | None:
    """An instant as the pages write it, or None."""
    try:
        instant = datetime.fromisoformat(words)
    except ValueError:
        return None
    return instant if instant.tzinfo is not None else None
