"""Finds what machines add to a mail's end: disclaimers, list footers, scanners' notes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .notices import (
    ABOUT_MAIL,
    ALONE,
    CONFIDENTIAL,
    PRIVACY,
    READ_MORE,
    READER,
    WHAT_TO_DO,
)

_TITLES = re.compile(
    r"\W*(?:(?:e-?mail )?(?:legal )?disclaimer|confidentiality(?: notice)?|confidential(?:ity)? "
    r"(?:notice|note)|legal notice|important notice|privacy notice|konfidentiellt"
    r"|haftungsausschluss|avis de confidentialité|aviso legal|aviso de confidencialidad|avviso"
    r"|klauzula poufności|vertraulichkeitshinweis)\W*\Z",
    re.IGNORECASE,
)
_RULE = re.compile(r"(?:[-_=~*#—–] ?){3,}")
_OF_A_LIST = (
    *("mailing list", "listinfo", "list-unsubscribe", "unsubscribe", "mailman", "google groups"),
    *("yahoo groups", "you received this message because", "subscribed to", "avprenumerera"),
    *("avregistrer", "abbestellen", "abmelden", "se désabonner", "se désinscrire", "frameld"),
    *("darse de baja", "disiscrizione", "uitschrijven", "afmelden", "peruuta tilaus", "wypisać"),
    *("meld deg av", "reply to this email directly", "view it on github", "to post to this"),
)
_LONGEST_FOOTER = 80


def start_of_footer(lines: list[str], end: int) -> int:
    """Before which line the disclaimers and footers begin that the first `end` lines end with."""
    cut = end
    floor = max(0, end - _LONGEST_FOOTER)
    for start, stop in _paragraphs_from_the_end(lines, floor, end):
        paragraph = lines[start:stop]
        if is_footer(paragraph):
            above = _lines_above(paragraph)
            cut = start + above
            if above:
                break
        elif not _may_stand_between(paragraph):
            at = _footer_inside(paragraph)
            if at is not None:
                cut = start + at
            break
    return _without_blank_or_title(lines, cut) if cut < end else end


def is_footer(paragraph: list[str]) -> bool:
    """Did a machine add this paragraph to the end of the mail?"""
    if not paragraph:
        return False
    said = " ".join(paragraph)[:3000].lower()
    if any(words in said for words in _OF_A_LIST) and (
        len(said) < 400 or _RULE.match(paragraph[0][:80])
    ):
        return _RULE.match(paragraph[0][:80]) is not None or _addresses_a_reader(said)
    if _stands_alone(said):
        return True
    if len(said) < 45 or "?" in said:
        return False
    if any(words in said for words in PRIVACY):
        return any(words in said for words in READ_MORE)
    if not any(words in said for words in ABOUT_MAIL):
        return False
    doing = sum(words in said for words in WHAT_TO_DO)
    secret = any(words in said for words in CONFIDENTIAL)
    # "I sent this message in error, please delete it" is a person's; one that speaks of readers
    # in general is not.
    spoken_of = any(words in said for words in READER)
    return (secret and doing >= 1) or (doing >= 2 and (spoken_of or len(said) > 120))


def _addresses_a_reader(said: str) -> bool:
    # A list's footer says how to leave; a person who mentions a list says more, or less.
    return said.startswith(
        (
            "to unsubscribe",
            "you received this",
            "if you ",
            "—",
            "för att avprenumerera",
            "unsubscribe",
        )
    )


def _paragraphs_from_the_end(lines: list[str], floor: int, end: int) -> Iterator[tuple[int, int]]:
    stop = end
    while stop > floor:
        while stop > floor and not lines[stop - 1]:
            stop -= 1
        start = stop
        while start > floor and lines[start - 1]:
            start -= 1
        if start < stop:
            yield start, stop
        stop = start


def _may_stand_between(paragraph: list[str]) -> bool:
    # Between a footer's paragraphs stand rules, links and logos.
    return len(paragraph) == 1 and (
        _RULE.fullmatch(paragraph[0][:80]) is not None
        or _TITLES.match(paragraph[0][:80]) is not None
        or paragraph[0].startswith(("http", "www.", "[www.", "<http", "[cid:", "![", "[http"))
    )


def _lines_above(paragraph: list[str]) -> int:
    """How many lines of a paragraph stand above the footer that makes it one: HTML glues them."""
    at = _footer_inside(paragraph)
    if at is None:
        alone = (n for n, line in enumerate(paragraph) if _stands_alone(line.lower()))
        at = next(alone, 0)
    head = paragraph[:at]
    said = " ".join(head).lower()
    if all(_may_stand_between([line]) for line in head) or is_footer(head):
        return 0
    if any(words in said for words in (*ABOUT_MAIL, *CONFIDENTIAL)):
        return 0
    return at


def _stands_alone(said: str) -> bool:
    return any(words in said for words in ALONE)


def _footer_inside(paragraph: list[str]) -> int | None:
    """Where a footer begins without an empty line: at a rule, a title, or the last long line."""
    for at in range(1, len(paragraph)):
        line = paragraph[at]
        ruled = _RULE.fullmatch(line[:80]) is not None or _TITLES.match(line[:80]) is not None
        if (ruled or len(line) > 90) and is_footer(paragraph[at:]):
            return at
    return None


def _without_blank_or_title(lines: list[str], cut: int) -> int:
    while cut and (
        not lines[cut - 1]
        or _TITLES.match(lines[cut - 1][:80])
        or _RULE.fullmatch(lines[cut - 1][:80]) is not None
    ):
        cut -= 1
    return cut
