"""ISO-2022-JP as Windows programs write it, with the signs of code page 932 in it."""

from __future__ import annotations

import re

_ESCAPE = re.compile(rb"\x1b(\$[@B]|\([BIJ])")
_CONTROLS = re.compile(rb"[\x00-\x20]+")


def decode(raw: bytes) -> str | None:
    """The words; None when the bytes are something else.

    Python's own codec knows neither ① nor ㈱ nor 髙, which are in many Japanese mails.
    """
    pieces = _ESCAPE.split(raw)
    words: list[bytes] = [pieces[0]]
    for mode, text in zip(pieces[1::2], pieces[2::2], strict=True):
        if mode in (b"$@", b"$B"):
            words.append(_double(text))
        else:
            words.append(text.translate(_HALF_WIDE) if mode == b"(I" else text)
    joined = b"".join(words)
    if b"\x1b" in joined:
        return None
    try:
        return joined.decode("cp932")
    except UnicodeDecodeError:
        return None


def _double(text: bytes) -> bytes:
    """Pairs of JIS X 0208 as pairs of Shift JIS; line ends between them stay."""
    kept: list[bytes] = []
    position = 0
    while position < len(text):
        if controls := _CONTROLS.match(text, position):
            kept.append(controls[0])
            position = controls.end()
            continue
        pair = text[position : position + 2]
        position += 2
        # A lonely byte at the end stands for nothing, and cannot be decoded.
        kept.append(_shifted(*pair) if len(pair) == 2 else b"\xff")
    return b"".join(kept)


def _shifted(first: int, second: int) -> bytes:
    lead = (first - 0x21) // 2 + (0x81 if first < 0x5F else 0xC1)
    trail = second + (0x1F + (second >= 0x60) if first % 2 else 0x7E)
    return bytes((lead & 0xFF, trail & 0xFF))


_HALF_WIDE = bytes(sign | 0x80 if 0x21 <= sign <= 0x5F else sign for sign in range(256))
