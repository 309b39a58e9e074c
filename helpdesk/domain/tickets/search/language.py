"""The language of search, read into terms: words, phrases, and keys with values. No database."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass

from helpdesk.core.stems import tokens

# A query of more terms is somebody's pasted mail; its first ones find it as well.
MOST_TERMS = 24


class Key(enum.StrEnum):
    """What can be asked for beside words; the value is the English name of the key."""

    STATUS = "status"
    FUNCTION = "function"
    QUEUE = "queue"
    PROCESS = "process"
    SERVICE = "service"
    UNIT = "unit"
    PRIORITY = "priority"
    FROM = "from"
    ASSIGNEE = "assignee"
    HAS = "has"
    BEFORE = "before"
    AFTER = "after"


# The Swedish name that is shown first, and what else is understood, in either language.
SWEDISH: Mapping[Key, str] = {
    Key.STATUS: "status",
    Key.FUNCTION: "funktion",
    Key.QUEUE: "kö",
    Key.PROCESS: "process",
    Key.SERVICE: "tjänst",
    Key.UNIT: "verksamhet",
    Key.PRIORITY: "prioritet",
    Key.FROM: "från",
    Key.ASSIGNEE: "handläggare",
    Key.HAS: "har",
    Key.BEFORE: "före",
    Key.AFTER: "efter",
}
_ALSO: Mapping[str, Key] = {
    "state": Key.STATUS,
    "läge": Key.STATUS,
    "is": Key.STATUS,
    "är": Key.STATUS,
    "prio": Key.PRIORITY,
    "requester": Key.FROM,
    "beställare": Key.FROM,
    "assigned": Key.ASSIGNEE,
    "tilldelad": Key.ASSIGNEE,
    "innan": Key.BEFORE,
    "since": Key.AFTER,
    "sedan": Key.AFTER,
}
KEYS: Mapping[str, Key] = {
    **{key.value: key for key in Key},
    **{name: key for key, name in SWEDISH.items()},
    **_ALSO,
}

# Word processors and phones put other signs where a plain quotation mark was meant.
_QUOTES = str.maketrans(dict.fromkeys("“”„«»", '"'))
# "https://" is no key, and neither is "12:30".
_TERM = re.compile(
    r'(?P<minus>-)?(?:(?P<key>[^\W\d_]+):(?!//))?(?:"(?P<quoted>[^"]*)"?|(?P<bare>[^\s"]*))'
)
_NUMBER = re.compile(r"#(\d{1,10})\Z")
# What is shorter stands before a colon for many reasons: "re:", "c:".
_SHORTEST_KEY = 3


@dataclass(frozen=True, slots=True)
class Term:
    """One term as typed, between `start` and `end` of the query.

    Without a key a term is words, or a phrase when `quoted`. `name` is what stood before the colon,
    `key` what it means; words before a colon that are no key have a `name` only.
    """

    start: int
    end: int
    text: str
    quoted: bool = False
    negated: bool = False
    name: str = ""
    key: Key | None = None

    @property
    def values(self) -> tuple[str, ...]:
        """The values of a key: several are parted by commas, unless they are quoted."""
        parts = [self.text] if self.quoted else self.text.split(",")
        return tuple(part.strip() for part in parts if part.strip())

    @property
    def number(self) -> int | None:
        """The ticket that is meant by `#1042`."""
        found = None if self.quoted or self.negated or self.key else _NUMBER.match(self.text)
        return int(found[1]) if found else None


def terms_of(query: str) -> list[Term]:
    """The terms of a query in order; anything that can be typed can be read."""
    plain = query.translate(_QUOTES)
    terms: list[Term] = []
    place = 0
    while place < len(plain) and len(terms) < MOST_TERMS:
        if plain[place].isspace():
            place += 1
            continue
        found = _TERM.match(plain, place)
        assert found is not None
        place = max(found.end(), place + 1)
        terms.append(_term(found))
    return terms


def _term(found: re.Match[str]) -> Term:
    name = (found["key"] or "").lower()
    key = KEYS.get(name)
    quoted = found["quoted"] is not None
    text = found["quoted"] if quoted else found["bare"]
    if name and key is None:
        # What is no key is searched as the words that it is.
        text, quoted = f"{found['key']} {text}", False
        name = name if len(name) >= _SHORTEST_KEY and found["bare"] else ""
    return Term(
        start=found.start(),
        end=found.end(),
        text=text,
        quoted=quoted,
        negated=found["minus"] is not None,
        name=name,
        key=key,
    )


@dataclass(frozen=True, slots=True)
class Sought:
    """The words of a query, apart from its keys: what has to be in a ticket, and what must not."""

    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    not_words: tuple[str, ...] = ()
    not_phrases: tuple[str, ...] = ()

    @property
    def to_mark(self) -> str:
        """The words that are marked wherever they are shown."""
        return " ".join(self.words)

    @property
    def in_index(self) -> tuple[str, ...]:
        """What the index is asked for: it has no order of words, so phrases only as words."""
        return (*self.words, *(word for phrase in self.phrases for word in tokens(phrase)))


def sought_in(terms: list[Term]) -> Sought:
    """The words and phrases among the terms."""
    plain = [term for term in terms if term.key is None and term.number is None]

    def words(*, negated: bool) -> tuple[str, ...]:
        found = (
            word
            for term in plain
            if term.negated is negated and not term.quoted
            for word in tokens(term.text)
        )
        return tuple(dict.fromkeys(found))

    def phrases(*, negated: bool) -> tuple[str, ...]:
        return tuple(
            term.text
            for term in plain
            if term.negated is negated and term.quoted and tokens(term.text)
        )

    return Sought(
        words(negated=False), phrases(negated=False), words(negated=True), phrases(negated=True)
    )
