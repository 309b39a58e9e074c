"""Encoded words in headers (RFC 2047) made readable, however badly they were encoded."""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass, field

from helpdesk.mail.parse import charsets, encodings

_OPENING = re.compile(r"=\?([^?=\s]{1,60})\?\s?([bBqQ])\s?\?")
_WHOLE = re.compile(r"=\?[\w.-]{1,60}\?[bBqQ]\?[^?]{1,2000}\?=")
# Quoted-printable of the Q kind, after "_" has become a space; the rest stays as it is written.
_HEX = re.compile(rb"=([0-9A-Fa-f]{2})")


@dataclass(slots=True)
class _Word:
    """Consecutive encoded words of one charset: bytes, and base64 that waits for its next piece."""

    charset: str
    data: bytes = b""
    base64: list[str] = field(default_factory=list)

    def add(self, encoding: str, text: str) -> None:
        if encoding in "bB":
            self.base64.append("".join(text.split()))
            # A sender that cut base64 between two words leaves the first one incomplete.
            if sum(map(len, self.base64)) % 4 == 0 or text.endswith("="):
                self.close()
        else:
            self.close()
            raw = text.replace("_", " ").encode("utf-8", "surrogateescape")
            self.data += _HEX.sub(lambda digits: binascii.unhexlify(digits[1]), raw)

    def close(self) -> None:
        pieces, self.base64 = self.base64, []
        if not pieces:
            return
        whole = self.data + _decoded("".join(pieces))
        if len(pieces) > 1 and not charsets.fits(whole, self.charset):
            # Each of them was whole, and only its padding was forgotten.
            apart = self.data + b"".join(map(_decoded, pieces))
            whole = apart if charsets.fits(apart, self.charset) else whole
        self.data = whole

    def words(self) -> str:
        self.close()
        return charsets.decode(self.data, self.charset).text


def _decoded(text: str) -> bytes:
    return encodings.base64(text.encode("utf-8", "replace")).data


def decode(value: str) -> str:
    """A header's value in readable words, on one line, without control characters."""
    if "=?" in value:
        value = _decode_words(value)
        if _WHOLE.search(value):
            # Gateways encode what was encoded already; nobody writes such words to be read.
            value = _decode_words(value)
    if value.isprintable():
        return value.strip()
    return charsets.clean(value.replace("\n", " ").replace("\r", " ").replace("\t", " ")).strip()


def _decode_words(value: str) -> str:
    pieces: list[str] = []
    pending: _Word | None = None
    position = closing = 0
    while opening := _OPENING.search(value, position):
        between = value[position : opening.start()]
        charset = opening[1].split("*")[0].lower()
        # White space between two encoded words is not part of the words (section 6.2), and a
        # character may be split between them, so that bytes are joined before decoding.
        if pending is None or between.strip() or pending.charset != charset:
            if pending is not None:
                pieces.append(pending.words())
            if pending is None or between.strip():
                pieces.append(between)
            pending = _Word(charset)
        if closing < opening.end():
            closing = value.find("?=", opening.end())
            closing = len(value) if closing == -1 else closing
        end = _end(value, opening.end(), closing)
        pending.add(opening[2], value[opening.end() : end])
        position = end + 2 if value.startswith("?=", end) else end
    if pending is not None:
        pieces.append(pending.words())
    return "".join(pieces) + value[position:]


def _end(value: str, start: int, closing: int) -> int:
    """Where the encoded text ends: at its closing, or before it where that one is missing."""
    following = _OPENING.search(value, start, closing)
    if following is not None:
        return following.start()
    if closing < len(value):
        return closing
    space = value.find(" ", start)
    return len(value) if space == -1 else space
