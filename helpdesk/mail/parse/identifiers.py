"""Message-IDs (RFC 5322 section 3.6.4) out of the headers that name them."""

from __future__ import annotations

import re

from helpdesk.mail.parse import encoded_words

_BRACKETED = re.compile(r"<([^<>]+)>")
_LIMIT = 1_000
_SIZE = 998


def message_ids(value: str) -> tuple[str, ...]:
    """The ids of a header without angle brackets, each once, in order.

    Folding inside an id is undone; where no brackets are, words with an "@" count as ids.
    """
    if "=?" in value:
        value = encoded_words.decode(value)
    found = _BRACKETED.findall(value)
    if not found:
        found = [word.strip("<>,;\"'") for word in value.split() if "@" in word]
    ids = ("".join(each.split()).replace("\0", "")[:_SIZE] for each in found)
    return tuple(dict.fromkeys(each for each in ids if each))[:_LIMIT]


def message_id(value: str) -> str | None:
    """The one id of a Message-ID header, also one with neither brackets nor "@"."""
    ids = message_ids(value)
    if ids:
        return ids[0]
    bare = "".join(encoded_words.decode(value).split()).strip("<>")
    return bare[:_SIZE] or None
