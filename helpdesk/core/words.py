"""Marks words for translation where there is no reader yet, and translates them where one is."""

from __future__ import annotations

from flask_babel import gettext


def N_(words: str) -> str:  # noqa: N802 (the name that gettext tools look for)
    """Return `words` as they are, marked for the message catalogue."""
    return words


def said(words: object) -> str:
    """Words that were written down, where they are marked; also "marked words: what others said".

    What others said stays as it is.
    """
    text = str(words or "")
    if not text:
        # The empty message is the catalogue's own head.
        return ""
    whole = gettext(text)
    head, colon, rest = text.partition(": ")
    return f"{gettext(head)}: {rest}" if whole == text and head and colon else whole
