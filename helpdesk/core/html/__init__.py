"""HTML from strangers: made harmless once, read as text, shown with the pictures one asks for."""

from __future__ import annotations

import html as entities
import re
from typing import NamedTuple

from helpdesk.core.html import foreign, hidden, nesting, plain, policy, targets, unclosed
from helpdesk.core.html.images import cids, has_remote_images, with_images
from helpdesk.core.words import N_

__all__ = [
    "SIZE_LIMIT",
    "Sanitised",
    "cids",
    "has_remote_images",
    "of_text",
    "sanitise",
    "sanitise_within",
    "text_of",
    "text_of_clean",
    "with_images",
]

SIZE_LIMIT = 3 * 1024 * 1024
"""Characters of HTML that are treated as HTML; longer pages become plain text."""

# A tag costs far more than a letter: this many take about as long as the size limit allows.
_MOST_TAGS = 120_000
_TOO_LARGE = N_("The HTML is too large: shown as plain text.")
_TOO_DEEP = N_("The HTML is nested too deeply: some layout was dropped.")
# Tags left open are repeated in each paragraph: a little page may come out a hundred times larger.
_LARGEST_GROWTH = 2
_ROUNDS = 5
_LARGEST_SETTLED = 1024 * 1024
_DATA_URL = re.compile(r"data:image/[^\s\"'<>]{10000,}", re.IGNORECASE)

text_of_clean = plain.text_of_clean


class Sanitised(NamedTuple):
    """Harmless HTML, and in marked words what had to be given up for it (None: nothing)."""

    html: str
    warning: str | None


def sanitise(html: str) -> str:
    """The HTML without anything that acts, loads or deceives; sanitising again changes nothing.

    Pictures on other servers keep their address in `data-remote-src` until `with_images`.
    """
    return sanitise_within(html, SIZE_LIMIT).html


def sanitise_within(html: str, size_limit: int) -> Sanitised:
    """`sanitise` under a budget: a page over it comes as plain text, with a warning."""
    if len(html) > size_limit:
        html = _DATA_URL.sub("", html)
    if len(html) > size_limit or html.count("<") > _MOST_TAGS:
        return Sanitised(_as_plain(html, size_limit), _TOO_LARGE)
    clean, was_deep = _settled(html)
    if len(clean) > size_limit * _LARGEST_GROWTH:
        return Sanitised(_as_plain(html, size_limit), _TOO_LARGE)
    warning = _TOO_DEEP if was_deep else None
    return Sanitised(clean, warning)


def of_text(text: str) -> str:
    """Plain text as harmless HTML that keeps its lines."""
    escaped = entities.escape(text, quote=False).replace("\xa0", "&nbsp;").lstrip("\n")
    return f'<pre style="white-space:pre-wrap">{escaped}</pre>'


def text_of(html: str) -> str:
    """The words of any HTML as plain text, in paragraphs, lists and rows."""
    return plain.text_of_clean(sanitise(html))


def _settled(html: str) -> tuple[str, bool]:
    """The HTML cleaned until cleaning changes nothing more, and whether depth was taken out.

    A tree that lost elements may be read differently the next time, which is how filters have
    been fooled; real mail settles at once, so that the second round only proves it.
    """
    was_deep = False
    html = foreign.without_foreign_tags(unclosed.freed(html))
    for _ in range(_ROUNDS):
        flat, deep = nesting.flattened(html)
        was_deep = was_deep or deep
        clean = targets.with_targets(hidden.without_hidden(policy.clean(flat)))
        if clean == html or len(clean) > _LARGEST_SETTLED:
            return clean, was_deep
        html = clean
    return html, was_deep


def _as_plain(html: str, size_limit: int) -> str:
    words = plain.words_of(html)[:size_limit]
    return of_text(words)
