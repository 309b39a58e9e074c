"""Tells the newest words of a mail from what it repeats: quotation, signature, disclaimer, banner.

Nothing is thrown away: `folded` gives every sign of the text back, so that a page can fold what is
old. When in doubt, a line counts as new. An answer that is written between quoted lines keeps the
lines that it answers. When nothing would be left, everything is new.
"""

from __future__ import annotations

from . import html as structure
from .lines import has_words, split
from .plain import judge


def newest_words(text: str, html: str | None = None) -> str:
    """The newest words of a mail with this text; `html` helps where the text shows no quotation.

    Returns text without empty lines at its ends; it has words whenever `text` has any.
    """
    new = [part.strip("\r\n") for is_old, part in _segments(text, html) if not is_old]
    return "\n\n".join(part for part in new if part.strip()).strip()


def folded(text: str, html: str | None = None) -> list[tuple[bool, str]]:
    """The text in segments (is it old?, text), whose texts joined are exactly `text`."""
    return _segments(text, html)


def _segments(text: str, html: str | None) -> list[tuple[bool, str]]:
    raw, bare = split(text)
    verdict = judge(bare)
    old = verdict.old
    if html and not verdict.quotes:
        old = _old_by_structure(bare, old, html)
    segments: list[tuple[bool, str]] = []
    start = 0
    for at in range(1, len(raw) + 1):
        if at == len(raw) or old[at] != old[start]:
            segments.append((old[start], "".join(raw[start:at])))
            start = at
    return segments


def _old_by_structure(bare: list[str], old: list[bool], html: str) -> list[bool]:
    at = structure.line_with(structure.first_quoted_words(html), bare)
    if at is None:
        return old
    judged = judge(bare[:at]).old
    kept = [line for line, is_old in zip(bare[:at], judged, strict=True) if not is_old]
    return judged + [True] * (len(bare) - at) if has_words(kept) else old
