"""Words that were marked and written down, in the language of whoever reads them now."""

from __future__ import annotations

from flask_babel import gettext


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
