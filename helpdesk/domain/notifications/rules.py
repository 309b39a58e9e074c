"""Judgements about own words of notifications: what may be filled in, and what is wrong with them.

Words of administrators are never a template: names between double braces are filled in, once, and
nothing else happens.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from helpdesk.core.words import N_

# The parts that can be written anew, in the order in which a reader meets them. Button, history
# and the line that says why are ours.
PARTS = ("subject", "first_line", "expected")
LONGEST = {"subject": 200, "first_line": 300, "expected": 4000}

_TO_REQUESTERS = ("thread", "tag", "number", "subject", "requester", "agent", "helpdesk")
_TO_AGENTS = ("tag", "number", "subject", "requester", "priority", "helpdesk")
_OF_MAILBOXES = ("name", "since", "helpdesk")

# What can be filled in, by notification. The acknowledgement and the new link repeat no name:
# anybody can write anybody's address into a From, and would have us mail his words to them.
PLACEHOLDERS: Mapping[str, tuple[str, ...]] = {
    "received": ("thread", "tag", "number", "subject", "helpdesk"),
    "we-wrote-to-you": _TO_REQUESTERS,
    "answered": _TO_REQUESTERS,
    "resolved": _TO_REQUESTERS,
    "declined": _TO_REQUESTERS,
    "requester-answered": (*_TO_AGENTS, "who"),
    "assigned-to-you": (*_TO_AGENTS, "agent"),
    "answered-while-away": (*_TO_AGENTS, "who"),
    "goes-on-together": ("thread", "tag", "number", "subject", "requester", "helpdesk"),
    "back-again": _TO_AGENTS,
    # No word of the requester's: a supplier reads neither their subject nor their name.
    "asked-of-you": ("thread", "tag", "number", "subject", "agent", "helpdesk"),
    "supplier-answered": (*_TO_AGENTS, "who"),
    "mentioned-you": (*_TO_AGENTS, "who"),
    "note-written": (*_TO_AGENTS, "who"),
    "new-link": ("thread", "tag", "number", "subject", "days", "helpdesk"),
    "sign-in-help": ("helpdesk",),
    "sign-in-link": ("helpdesk",),
    "it-works-again": ("helpdesk",),
    "handed-over-to-you": ("helpdesk",),
    "mailbox-alarm": _OF_MAILBOXES,
    "mailbox-works-again": _OF_MAILBOXES,
}

# One of these in the subject lets an answer find its ticket where all other marks are lost.
NUMBERS = ("thread", "tag")

_PLACE = re.compile(r"{{[^\S\n]*([^{}\n]*?)[^\S\n]*}}")
_BRACES = re.compile(r"{{|}}")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, in which part; `words` are marked and filled with `facts`."""

    part: str
    words: str
    facts: Mapping[str, str | int] = field(default_factory=dict)


def placeholders_of(notification: str) -> tuple[str, ...]:
    """What can be filled in there; nothing where nobody has said so."""
    return PLACEHOLDERS.get(notification, ())


def faults(notification: str, words: Mapping[str, str]) -> list[Fault]:
    """Everything that is wrong with own words; an empty part is never wrong."""
    found: list[Fault] = []
    for part in PARTS:
        text = words.get(part, "")
        if len(text) > LONGEST[part]:
            most: dict[str, str | int] = {"most": LONGEST[part]}
            found.append(Fault(part, N_("Use at most %(most)s characters."), most))
        found += _unknown(notification, part, text)
    subject = words.get("subject", "")
    if "\n" in subject or "\r" in subject:
        found.append(Fault("subject", N_("Write the subject on one line.")))
    has_number = any(name in NUMBERS for name in _PLACE.findall(subject))
    if subject and "tag" in placeholders_of(notification) and not has_number:
        found.append(
            Fault(
                "subject",
                N_(
                    "Write {{tag}} somewhere in the subject: by it an answer finds its ticket when "
                    "a mail program drops all else."
                ),
            )
        )
    return found


def filled(words: str, values: Mapping[str, str]) -> str:
    """The words with every known name filled in; what is filled in is not looked at again."""
    return _PLACE.sub(lambda place: values.get(place[1], place[0]), words)


def _unknown(notification: str, part: str, text: str) -> list[Fault]:
    known = placeholders_of(notification)
    found: list[Fault] = []
    facts: dict[str, str | int]
    for line, words in enumerate(text.split("\n"), start=1):
        for name in _PLACE.findall(words):
            if name not in known:
                facts = {"name": "{{" + name + "}}", "line": line}
                found.append(Fault(part, N_("Line %(line)s: nothing is known as %(name)s."), facts))
        for pair in _BRACES.findall(_PLACE.sub("", words)):
            facts = {"pair": pair, "line": line}
            found.append(Fault(part, N_("Line %(line)s: %(pair)s stands alone."), facts))
    return found
