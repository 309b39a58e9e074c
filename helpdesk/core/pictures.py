"""What a file really is, from its own bytes: a picture that every browser draws, a PDF, or neither.

Neither its name nor the type that its sender claims is asked. Sources: PNG (RFC 2083, 3.2 and
4.1.1), GIF89a (17, 18), JPEG (ITU-T T.81, annex B), WebP (RFC 9649, 2.3 to 2.7).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

PDF = "application/pdf"

# A picture of a few kilobytes may say that it is a hundred thousand dots wide, and whoever draws
# it needs the memory: four bytes a dot. Cameras of telephones make 50 million.
MOST_DOTS = 64_000_000
LONGEST_SIDE = 16_384
# Between the beginning of a JPEG and its size lie a thumbnail and colours, not more.
_MOST_SEGMENTS = 100
# Markers that begin a frame (B.1.1.3): all of C0 to CF but those for tables.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})


@dataclass(frozen=True, slots=True)
class Kind:
    """A media type; of pictures also how many dots they are wide and high."""

    media_type: str
    width: int = 0
    height: int = 0

    @property
    def is_picture(self) -> bool:
        """Whether it is one, however large."""
        return self.media_type != PDF

    @property
    def may_be_drawn(self) -> bool:
        """Whether it is a picture that does no harm by its sheer size."""
        sides = (self.width, self.height)
        return (
            self.is_picture
            and all(0 < side <= LONGEST_SIDE for side in sides)
            and self.width * self.height <= MOST_DOTS
        )


def kind_of(file: BinaryIO) -> Kind | None:
    """What the file is, read from its beginning; None for all that is to be saved and not seen."""
    head = file.read(30)
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return _of("image/png", head[16:24], "big") if head[12:16] == b"IHDR" else None
    if head.startswith((b"GIF87a", b"GIF89a")):
        return _of("image/gif", head[6:10], "little")
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return _webp(head)
    if head.startswith(b"\xff\xd8\xff"):
        return _jpeg(file)
    return Kind(PDF) if head.startswith(b"%PDF-") else None


def _of(media_type: str, sides: bytes, order: str) -> Kind | None:
    half = len(sides) // 2
    if half not in (2, 4):
        return None
    width, height = (
        int.from_bytes(side, "big" if order == "big" else "little")
        for side in (sides[:half], sides[half:])
    )
    return Kind(media_type, width, height)


def _webp(head: bytes) -> Kind | None:
    if len(head) < 30:
        return None
    chunk = head[12:16]
    if chunk == b"VP8 " and head[23:26] == b"\x9d\x01\x2a":
        width, height = (int.from_bytes(head[at : at + 2], "little") & 0x3FFF for at in (26, 28))
    elif chunk == b"VP8L" and head[20] == 0x2F:
        bits = int.from_bytes(head[21:25], "little")
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    elif chunk == b"VP8X":
        width, height = (int.from_bytes(head[at : at + 3], "little") + 1 for at in (24, 27))
    else:
        return None
    return Kind("image/webp", width, height)


def _jpeg(file: BinaryIO) -> Kind | None:
    file.seek(2)
    for _ in range(_MOST_SEGMENTS):
        marker = file.read(2)
        # Any number of fill bytes may stand before a marker.
        while marker == b"\xff\xff":
            marker = b"\xff" + file.read(1)
        if len(marker) < 2 or marker[0] != 0xFF:
            return None
        if marker[1] in _ALONE:
            continue
        length = int.from_bytes(file.read(2), "big")
        if marker[1] in _FRAMES:
            frame = file.read(5)
            if len(frame) < 5:
                return None
            height, width = (int.from_bytes(frame[at : at + 2], "big") for at in (1, 3))
            return Kind("image/jpeg", width, height)
        # The dots begin, or it ends, and no size was said.
        if length < 2 or marker[1] in (0xD9, 0xDA):
            return None
        file.seek(length - 2, 1)
    return None
