"""Paragraphs of format=flowed text put together again (RFC 3676)."""

from __future__ import annotations

_SIGNATURE = "-- "


def unfolded(text: str, *, delsp: bool) -> str:
    """Flowed text with one line per paragraph; `delsp`: the space at a line's end is only a sign.

    Quotation keeps its marks, and lines are joined only where they are quoted equally deep.
    """
    lines: list[list[str]] = []
    open_depth = -1
    for line in text.split("\n"):
        content = line.lstrip(">")
        depth = len(line) - len(content)
        content = content.removeprefix(" ")
        flows = content.endswith(" ") and content != _SIGNATURE
        if flows and delsp:
            content = content[:-1]
        if depth == open_depth and content != _SIGNATURE:
            lines[-1].append(content)
        else:
            lines.append([f"{'>' * depth} {content}" if depth else content])
        open_depth = depth if flows else -1
    return "\n".join("".join(pieces) for pieces in lines)
