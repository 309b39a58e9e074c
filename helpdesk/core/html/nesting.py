"""Depth taken out of HTML before anything reads it as a tree."""

from __future__ import annotations

import re

# Browsers stop at 512; what a person could have meant, at a few dozen. Time grows with the square.
DEEPEST = 150
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s<>/]*)[^<>]*>?")
# These close themselves when the next one opens, or hold nothing: they make no depth.
_FLAT = frozenset({
    "area", "base", "basefont", "bgsound", "body", "br", "col", "colgroup", "dd", "dt", "embed",
    "frame", "head", "hr", "html", "img", "input", "li", "link", "meta", "option", "optgroup", "p",
    "param", "rp", "rt", "source", "tbody", "td", "tfoot", "th", "thead", "tr", "track", "wbr",
})  # fmt: skip


def flattened(html: str) -> tuple[str, bool]:
    """The HTML without the tags that lie deeper than `DEEPEST`, and whether there were any.

    An estimate on purpose: it reads tags, not trees. All words stay.
    """
    if html.count("<") <= DEEPEST:
        return html, False
    depth = dropped = 0
    changed = False

    def judge(tag: re.Match[str]) -> str:
        nonlocal depth, dropped, changed
        if tag[2].lower() in _FLAT:
            return tag[0]
        if tag[1]:
            if dropped:
                dropped -= 1
                return ""
            depth = max(0, depth - 1)
            return tag[0]
        if depth >= DEEPEST:
            dropped += 1
            changed = True
            return ""
        depth += 1
        return tag[0]

    flat = _TAG.sub(judge, html)
    return (flat, True) if changed else (html, False)
