"""Finds the Message-ID of the mail that a report is about: by it the report finds its ticket."""

from __future__ import annotations

import re

from helpdesk.mail.bounces.contents import Contents
from helpdesk.mail.bounces.signs import Signs

_IDENTIFIER = re.compile(
    r"^[ \t>*]{0,8}Message-ID[ \t]?:\s{0,4}(?:\n[ \t]{1,8})?<([^<>\s]{1,400})>",
    re.IGNORECASE | re.MULTILINE,
)
_BRACKETED = re.compile(r"<([^<>\s]{1,400})>")


def original_message_id(contents: Contents, signs: Signs) -> str | None:
    """The Message-ID (no angle brackets) of the returned mail.

    From the headers that came back; else from the words of the report; else from what the report
    answers (some systems thread their reports); None where nothing names it.
    """
    for text in (contents.returned, contents.words):
        found = _IDENTIFIER.search(text)
        if found:
            return found[1]
    for name in ("in-reply-to", "references"):
        identifiers = _BRACKETED.findall(signs.headers.get(name, ""))
        if identifiers:
            return str(identifiers[-1])
    return None
