"""Text of the kind "enriched" (RFC 1896) as plain text."""

from __future__ import annotations

import re

_COMMAND = re.compile(r"<(/?)([a-zA-Z-]{1,60})>")
_SINGLE_BREAK = re.compile(r"(?<!\n)\n(?!\n)")


def plain(text: str) -> str:
    """The words without commands and their parameters; paragraphs on one line each."""
    text = text.replace("<<", "\ue000")
    if "<nofill>" not in text.lower():
        text = _SINGLE_BREAK.sub(" ", text).replace("\n\n", "\n")
    kept: list[str] = []
    position = parameters = 0
    for command in _COMMAND.finditer(text):
        if not parameters:
            kept.append(text[position : command.start()])
        if command[2].lower() == "param":
            parameters = max(0, parameters + (-1 if command[1] else 1))
        position = command.end()
    kept.append(text[position:])
    return "".join(kept).replace("\ue000", "<")
