"""Elements and remarks that nobody closed, kept from swallowing all the words behind them."""

from __future__ import annotations

import re

_SWALLOWING = (
    "applet|audio|canvas|datalist|frameset|iframe|map|math|noembed|noframes|noscript|script|select"
    "|style|svg|template|textarea|title|video|xml|xmp"
)
_TAG = re.compile(rf"<(/?)({_SWALLOWING})(?=[\s/>])", re.IGNORECASE)
# What stands in the first two is no text; the rest of the page behind them is.
_CODE = re.compile(r"<(?:script|style)(?=[\s/>])[^>]*>[^<]*", re.IGNORECASE)
_OPENING = re.compile(r"<[^>]*>?")
# Only what is not HTML may do that.
_CLOSES_ITSELF = re.compile(r"<(?:svg|math|xml)[^>]*/>", re.IGNORECASE)
_REMARK = re.compile(r"<!--[^>]*>?")
_END_OF_REMARK = re.compile(r"--!?>")


def freed(html: str) -> str:
    """The HTML without the openings of swallowing elements and remarks that are never closed."""
    last = html.rfind("<!--")
    if last != -1 and not _END_OF_REMARK.search(html, last + 2):
        html = _without(html, last, _REMARK)
    unclosed: dict[str, int] = {}
    for tag in _TAG.finditer(html):
        if tag[1]:
            unclosed.pop(tag[2].lower(), None)
        else:
            unclosed.setdefault(tag[2].lower(), tag.start())
    for start in sorted(unclosed.values(), reverse=True):
        html = _without(html, start, _CODE if _CODE.match(html, start) else _OPENING)
    return html


def _without(html: str, start: int, pattern: re.Pattern[str]) -> str:
    found = pattern.match(html, start)
    if found is None or _CLOSES_ITSELF.fullmatch(found[0]):
        return html
    return html[:start] + html[found.end() :]
