"""Where a visitor may be led back to: only to pages of our own."""

from __future__ import annotations


def own_path(path: str | None) -> str | None:
    """The path, if it can only be one of ours; None for anything that could lead elsewhere.

    A second slash or backslash would name another host, and browsers leave out the tabs and line
    ends that could hide one.
    """
    if not path or not path.startswith("/") or path[1:2] in ("/", "\\") or not path.isprintable():
        return None
    return path
