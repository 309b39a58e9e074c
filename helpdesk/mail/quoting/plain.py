"""Judges the lines of a mail's text: which were said now, and which are old, added or repeated."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from .armour import end_of_opening
from .banners import end_of_banner
from .introductions import Manner, first_from, is_marked_head
from .lines import has_words, quoted, words_in
from .signatures import end_of_words, is_device_line

# "FYI" and "See below" above a forwarded mail don't make that mail old: it is the message.
_FEW_WORDS = 4
# An excerpt that somebody chose to answer has few lines; a whole mail has more.
_LONGEST_EXCERPT = 5
_BANNER_REACH = 14
_MANY_STRETCHES = 400
_GREETINGS = frozenset(
    (
        *("hi", "hello", "hey", "dear", "all", "good", "hej", "hejsan", "hallå", "god", "hei"),
        *("moi", "terve", "hallo", "guten", "lieber", "liebe", "sehr", "beste", "dag", "hoi"),
        *("goedemorgen", "bonjour", "salut", "hola", "buenos", "buenas", "ciao", "buongiorno"),
        *("cześć", "dzień", "witam"),
    )
)


_FORWARDS = re.compile(
    r"\s*(?:fwd?|vb|vl|wg|tr|rv|i|pd|enc|doorst|fs|rens|továbbítás|转发|轉寄) ?[:：]",
    re.IGNORECASE,
)


# "VS:" is a Finnish answer, and a Danish or Norwegian mail that was forwarded.
_FORWARDS_IN_DANISH = re.compile(r"\s*vs ?:", re.IGNORECASE)
_DANISH_HEAD = 6


class Kind(Enum):
    """What a stretch of lines is."""

    WORDS = "words"
    MARKED = "marked"  # a quotation whose lines carry marks, so that its end is known
    OPEN = "open"  # a quotation without marks, which goes on to the end
    FORWARD = "forward"


@dataclass(slots=True, eq=False)
class Stretch:
    """The lines `start` up to `end`; a quotation's introduction ends where its `body` begins."""

    kind: Kind
    start: int
    end: int
    body: int
    said_until: int = 0
    wordy: bool = False
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """One answer per line, and whether a quotation was found at all."""

    old: list[bool]
    quotes: bool


def judge(bare: list[str], signer: str = "", subject: str = "") -> Verdict:
    """Which of these lines are old; none of them when nothing else would be left.

    `signer` is the name that the mail is from; both it and the subject may be empty.
    """
    top = _end_of_what_was_put_above(bare[:_BANNER_REACH])
    stretches = _stretches(bare, quoted(bare), top)
    for stretch in stretches:
        if stretch.kind is Kind.WORDS:
            lines = bare[stretch.start : stretch.end]
            # Nobody signs hundreds of answers: only a hostile mail has so many.
            ends = end_of_words(lines, signer) if len(stretches) <= _MANY_STRETCHES else len(lines)
            stretch.said_until = stretch.start + ends
            stretch.wordy = has_words(bare[stretch.start : stretch.said_until])
    quotes = any(stretch.kind is not Kind.WORDS for stretch in stretches)
    last = stretches[-1] if stretches else None
    if last is not None and last.kind is Kind.OPEN and _forwards(subject, bare, top, last):
        last.kind = Kind.FORWARD
    old = _decide(bare, stretches, top)
    if not has_words([line for line, is_old in zip(bare, old, strict=True) if not is_old]):
        return Verdict([False] * len(bare), quotes)
    return Verdict(old, quotes)


def _end_of_what_was_put_above(bare: list[str]) -> int:
    first = next((at for at, line in enumerate(bare) if line), 0)
    # Some telephones put their line above what is written, and not below.
    if bare and is_device_line(bare[first]):
        return first + 1
    return end_of_banner(bare) or end_of_opening(bare)


def _stretches(bare: list[str], marks: list[bool], at: int) -> list[Stretch]:
    found: list[Stretch] = []
    count = len(bare)
    while at < count:
        marked = _next(marks, at)
        introduction = first_from(bare, marks, at, min(marked + 1, count))
        start = marked if introduction is None else introduction.start
        if start > at:
            found.append(Stretch(Kind.WORDS, at, start, at))
        if introduction is None:
            body = marked
        elif introduction.manner is Manner.FORWARD:
            found.append(Stretch(Kind.FORWARD, start, count, start))
            return found
        elif (
            introduction.manner is Manner.HEADERS and found and _points_down(bare, found[-1], start)
        ):
            found.append(Stretch(Kind.WORDS, start, count, start))
            return found
        else:
            body = introduction.end
            while body < count and not bare[body]:
                body += 1
            if body < count and not marks[body]:
                found.append(Stretch(Kind.OPEN, start, count, body))
                return found
        at = _end_of_marks(bare, marks, body)
        if introduction is None and found and at < count and is_marked_head(bare[start:at]):
            found.append(Stretch(Kind.OPEN, start, count, at))
            return found
        if at > start:
            found.append(Stretch(Kind.MARKED, start, at, body))
    return found


def _forwards(subject: str, bare: list[str], top: int, quoted_mail: Stretch) -> bool:
    """Outlook quotes what it forwards as what it answers; only the subject tells which it was."""
    above = [line for line in bare[top : quoted_mail.start] if line]
    if _FORWARDS.match(subject) or (len(above) == 1 and _FORWARDS.match(above[0][:20])):
        return True
    head = bare[quoted_mail.start : quoted_mail.start + _DANISH_HEAD]
    danish = any(line.lstrip("*").startswith("Fra:") for line in head)
    return danish and _FORWARDS_IN_DANISH.match(subject) is not None


def _points_down(bare: list[str], above: Stretch, until: int) -> bool:
    """ "I got this mail:", "The log says:" shows what stands below, which then belongs here."""
    if above.kind is not Kind.WORDS:
        return False
    last = next((line for line in reversed(bare[above.start : until]) if line), "")
    return last[-1:] == ":" and len(last.split()) > 1


def _next(marks: list[bool], at: int) -> int:
    try:
        return marks.index(True, at)
    except ValueError:
        return len(marks)


def _end_of_marks(bare: list[str], marks: list[bool], at: int) -> int:
    """Where the marked lines end that begin here; empty lines between them are theirs."""
    end = at
    while at < len(bare) and (marks[at] or not bare[at]):
        if marks[at]:
            end = at + 1
        at += 1
    return end


def _decide(bare: list[str], stretches: list[Stretch], top: int) -> list[bool]:
    old = [False] * len(bare)
    old[:top] = [True] * top
    if stretches and stretches[-1].kind is Kind.FORWARD and _says_little(bare, stretches):
        return old
    answered = [
        stretch
        for stretch, following in pairwise(stretches)
        if stretch.kind is Kind.MARKED and following.wordy
    ]
    for kept in _kept_quotations(bare, stretches, answered):
        kept.kept = True
    for before, shown in pairwise(stretches):
        by_hand = shown.kind is Kind.MARKED and shown.body == shown.start
        if by_hand and _points_down(bare, before, shown.start):
            # What points down must be said, and not be the end of a signature.
            shown.kept |= not any(bare[before.said_until : shown.start])
    last_answer = stretches.index(answered[-1]) + 1 if answered else 0
    for at, stretch in enumerate(stretches):
        if stretch.kind is Kind.WORDS:
            # Between two quotations that are kept, what looks like a signature is an answer.
            cut = stretch.end if len(answered) > 1 and 0 < at < last_answer else stretch.said_until
        elif stretch.kept:
            old[stretch.start : stretch.body] = [True] * (stretch.body - stretch.start)
            continue
        else:
            cut = stretch.start
        old[cut : stretch.end] = [True] * (stretch.end - cut)
    return old


def _says_little(bare: list[str], stretches: list[Stretch]) -> bool:
    own = sum(
        words_in(_without_pasted_subject(bare[stretch.start : stretch.said_until]))
        for stretch in stretches
        if stretch.kind is Kind.WORDS
    )
    return own <= _FEW_WORDS


def _without_pasted_subject(lines: list[str]) -> list[str]:
    return [line for line in lines if not _FORWARDS.match(line[:20])]


def _kept_quotations(
    bare: list[str], stretches: list[Stretch], answered: list[Stretch]
) -> list[Stretch]:
    """The quotations that belong to the answers below them, and are read together with them."""
    if len(answered) != 1:
        return answered
    only = answered[0]
    before = bare[stretches[0].start : only.start]
    led_up_to = has_words(before) and not _only_greets(before)
    introduced = only.body > only.start
    # A program that quotes introduces it: what stands below is the answer, or a letter's end.
    # Somebody who quotes by hand shows something: console output, or the line that is answered.
    if introduced:
        return []
    return answered if led_up_to or _is_excerpt(bare[only.body : only.end]) else []


def _only_greets(lines: list[str]) -> bool:
    if words_in(lines) > 4:
        return False
    said = " ".join(lines).split()
    return said[-1][-1] in ",!:" or said[0].strip(",.!").lower() in _GREETINGS


def _is_excerpt(quotation: list[str]) -> bool:
    said = [line for line in quotation if line.strip("> ")]
    if len(said) > _LONGEST_EXCERPT:
        return False
    return not any(line.replace(" ", "").startswith(">>") for line in said)
