"""Lines as they are judged: without what the eye doesn't see, and known as quoted or not."""

from __future__ import annotations

import re
from unicodedata import category

from . import attributions

# Signs that mail programs strew in and that no one sees: other spaces, joiners, marks of direction.
_SPACES = "\u00a0\u2002\u2003\u2007\u2009\u202f\u3000"
_UNSEEN = (
    "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2066\u2067\u2068\u2069\ufeff"
)
# Chinese and Japanese programs write labels with a wide colon.
_WIDE_COLON = "："
_PLAIN: dict[int, str | None] = {
    **{ord(sign): " " for sign in _SPACES},
    **{ord(sign): None for sign in _UNSEEN},
    ord(_WIDE_COLON): ":",
}

# No one writes an introduction longer than this; past it only the line's beginning is judged,
# so that a line of a megabyte costs no more than a short one.
LONGEST = 1000

_INITIALS = re.compile(r"[A-ZÅÄÖ][A-Za-zåäö]{0,3}(?=>+(?:[ \t]|$))")
_LINK_HELD_OPEN = re.compile(r"[(<](?:https?://|mailto:)[^)>\s]*$")


def split(text: str) -> tuple[list[str], list[str]]:
    """The lines with their ends (joined they are `text`), and the same lines as they are judged."""
    raw = text.splitlines(keepends=True)
    if " wrote" in text:
        raw = [part for line in raw for part in _unshared(line)]
    if not text.isascii() and any(sign in text for sign in _SPACES + _UNSEEN + _WIDE_COLON):
        return raw, [line[:LONGEST].translate(_PLAIN).strip() for line in raw]
    return raw, [line[:LONGEST].strip() for line in raw]


def _unshared(line: str) -> tuple[str, ...]:
    at = attributions.shared_line_breaks_at(line)
    return (line,) if at is None else (line[:at], line[at:])


def has_words(lines: list[str]) -> bool:
    """Is anything said here, be it by a picture sign, or is it only space and ornament?"""
    return any(sign.isalnum() or category(sign) == "So" for line in lines for sign in line)


def words_in(lines: list[str]) -> int:
    """How many words, counted as a reader would."""
    return sum(any(map(str.isalnum, word)) for line in lines for word in line.split())


def quoted(bare: list[str]) -> list[bool]:
    """Which lines carry a mark of quotation, or are what line breaking has torn off such a line."""
    marks = [line[:1] == ">" for line in bare]
    if any(line[:1] in ("|", ":") or ">" in line[1:6] for line in bare):
        _know_rarer_marks(bare, marks)
    if True in marks:
        _forgive_a_prompt(bare, marks)
        _forgive_groupwise(bare, marks)
        _forgive_the_escaped_from(bare, marks)
        _gather_what_was_torn_off(bare, marks)
    return marks


def _know_rarer_marks(bare: list[str], marks: list[bool]) -> None:
    # "|", ":" and initials ("JD> ") quoted on old systems. One such line may be anything, so it
    # takes two in a row, and a line with a second bar is a row of a table.
    signs = [_rarer_mark(line) for line in bare]
    for at, sign in enumerate(signs):
        if sign is None:
            continue
        before = signs[at - 1] if at else None
        after = signs[at + 1] if at + 1 < len(signs) else None
        if sign in (before, after):
            marks[at] = True


def _rarer_mark(line: str) -> str | None:
    if line[:2] == "| " and "|" not in line[2:]:
        return "|"
    if line[:2] == ": ":
        return ":"
    initials = _INITIALS.match(line)
    return initials.group() if initials else None


def _forgive_a_prompt(bare: list[str], marks: list[bool]) -> None:
    # ">>> " is a third level of quotation only where there is a first; else it is Python's prompt.
    if any(line[:1] == ">" and line[:3] != ">>>" for line in bare):
        return
    for at, line in enumerate(bare):
        if line[:4] == ">>> " or line == ">>>":
            marks[at] = False


def _forgive_groupwise(bare: list[str], marks: list[bool]) -> None:
    # GroupWise introduces with ">>> Eva Andersson <eva@example.org> schrieb am …", and then tells
    # the identifier on a line of its own, or ends as it began.
    for at, line in enumerate(bare):
        if not marks[at] or line[:4] != ">>> " or line[4:5] == ">":
            continue
        below = bare[at + 1] if at + 1 < len(bare) else ""
        if line[-3:] == ">>>" or (below[:1] == "<" and below[-2:] == ">:"):
            marks[at] = False


def _forgive_the_escaped_from(bare: list[str], marks: list[bool]) -> None:
    # Mailbox files write a line that begins with "From " as ">From ", also in new words.
    for at, line in enumerate(bare):
        if not line.startswith(">From "):
            continue
        alone = not (at and marks[at - 1]) and not (at + 1 < len(marks) and marks[at + 1])
        if alone:
            marks[at] = False


def _gather_what_was_torn_off(bare: list[str], marks: list[bool]) -> None:
    # A long quoted line that was broken on the way leaves its last words without a mark, and
    # a broken link leaves its end. An answer is never written that tightly between.
    last = len(bare) - 1
    for at in range(1, last):
        if marks[at] or not bare[at] or not marks[at - 1]:
            continue
        if _LINK_HELD_OPEN.search(bare[at - 1]) or bare[at].startswith(("(http", "<http")):
            marks[at] = marks[at + 1] or not bare[at + 1]
        elif marks[at + 1] and len(bare[at - 1]) >= 66 and len(bare[at]) <= 76:
            marks[at] = not bare[at][:1].isupper() and bare[at - 1][-1] not in ".?!:"
