from __future__ import annotations

import io
import struct

import pytest

from helpdesk.core.pictures import Kind, kind_of

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 640, 480) + b"\x08\x02\0\0\0"
GIF = b"GIF89a" + struct.pack("<HH", 320, 200) + b"\xf7\0\0"
# A thumbnail of its own (APP1, with a frame inside) and fill bytes come before the size.
JPEG = (
    b"\xff\xd8\xff\xe1\x00\x10Exif\0\0\xff\xc0\x00\x11\x08\0\x01\0\xff\xff\xff\xdb\x00\x03\x00"
    b"\xff\xc2\x00\x11\x08" + struct.pack(">HH", 3000, 4000) + b"\x03" + b"\0" * 9
)
LOSSY = b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a" + struct.pack("<HH", 800, 600)
LOSSLESS = b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f" + struct.pack("<I", 99 | 49 << 14) + b"\0" * 9
EXTENDED = b"RIFF\0\0\0\0WEBPVP8X\n\0\0\0\0\0\0\0" + b"\xff\x01\0\xff\0\0"


def found(data: bytes) -> Kind | None:
    return kind_of(io.BytesIO(data))


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (PNG, Kind("image/png", 640, 480)),
        (GIF, Kind("image/gif", 320, 200)),
        (JPEG, Kind("image/jpeg", 4000, 3000)),
        (LOSSY, Kind("image/webp", 800, 600)),
        (LOSSLESS, Kind("image/webp", 100, 50)),
        (EXTENDED, Kind("image/webp", 512, 256)),
        (b"%PDF-1.7\n", Kind("application/pdf")),
        # A page that is a picture too is a picture, and so is never read as a page.
        (GIF + b"<script>alert(1)</script>", Kind("image/gif", 320, 200)),
    ],
)
def test_a_file_is_what_its_bytes_say(data: bytes, kind: Kind) -> None:
    assert found(data) == kind


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html><script>alert(1)</script>",
        b"<svg onload='alert(1)'/>",
        b"\n%PDF-1.7",
        b"<script>/*%PDF-1.7",
        b"BM" + b"\0" * 60,
        b"\x89PNG\r\n\x1a\n" + b"\0" * 30,
        b"\xff\xd8\xff\xe0\x00\x00" * 500,
        b"\xff\xd8\xff\xda\x00\x03\x00" + b"\xff\xc0\x00\x11\x08\0\x10\0\x10\x03",
        *(whole[:cut] for whole in (PNG, JPEG, LOSSY, GIF) for cut in (4, 9)),
    ],
)
def test_all_else_is_only_to_be_saved(data: bytes) -> None:
    assert found(data) is None


@pytest.mark.parametrize(("width", "height"), [(100_000, 100), (12_000, 12_000), (0, 20)])
def test_a_picture_that_would_fill_the_memory_is_not_drawn(width: int, height: int) -> None:
    bomb = found(PNG[:16] + struct.pack(">II", width, height) + PNG[24:])
    assert bomb is not None
    assert not bomb.may_be_drawn


def test_a_usual_picture_is_drawn_and_a_pdf_is_none() -> None:
    assert [kind.may_be_drawn for kind in (found(JPEG), found(b"%PDF-1")) if kind] == [True, False]
