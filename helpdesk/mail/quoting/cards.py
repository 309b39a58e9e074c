"""Finds the block of name and contact details that ends a mail without any farewell."""

from __future__ import annotations

import re

from .contacts import LONGEST_LINE, tells_contact, tells_position

# So many lines with words, and so many in all, does a card have at most.
_MOST_LINES = 18
_FARTHEST = 40
_MOST_WORDS = 9
_POINTERS = frozenset(
    (
        *("be", "is", "are", "to", "for", "with", "as", "and", "this", "är", "till", "för", "som"),
        *("med", "och", "blir", "vara", "til", "og", "er", "være", "ist", "sein", "für", "und"),
        *("zijn", "naar", "voor", "en", "est", "être", "pour", "es", "ser", "para", "è", "per"),
    )
)
_DETAILS = frozenset(
    (
        *("details", "below", "below.", "contact", "card", "uppgifter", "nedan", "nedan.", "kort"),
        *("kontaktuppgifter", "signatur", "signature", "opplysninger", "oplysninger", "tiedot"),
        *("angaben", "daten", "kontaktdaten", "gegevens", "coordonnées", "datos", "dati", "dane"),
    )
)
_NO_DIGIT = re.compile(r"\D*\Z")
_WORD = re.compile(r"[^\W\d_][\w'’-]+")


def start_of_card(lines: list[str], end: int, signer: str) -> int | None:
    """Where the sender's card begins that the first `end` lines end with, or None.

    `signer` is the name that the mail is from, perhaps empty. Somebody else's name and telephone
    are what a mail is about, so a card is only known by the signer's own name, or by a first name
    that stands alone above it ("Eva", then "Eva Andersson").
    """
    names = _names_of(signer)
    found: int | None = None
    said = 0
    for at in range(end - 1, max(0, end - _FARTHEST) - 1, -1):
        line = lines[at]
        if not line:
            continue
        said += 1
        if said > _MOST_LINES or not _may_be_on_a_card(line):
            break
        if said > 1 and _is_headed_by(lines, at, end, names):
            found = at
    return found if found and any(lines[:found]) else None


def _may_be_on_a_card(line: str) -> bool:
    if len(line) > LONGEST_LINE or line[-1] in "?:":
        return False
    return line.count(" ") < _MOST_WORDS or (line[-1] not in ".!" and tells_contact(line))


def _is_headed_by(lines: list[str], at: int, end: int, names: frozenset[str]) -> bool:
    """Does a card begin on this line: a name that is the signer's, with more about him below?"""
    line = lines[at]
    above = _line_above(lines, at)
    if _points_down(above):
        return False
    if _names_signer(line, names):
        return any(tells_contact(each) or tells_position(each) for each in lines[at:end])
    return _repeats(line, above) and any(map(tells_contact, lines[at + 1 : end]))


def _points_down(above: str) -> bool:
    """ "My details:", "it should be": what follows is told, and not signed."""
    if above[-1:] == ":":
        return above[0] != ":"
    words = above.lower().split()
    return bool(words) and (words[-1] in _POINTERS or not _DETAILS.isdisjoint(words))


def _line_above(lines: list[str], at: int) -> str:
    return next((lines[above] for above in range(at - 1, -1, -1) if lines[above]), "")


def _names_of(signer: str) -> frozenset[str]:
    return frozenset(word.lower() for word in _WORD.findall(signer[:200].partition("@")[0]))


def _names_signer(line: str, names: frozenset[str]) -> bool:
    said = line.lower()
    if len(names) < 2 or sum(name in said for name in names) < 2:
        return False
    words = _WORD.findall(said)
    return len(words) <= 7 and len(names.intersection(words[:5])) > 1


def _repeats(line: str, above: str) -> bool:
    """ "Eva" alone or with a farewell ("LG, Eva"), and then "Mag. Eva Andersson"."""
    if above.count(" ") > 1 or ":" in line or line.count(" ") > 4 or not _NO_DIGIT.match(above):
        return False
    first = _WORD.findall(above)[-1:]
    if not first or not first[0].istitle() or not above.endswith(first[0]):
        return False
    words = _WORD.findall(line)
    at = words.index(first[0]) if first[0] in words[:2] else -1
    return at >= 0 and words[at + 1 : at + 2] != [] and words[at + 1].istitle()
