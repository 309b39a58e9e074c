"""What a small picture is, told by its own bytes: PNG, JPEG or WebP, and how large."""

from __future__ import annotations

from dataclasses import dataclass

_PNG = b"\x89PNG\r\n\x1a\n"
# Start-of-frame markers of JPEG (ITU T.81 table B.1); C4, C8 and CC are other things.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
# Markers that stand alone, without a length.
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture's type (MIME), width and height in pixels."""

    content_type: str
    width: int
    height: int


def read_picture(data: bytes) -> Picture | None:
    """What the bytes are; None for all that is no PNG, JPEG or WebP, whatever its name says."""
    try:
        return _png(data) or _webp(data) or _jpeg(data)
    except IndexError:
        return None


def _png(data: bytes) -> Picture | None:
    # The first chunk is IHDR: length 13, then width and height (RFC 2083 section 4.1.1).
    if not data.startswith(_PNG + b"\x00\x00\x00\x0dIHDR") or len(data) < 33:
        return None
    return _sized("image/png", _big(data, 16, 4), _big(data, 20, 4))


def _webp(data: bytes) -> Picture | None:
    # RFC 9649: three kinds of a first chunk, each with its own place for the size.
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP" or len(data) < 30:
        return None
    kind = data[12:16]
    if kind == b"VP8X":
        return _sized("image/webp", _little(data, 24, 3) + 1, _little(data, 27, 3) + 1)
    if kind == b"VP8L":
        bits = _little(data, 21, 4)
        return _sized("image/webp", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if kind == b"VP8 ":
        return _sized("image/webp", _little(data, 26, 2) & 0x3FFF, _little(data, 28, 2) & 0x3FFF)
    return None


def _jpeg(data: bytes) -> Picture | None:
    if data[:2] != b"\xff\xd8":
        return None
    at = 2
    while data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF or marker in _ALONE:
            at += 1 if marker == 0xFF else 2
            continue
        if marker in _FRAMES:
            return _sized("image/jpeg", _big(data, at + 7, 2), _big(data, at + 5, 2))
        at += 2 + _big(data, at + 2, 2)
    return None


def _sized(content_type: str, width: int, height: int) -> Picture | None:
    return Picture(content_type, width, height) if width and height else None


def _big(data: bytes, at: int, length: int) -> int:
    if len(data) < at + length:
        raise IndexError(at)
    return int.from_bytes(data[at : at + length], "big")


def _little(data: bytes, at: int, length: int) -> int:
    return int.from_bytes(data[at : at + length], "little")
