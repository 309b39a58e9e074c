"""Tells the newest words of a mail from what it repeats: quotation, signature, disclaimer, banner.

Nothing is thrown away: `folded` gives every sign of the text back, so that a page can fold what is
old. When in doubt, a line counts as new. An answer that is written between quoted lines keeps the
lines that it answers. When nothing would be left, everything is new.
"""

from __future__ import annotations

from . import html as structure
from .lines import has_words, split
from .plain import judge
from .signatures import may_be_signature


def newest_words(text: str, html: str | None = None, *, signer: str = "", subject: str = "") -> str:
    """The newest words of a mail with this text; `html` helps where the text shows no quotation.

    `signer` is the name in the mail's From, by which a signature without any delimiter is known;
    `subject` tells a mail that was forwarded from one that was answered.
    Returns text without empty lines at its ends; it has words whenever `text` has any.
    """
    new = [
        part.strip("\r\n") for is_old, part in _segments(text, html, signer, subject) if not is_old
    ]
    return "\n\n".join(part for part in new if part.strip()).strip()


def folded(
    text: str, html: str | None = None, *, signer: str = "", subject: str = ""
) -> list[tuple[bool, str]]:
    """The text in segments (is it old?, text), whose texts joined are exactly `text`."""
    return _segments(text, html, signer, subject)


def _segments(text: str, html: str | None, signer: str, subject: str) -> list[tuple[bool, str]]:
    raw, bare = split(text)
    verdict = judge(bare, signer, subject)
    old = verdict.old
    if html and not verdict.quotes:
        old = _old_by_structure(bare, old, html, signer)
    if html:
        old = _without_signature(bare, old, html)
    segments: list[tuple[bool, str]] = []
    start = 0
    for at in range(1, len(raw) + 1):
        if at == len(raw) or old[at] != old[start]:
            segments.append((old[start], "".join(raw[start:at])))
            start = at
    return segments


def _old_by_structure(bare: list[str], old: list[bool], html: str, signer: str) -> list[bool]:
    at = structure.line_with(structure.first_quoted_words(html), bare)
    if at is None:
        return old
    judged = judge(bare[:at], signer).old
    kept = [line for line, is_old in zip(bare[:at], judged, strict=True) if not is_old]
    return judged + [True] * (len(bare) - at) if has_words(kept) else old


def _without_signature(bare: list[str], old: list[bool], html: str) -> list[bool]:
    marked = structure.signature_lines(html, bare)
    if not may_be_signature([bare[at] for at in marked if bare[at]]):
        return old
    changed = [is_old or at in marked for at, is_old in enumerate(old)]
    kept = [line for line, is_old in zip(bare, changed, strict=True) if not is_old]
    return changed if has_words(kept) else old
