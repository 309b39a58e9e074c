"""Makes text fit for both databases."""

from __future__ import annotations

import re

# PostgreSQL stores no NUL, and half a surrogate pair is no character of UTF-8.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """The text, with U+FFFD for what no database takes."""
    return _UNSTORABLE.sub("\ufffd", text)
