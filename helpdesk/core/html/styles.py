"""Which of a mail's inline styles may stay: looks, never loads, layers, or disguises."""

from __future__ import annotations

import re
from functools import lru_cache

HIDDEN = "display:none"

_PROPERTIES = frozenset({
    "background", "background-color", "border", "border-bottom", "border-bottom-color",
    "border-bottom-style", "border-bottom-width", "border-collapse", "border-color", "border-left",
    "border-left-color", "border-left-style", "border-left-width", "border-radius", "border-right",
    "border-right-color", "border-right-style", "border-right-width", "border-spacing",
    "border-style", "border-top", "border-top-color", "border-top-style", "border-top-width",
    "border-width", "caption-side", "clear", "color", "direction", "empty-cells", "font",
    "font-family", "font-size", "font-style", "font-variant", "font-weight", "height",
    "letter-spacing", "line-height", "list-style-type", "margin", "margin-bottom", "margin-left",
    "margin-right", "margin-top", "max-width", "padding", "padding-bottom", "padding-left",
    "padding-right", "padding-top", "table-layout", "text-align", "text-decoration",
    "text-decoration-line", "text-indent", "text-transform", "unicode-bidi", "vertical-align",
    "white-space", "width", "word-break", "word-spacing", "word-wrap", "overflow-wrap",
})  # fmt: skip
_COLOUR = r"(?:rgba?|hsla?)\([\d\s.,%/]{1,40}\)"
# Words, numbers, colours, quoted font names: nothing that could name a resource or end the rule.
_VALUE = re.compile(rf"""(?:[\w\s#%.,+/!-]|"[\w\s.,-]*"|'[\w\s.,-]*'|{_COLOUR})*""")
_NEGATIVE = re.compile(r"(?:^|[\s,])-\s*\.?\d")
_NO_NEGATIVES = ("margin", "line-height", "letter-spacing", "word-spacing")
_MOST = 4_000
_CACHED = 400


def filtered(style: str) -> str | None:
    """The harmless declarations of a style attribute; None when there are none.

    `HIDDEN` alone when the element is not to be seen.
    """
    if len(style) > _MOST:
        return None
    return _filtered_once(style) if len(style) <= _CACHED else _filtered(style)


def _filtered(style: str) -> str | None:
    kept: dict[str, str] = {}
    for declaration in style.split(";"):
        name, _, value = declaration.partition(":")
        name, value = name.strip().lower(), " ".join(value.split())
        if _hides(name, value.lower()):
            return HIDDEN
        if name in _PROPERTIES and _is_harmless(name, value):
            kept[name] = value
    return ";".join(f"{name}:{value}" for name, value in kept.items()) or None


# The same few styles are repeated all over a mail, and from mail to mail.
_filtered_once = lru_cache(maxsize=4096)(_filtered)


def _hides(name: str, value: str) -> bool:
    if name == "display":
        return value.startswith("none")
    return name == "visibility" and value.startswith("hidden")


def _is_harmless(name: str, value: str) -> bool:
    if not value or len(value) > 300 or not _VALUE.fullmatch(value):
        return False
    # Negative margins pull one element over another, so that a link lies where nobody sees it.
    return not (name.startswith(_NO_NEGATIVES) and _NEGATIVE.search(value))
