"""Colours as numbers: how well one is read on another, and the nearest that would be read."""

from __future__ import annotations

import colorsys
import re
from collections.abc import Iterable

# WCAG 2.2, 1.4.3: what ordinary text needs.
READABLE = 4.5

_HEX = re.compile(r"#[0-9a-f]{6}\Z")
# So many steps of lightness are told apart; an eighth of what a screen shows is fine enough.
_STEPS = 1000


def is_colour(text: str) -> bool:
    """Whether it is a colour as we keep it: #rrggbb in lower case."""
    return _HEX.match(text) is not None


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb, 0 to 1 (WCAG 2.2, glossary)."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in _parts(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2, glossary)."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def least_contrast(colour: str, grounds: Iterable[str]) -> float:
    """How well the colour is read where it is read worst."""
    return min(contrast(colour, ground) for ground in grounds)


def nearest_readable(colour: str, grounds: Iterable[str], ratio: float = READABLE) -> str:
    """The colour itself, or the one of its hue nearest in lightness that is read on every ground.

    Black or white, whichever is read better, where no lightness will do.
    """
    grounds = tuple(grounds)
    if least_contrast(colour, grounds) >= ratio:
        return colour
    hue, lightness, saturation = colorsys.rgb_to_hls(*_parts(colour))
    steps = sorted(range(_STEPS + 1), key=lambda step: abs(step / _STEPS - lightness))
    for step in steps:
        candidate = _hex(colorsys.hls_to_rgb(hue, step / _STEPS, saturation))
        if least_contrast(candidate, grounds) >= ratio:
            return candidate
    return max(("#000000", "#ffffff"), key=lambda each: least_contrast(each, grounds))


def at_luminance(colour: str, wanted: float, *, saturation: float | None = None) -> str:
    """The colour of the same hue whose luminance is the wanted one, as near as #rrggbb comes."""
    hue, _lightness, own = colorsys.rgb_to_hls(*_parts(colour))
    chosen = own if saturation is None else min(own, saturation)
    low, high = 0.0, 1.0
    for _step in range(20):
        middle = (low + high) / 2
        if luminance(_hex(colorsys.hls_to_rgb(hue, middle, chosen))) < wanted:
            low = middle
        else:
            high = middle
    return _hex(colorsys.hls_to_rgb(hue, low, chosen))


def _parts(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _hex(parts: tuple[float, float, float]) -> str:
    return "#" + "".join(f"{round(min(max(part, 0.0), 1.0) * 255):02x}" for part in parts)
