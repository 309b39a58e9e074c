"""An installation's own words in a mail: filled in, and nothing more done with them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from helpdesk.domain.configuration.appearance import OURS, Look, accents_of, colours_of
from helpdesk.domain.notifications.letters import Letter
from helpdesk.domain.notifications.rules import filled, placeholders_of
from helpdesk.mail.compose.fields import one_line

log = logging.getLogger(__name__)


def own_words(letter: Letter, language: str, values: Mapping[str, Any]) -> dict[str, str]:
    """Own words by part, filled in; a part that says nothing of its own is left out."""
    words = letter.own_words.get(language, {})
    if not any(words.values()):
        return {}
    try:
        places = _places(letter, values)
        return {part: filled(text, places).strip() for part, text in words.items() if text.strip()}
    except Exception:
        # A mail in our words is better than none.
        log.exception("The own words of %s could not be used", letter.notification)
        return {}


def _places(letter: Letter, values: Mapping[str, Any]) -> dict[str, str]:
    """What is filled in; only the names that this notification knows."""
    topic = letter.topic
    since = letter.facts.get("since")
    known = {
        "thread": values["thread"],
        "tag": values["tag"],
        "number": str(topic.number) if topic else "",
        "subject": values["subject"],
        "requester": values["requester"],
        # Where nobody is named, the helpdesk speaks.
        "agent": values["by"] or letter.mailbox.name,
        "who": values["by"] or values["requester"],
        "priority": str(topic.priority) if topic else "",
        "days": str(values["link_days"]),
        "helpdesk": values["brand"].name,
        "name": str(letter.facts.get("name", "")),
        "since": values["at_words"](since) if isinstance(since, str) and _is_time(since) else "",
    }
    return {name: one_line(known[name]) for name in placeholders_of(letter.notification)}


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def paint(look: Look) -> dict[str, str]:
    """What the layout of mails takes from the appearance: two colours a theme, and no picture.

    A picture from elsewhere is held back or tells on its reader, and one that travels along comes
    back as a file with every answer.
    """
    light, dark = accents_of(look)
    colours = colours_of(look)
    return {
        "fill": colours["light"]["accent-fill"] if colours else OURS["light"],
        "fill_dark": colours["dark"]["accent-fill"] if colours else "#1c7783",
        "link": light or OURS["light"],
        "link_dark": dark or OURS["dark"],
    }
