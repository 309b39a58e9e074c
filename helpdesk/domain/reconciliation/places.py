"""Where an inbound mail can be, and how words are looked for."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import InstrumentedAttribute

from helpdesk.domain.correspondence.models import InboundMail, InboundState

# What lists show at once.
PAGE = 50

_FILED = InboundMail.state == InboundState.FILED.value

# Each a condition: together they hold every mail exactly once.
PLACES: dict[str, ColumnElement[bool]] = {
    "new": and_(_FILED, InboundMail.opened_ticket),
    "answer": and_(_FILED, ~InboundMail.opened_ticket),
    "quietly": InboundMail.state == InboundState.QUIETLY.value,
    "copy": InboundMail.state == InboundState.COPY.value,
    "report": InboundMail.state == InboundState.REPORT.value,
    "set-aside": InboundMail.state == InboundState.SET_ASIDE.value,
    "failed": InboundMail.state == InboundState.FAILED.value,
    "waiting": InboundMail.state == InboundState.WAITING.value,
}


def place_of(state: str, *, opened_ticket: bool) -> str:
    """The key of PLACES for a mail in this state of the database."""
    if state == InboundState.FILED.value:
        return "new" if opened_ticket else "answer"
    return _BY_STATE[state]


_BY_STATE = {
    InboundState.QUIETLY.value: "quietly",
    InboundState.COPY.value: "copy",
    InboundState.REPORT.value: "report",
    InboundState.SET_ASIDE.value: "set-aside",
    InboundState.FAILED.value: "failed",
    InboundState.WAITING.value: "waiting",
}


def contained(word: str, *columns: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """A word occurs in one of the columns, however it is spelt."""
    # SQLite folds only ASCII, so that "ärende" would miss "Ärende": the usual spellings are asked.
    spellings = {word} if word.isascii() else {word, word.lower(), word.upper(), word.capitalize()}
    return or_(
        *(
            column.icontains(spelling, autoescape=True)
            for column in columns
            for spelling in sorted(spellings)
        )
    )
