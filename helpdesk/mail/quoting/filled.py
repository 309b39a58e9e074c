"""Knows the lines of a form that somebody filled in on a web page, which came as a mail."""

from __future__ import annotations

import re

from .contacts import tells_contact
from .words import LABELS

_LABELLED = re.compile(r"([^\W\d_][\w /'-]{0,28}?) ?: ?\S")
_MESSAGE = re.compile(
    r"(?:your |ditt |votre |ihre? )?(?:message|meddelande|nachricht|bericht|mensaje|messaggio"
    r"|wiadomość|viesti|besked|melding|beskrivning|description|comments?|text|question|fråga"
    r"|body|details|ärende|frage|vraag)(?: body| text)? ?:",
    re.IGNORECASE,
)


def is_filled_in(lines: list[str]) -> bool:
    """Do some of these lines tell what no signature tells: "Name: Eva", "Order: 1042"?"""
    return sum(map(_tells_something_else, lines)) > 1


def stands_in_a_form(bare: list[str], start: int, end: int) -> bool:
    """Are the lines `start` up to `end`, which look like a mail's head, fields of a form?"""
    if start and _tells_something_else(bare[start - 1]):
        return True
    return end < len(bare) and _MESSAGE.match(bare[end][:60]) is not None


def _tells_something_else(line: str) -> bool:
    label = _LABELLED.match(line)
    return label is not None and label[1].lower() not in LABELS and not tells_contact(line)
