"""Knows the lines that tell who somebody is and how to reach them: telephone, address, title."""

from __future__ import annotations

import re

from .farewells import COMPANIES, TITLES

# A line of a signature is short; what is longer is prose.
LONGEST_LINE = 90


def any_of(words: tuple[str, ...]) -> str:
    """A pattern of alternatives for these words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_TITLE = re.compile(rf"\b(?:{any_of(TITLES)})\b", re.IGNORECASE)
_COMPANY = re.compile(rf"\b(?:{any_of(COMPANIES)})(?!\w)")
_CONTACT = re.compile(
    r"\w@[\w-]+\.\w|https?://|\bwww\.\w|(?:\+|\b00)\d[\d ()/.-]{6,}"
    r"|(?<![\d./-])\(?\b0\d{1,4}\)?[ /-]+[\d -]{5,}|\b\d{3}[ .-]\d{3}[ .-]\d{4}\b|\b0\d{8,10}\b"
    # Norwegian and Danish numbers: in pairs, or 3-2-3.
    r"|(?<![\d.,] )\b\d{2} \d{2} \d{2} \d{2}\b(?! ?\d)|(?<![\d.,] )\b\d{3} \d{2} \d{3}\b(?! ?\d)"
    r"|^(?:tel|tfn|tlf|telefon|telefone|teléfono|telefono|tél|phone|ph|mobil|mobile|móvil|mob|cell"
    r"|direct|direkt|puh|puhelin|gsm|fax|faks|e-?mail|e-post|epost|web|тел)\b\s?[.:]"
    r"|^[tmpfdo]\s?[.:]\s?[+(\d]",
    re.IGNORECASE,
)


def tells_contact(line: str) -> bool:
    """Is there a way to reach somebody on this line?"""
    return _CONTACT.search(line) is not None


def tells_position(line: str) -> bool:
    """Does this line name a title or a company?"""
    return _TITLE.search(line) is not None or _COMPANY.search(line) is not None
