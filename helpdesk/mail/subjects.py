"""Subjects: the number that we put there, and the words without what mail programs add."""

from __future__ import annotations

import re

# As our own mails carry it: [#1042]; some programs add blanks.
_NUMBER = re.compile(r"\[\s?#\s?(\d{1,9})\s?\]")

# "Re:" and "Fwd:" as mail programs write them in the languages around us, also counted: "Re[2]:".
_PREFIX = re.compile(
    r"(?:re|sv|ang|aw|antw|antwort|vs|vast|odp|ref|rif|r|res|tr|fw|fwd|vb|wg|vl|doorst|enc|rv|pd|i)"
    r"\s?(?:\[\d{1,3}\]|\(\d{1,3}\)|\^\d{1,3})?\s?[:：]\s*",
    re.IGNORECASE,
)

# What differs between two mails that a machine wrote by one form.
_NUMBERED = re.compile(r"\[[^\]]*\]|\S*\d\S*|\W+")


def number_in(subject: str) -> int | None:
    """The number of a ticket that the subject names as our mails do, or None."""
    match = _NUMBER.search(subject)
    return int(match.group(1)) if match else None


def bare(subject: str) -> str:
    """The subject as its writer thought of it: no number of ours, no prefixes, blanks made one."""
    subject = " ".join(_NUMBER.sub(" ", subject).split())
    while match := _PREFIX.match(subject):
        subject = subject[match.end() :]
    return subject


def stem(subject: str) -> str:
    """What stays of a subject when numbers and what stands in brackets is left out."""
    return " ".join(_NUMBERED.sub(" ", bare(subject)).casefold().split())
