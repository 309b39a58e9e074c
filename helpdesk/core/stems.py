"""Words as a search index sees them: lower case, with their Swedish and English stems."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import snowballstemmer

_WORD = re.compile(r"\w+", re.UNICODE)

# Nobody searches for such a word, and a stemmer takes long over it.
LONGEST_WORD = 64
# A shorter word as a prefix would find half of everything.
SHORTEST_PREFIX = 4

_STEMMERS = tuple(snowballstemmer.stemmer(language) for language in ("swedish", "english"))


def tokens(text: str) -> list[str]:
    """The words of a text in order, NFC and in lower case; overlong ones are left out."""
    found = _WORD.findall(unicodedata.normalize("NFC", text).lower())
    return [word for word in found if len(word) <= LONGEST_WORD]


@lru_cache(maxsize=100_000)
def forms(word: str) -> tuple[str, ...]:
    """A word with its stems, each once: what is written to the index and looked for."""
    return tuple(dict.fromkeys((word, *(stemmer.stemWord(word) for stemmer in _STEMMERS))))


def indexed(text: str) -> str:
    """All forms of all words of a text, each once, for the index."""
    found: dict[str, None] = {}
    for word in dict.fromkeys(tokens(text)):
        found.update(dict.fromkeys(forms(word)))
    return " ".join(found)


def matches(word: str, query: frozenset[str]) -> bool:
    """Whether a word of a text is what a query (forms of its words) was looking for."""
    return any(
        form == sought or (len(sought) >= SHORTEST_PREFIX and form.startswith(sought))
        for form in forms(word)
        for sought in query
    )


def phrase_pattern(phrase: str) -> re.Pattern[str]:
    """Finds the words of a phrase as they are, one after the other, whatever stands between them.

    Letter case does not matter. A phrase without any word is found nowhere.
    """
    words = r"\W+".join(re.escape(word) for word in tokens(phrase))
    return re.compile(rf"(?<!\w){words}(?!\w)" if words else r"(?!)", re.IGNORECASE)


def highlighted(
    text: str, query: str, *, phrases: Sequence[str] = (), around: int = 120
) -> list[tuple[bool, str]]:
    """The part of `text` about the first hit, as segments (is a hit, words); no hit: its beginning.

    Hits are the words of the query in any form, and `phrases` word for word; where a phrase is
    found, it is the first hit. `around` is the number of characters shown before the first hit and
    twice after it.
    """
    sought = frozenset(form for word in tokens(query) for form in forms(word))
    hits = [
        match.span()
        for match in (_WORD.finditer(text) if sought else ())
        if len(match.group()) <= LONGEST_WORD and matches(match.group().lower(), sought)
    ]
    whole = [match.span() for phrase in phrases for match in phrase_pattern(phrase).finditer(text)]
    first = min(whole or hits)[0] if whole or hits else 0
    hits = sorted(whole + hits, key=lambda span: (span[0], -span[1]))
    start, end = max(0, first - around), min(len(text), first + 2 * around)
    segments: list[tuple[bool, str]] = [(False, "…")] if start else []
    position = start
    for left, right in hits:
        if left < position or right > end:
            continue
        if left > position:
            segments.append((False, text[position:left]))
        segments.append((True, text[left:right]))
        position = right
    if position < end:
        segments.append((False, text[position:end]))
    if end < len(text):
        segments.append((False, "…"))
    return segments
