"""Finds where a mail program introduces what it quotes: "On … wrote:", header blocks, dividers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from . import attributions, headers
from .dividers import FORWARDED_BY, FORWARDS, ORIGINALS, PROCESSED_BY, REPLY_ABOVE
from .words import Field


class Manner(Enum):
    """How a quotation is introduced, which says what to expect below it."""

    WROTE = "wrote"
    HEADERS = "headers"
    ORIGINAL = "original"
    FORWARD = "forward"


@dataclass(frozen=True, slots=True)
class Introduction:
    """The lines `start` up to `end` (not included) that introduce a quotation."""

    start: int
    end: int
    manner: Manner


# So many lines that look like an introduction and are none: this is a list or a log, and nobody
# quotes below it. It also bounds the time that a hostile text can take.
_MOST_DOUBTFUL = 3_000

_RULE = re.compile(r"(?:[-_=~—–‐―*]\s?){3,}")
# GroupWise: ">>> Eva Andersson <eva@example.org> 3.3.2020 10:11 >>>".
_GROUPWISE = re.compile(r">>> .{2,120}\d[^>]{4,30}>>>")
# Telephones put the first label on the divider's own line. The phrase begins and ends beside the
# rules, so that there is one way to divide a line that is nothing but rules.
_GLUED = re.compile(r"[-_]{3,}+ ?([^-_].{3,38}?[^-_]) ?[-_]{3,}+ ?([^:]{2,20}:.*)")
# Outlook draws exactly such a line above what it quotes, even when only a name follows.
_OUTLOOKS_RULE = re.compile("_{20,}")
_FRAME = "-_=*~—–‐‑―#"
_FRAME_END = "-_=*~:—–‐#"
_DASHES = "-_=*~—–‐‑―> #"


def first_from(bare: list[str], marks: list[bool], at: int, until: int) -> Introduction | None:
    """The first introduction on the unmarked lines `at` up to `until`, or None."""
    doubtful = 0
    for here in range(at, until):
        line = bare[here]
        if not line or (marks[here] and not attributions.may_end_behind_a_mark(line)):
            continue
        looks_like_one = attributions.may_end(line)
        if not looks_like_one and ":" not in line and len(line) > 5 and not _framed(line):
            continue
        found = _at(bare, marks, here, at, looks_like_one)
        if found is not None:
            return found
        doubtful += 1
        if doubtful > _MOST_DOUBTFUL:
            return None
    return None


def _framed(line: str) -> bool:
    return line[0] in _FRAME or line[-1] in _FRAME_END or line[0] in "O[" or line[-3:] == ">>>"


def is_marked_head(lines: list[str]) -> bool:
    """Hotmail and Orange marked the header block alone, and left what it heads without marks."""
    return headers.is_whole_head([line.lstrip("> ") for line in lines])


def _at(
    bare: list[str], marks: list[bool], here: int, floor: int, may_be_attribution: bool
) -> Introduction | None:
    line = bare[here]
    if may_be_attribution:
        start = attributions.start_of(bare, marks, here, floor)
        if start is not None:
            return Introduction(_with_rule_above(bare, start, floor), here + 1, Manner.WROTE)
    if line[-3:] == ">>>" and _GROUPWISE.fullmatch(line[:200]):
        return Introduction(here, here + 1, Manner.WROTE)
    if len(line) < 120 and _framed(line):
        manner = _divider(line)
        block = headers.block_below(bare, here + 1) if manner else None
        # "Original message:" without dashes is somebody's heading unless a mail's head follows.
        heading = line[-1] == ":" and line[0] not in _FRAME
        if manner is not None and (block or not heading or manner is Manner.FORWARD):
            return Introduction(here, block or here + 1, manner)
    glued = _GLUED.match(line[:300]) if line[:3] in ("---", "___") else None
    if glued is not None and headers.field_of(glued[2]) and glued[1].lower() in ORIGINALS:
        return Introduction(here, headers.block_below(bare, here + 1) or here + 1, Manner.ORIGINAL)
    if ":" in line or len(line) < 6:
        found = headers.block_at(bare, here, floor)
        if found is not None:
            start, end = found
            return Introduction(_with_rule_above(bare, start, floor), end, Manner.HEADERS)
        if headers.field_of(line) is Field.FROM:
            above = _with_rule_above(bare, here, floor)
            if above < here and _OUTLOOKS_RULE.fullmatch(bare[above][:200]):
                return Introduction(above, here + 1, Manner.HEADERS)
    return None


def _divider(line: str) -> Manner | None:
    phrase = line.strip(_DASHES + ": ").lower()
    if phrase in FORWARDS:
        return Manner.FORWARD
    if phrase in ORIGINALS and (line[0] in _FRAME or line[-1] in ":-"):
        return Manner.ORIGINAL
    if line[:2] == "--" and phrase.startswith(FORWARDED_BY):
        return Manner.FORWARD
    # The desk's own "write above this line" stands at the top of what was quoted.
    if phrase.startswith(PROCESSED_BY) or any(words in phrase for words in REPLY_ABOVE):
        return Manner.ORIGINAL
    return None


def _with_rule_above(bare: list[str], start: int, floor: int) -> int:
    """A ruled line right above belongs to the introduction and not to the new words."""
    above = start - 1
    while above >= floor and not bare[above]:
        above -= 1
    if above >= floor and _RULE.fullmatch(bare[above][:200]):
        return above
    return start
