"""Colours: contrast as WCAG counts it."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.core.colours import READABLE, contrast, least_contrast, nearest_readable
from helpdesk.domain.configuration.appearance import GROUNDS, Look, colours_of
from tests.architecture import test_contrast as pairs

colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def png(width: int, height: int) -> bytes:
    """A grey picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    rows = b"".join(b"\x00" + b"\x80" * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b""))
    )


def test_contrast_is_counted_as_wcag_counts_it() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@settings(max_examples=60, deadline=None)
@given(colours, st.sampled_from(("light", "dark")))
def test_the_nearest_colour_can_always_be_read(colour: str, theme: str) -> None:
    found = nearest_readable(colour, GROUNDS[theme])
    assert least_contrast(found, GROUNDS[theme]) >= READABLE
    assert nearest_readable(found, GROUNDS[theme]) == found


@settings(max_examples=60, deadline=None)
@given(colours)
def test_every_pair_of_a_page_can_be_read_in_any_colour_that_is_taken(colour: str) -> None:
    look = Look(accent=nearest_readable(colour, GROUNDS["light"]))
    for theme, tokens in colours_of(look).items():
        known = pairs.themes()[theme] | tokens
        weak = [
            (look, theme, ink, ground, contrast(known[ink], known[ground]))
            for ink, ground, ratio in pairs.PAIRS
            # Rounded to what a screen can show, ours is at the border as well.
            if contrast(known[ink], known[ground]) < ratio
        ]
        assert weak == []
