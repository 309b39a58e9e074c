"""Elements that their sender hid are taken out, so that every reader sees the same words."""

from __future__ import annotations

import re

from helpdesk.core.html import styles

_MARKS = (f' style="{styles.HIDDEN}"', ' hidden=""')
_TAG = re.compile(r'<(/?)([a-z0-9]+)((?: [\w-]+="[^"]*")*)>')
_VOID = {"br", "col", "hr", "img", "wbr"}
_SEEN = re.compile(r"<img|[^\W_]")


def without_hidden(clean: str) -> str:
    """Sanitised HTML without its hidden elements; if nothing else is in it, they are shown."""
    if not any(mark in clean for mark in _MARKS):
        return clean
    seen = _without_elements(clean)
    if _SEEN.search(_TAG.sub(_only_pictures, seen)):
        return seen
    return _TAG.sub(_shown, clean)


def _shown(tag: re.Match[str]) -> str:
    shown = tag[0]
    for mark in _MARKS:
        shown = shown.replace(mark, "")
    return shown


def _only_pictures(tag: re.Match[str]) -> str:
    return "<img" if tag[2] == "img" else ""


def _without_elements(clean: str) -> str:
    kept: list[str] = []
    position = 0
    name, depth = "", 0
    for tag in _TAG.finditer(clean):
        if depth:
            # Well formed as it is, an element ends where its own name has been closed as often.
            if tag[2] == name:
                depth += -1 if tag[1] else 1
                position = tag.end()
        elif any(mark in tag[3] for mark in _MARKS):
            kept.append(clean[position : tag.start()])
            position = tag.end()
            name, depth = tag[2], 0 if tag[2] in _VOID else 1
    return "".join(kept) + clean[position:]
