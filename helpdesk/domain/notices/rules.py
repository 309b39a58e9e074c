"""Pure judgements on notices: in which language they speak, and whether somebody means them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from helpdesk.core.stems import forms, matches, tokens

# Words that are shorter say nothing about what is broken.
_SHORTEST_TELLING = 4
# What stands in every report of a fault tells none from another.
_TELL_NOTHING = frozenset(
    {
        *("about", "again", "anymore", "cannot", "does", "down", "error", "fault", "from", "have"),
        *("help", "just", "longer", "more", "nothing", "problem", "since", "slow", "some", "that"),
        *(
            "them",
            "there",
            "they",
            "this",
            "today",
            "very",
            "what",
            "when",
            "which",
            "with",
            "work",
        ),
        *("working", "works", "stopped", "yesterday", "would", "alla", "bara", "detta", "efter"),
        *("eller", "felet", "finns", "från", "fungera", "fungerade", "fungerar", "funkar", "gick"),
        *("gång", "hela", "hjälp", "ibland", "idag", "igen", "igår", "inget", "ingen", "ingenting"),
        *("inte", "kommer", "långsam", "långsamt", "ligger", "längre", "måste", "nere", "något"),
        *("någon", "några", "också", "problem", "sedan", "slutat", "slutade", "säger", "till"),
        *("varför", "vara", "varit", "väldigt"),
    }
)


class Told(Protocol):
    """What is told in one language or in both."""

    words_en: str
    words_sv: str


class Titled(Told, Protocol):
    """The same with a title."""

    title_en: str
    title_sv: str


def title_in(notice: Titled, language: str) -> str:
    """The title in a language, or in the other one where it is missing."""
    swedish, english = notice.title_sv, notice.title_en
    return (swedish or english) if language == "sv" else (english or swedish)


def words_in(told: Told, language: str) -> str:
    """The words in a language, or in the other one where they are missing."""
    swedish, english = told.words_sv, told.words_en
    return (swedish or english) if language == "sv" else (english or swedish)


def is_overdue(expected_at: datetime | None, ended_at: datetime | None, *, now: datetime) -> bool:
    """Whether it should be over by now, and nobody has said that it is."""
    return ended_at is None and expected_at is not None and expected_at <= now


def holds_all(texts: Iterable[str], sought: str) -> bool:
    """Whether texts together have every word that somebody looks for, in any form."""
    known = [word for text in texts for word in tokens(text)]
    wanted = tokens(sought)
    return bool(wanted) and all(_is_among(word, known) for word in wanted)


def speaks_of(texts: Iterable[str], written: str) -> bool:
    """Whether texts have a telling word of what somebody wrote, in any form."""
    known = [word for text in texts for word in tokens(text)]
    telling = set(tokens(written)) - _TELL_NOTHING
    return any(len(word) >= _SHORTEST_TELLING and _is_among(word, known) for word in telling)


def _is_among(word: str, known: Iterable[str]) -> bool:
    query = frozenset(forms(word))
    return any(matches(other, query) for other in known)
