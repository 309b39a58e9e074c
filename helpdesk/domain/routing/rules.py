"""Pure judgement of routing: does a rule's condition hold for what came in?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import translate
from functools import lru_cache
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Clues:
    """What routing may look at: addresses in lower case, headers as (name, value)."""

    sender: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    headers: tuple[tuple[str, str], ...] = ()


class Conditions(Protocol):
    """The conditions of a rule; see `RoutingRule` for what each means."""

    sender: str
    recipient: str
    subject: str
    words: str
    header: str


def holds(rule: Conditions, clues: Clues) -> bool:
    """Whether all filled conditions hold; a rule without any holds for everything."""
    return (
        _address_fits(rule.sender, (clues.sender,))
        and _address_fits(rule.recipient, clues.recipients)
        and rule.subject.strip().casefold() in clues.subject.casefold()
        and _has_a_word(rule.words, clues)
        and _has_header(rule.header, clues)
    )


def _address_fits(pattern: str, addresses: tuple[str, ...]) -> bool:
    pattern = pattern.strip().lower()
    if not pattern:
        return True
    if pattern.startswith("@"):
        pattern = f"*{pattern}"
    compiled = _glob(pattern)
    return any(compiled.match(address) for address in addresses)


@lru_cache(maxsize=500)
def _glob(pattern: str) -> re.Pattern[str]:
    return re.compile(translate(pattern))


def _has_a_word(words: str, clues: Clues) -> bool:
    wanted = [word.strip().casefold() for word in words.split(",") if word.strip()]
    if not wanted:
        return True
    where = f"{clues.subject}\n{clues.text}".casefold()
    return any(re.search(rf"\b{re.escape(word)}\b", where) for word in wanted)


def _has_header(condition: str, clues: Clues) -> bool:
    if not condition.strip():
        return True
    name, _, part = condition.partition(":")
    name, part = name.strip().lower(), part.strip().casefold()
    return any(key.lower() == name and part in value.casefold() for key, value in clues.headers)
