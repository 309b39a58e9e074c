"""Colours that meet on a page are readable in both themes (WCAG 2.2, 1.4.3 and 1.4.11)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).resolve().parents[2] / "static" / "css" / "tokens.css"
TEXT_RATIO = 4.5
SHAPE_RATIO = 3.0
GROUNDS = ("canvas", "surface", "raised", "sunken")
SOFT = ("accent-soft", "quiet-soft", "done-soft", "waiting-soft", "late-soft")
TEXT_ON = {
    "text": (*GROUNDS, *SOFT, "highlight"),
    "muted": (*GROUNDS, "accent-soft"),
    "accent": (*GROUNDS, "quiet-soft", "note-soft"),
    "accent-hover": GROUNDS,
    "on-accent": ("accent-fill", "accent-fill-hover"),
    "on-accent-soft": ("accent-soft", "open-soft"),
    "open": (*GROUNDS, "open-soft"),
    "waiting": (*GROUNDS, "waiting-soft", "accent-soft"),
    "done": (*GROUNDS, "done-soft", "accent-soft"),
    "late": (*GROUNDS, "late-soft", "accent-soft"),
    "quiet": (*GROUNDS, "quiet-soft"),
    "note": ("note-soft",),
    "internal": ("note-soft", "surface"),
    "canvas": ("text",),
}
SHAPES_ON = {
    "border-strong": GROUNDS,
    "accent": (*GROUNDS, "accent-soft", "note-soft"),
    "accent-fill": ("canvas", "surface"),
    "internal": ("note-soft", "canvas"),
}


def themes() -> dict[str, dict[str, str]]:
    """Colour by token for each block of tokens.css that sets colours."""
    css = TOKENS.read_text(encoding="utf-8")
    blocks = {
        "light": r'\[data-bs-theme="light"\] \{(.*?)\}',
        "dark": r'\n\[data-bs-theme="dark"\] \{(.*?)\}',
        "dark without a script": r"\n@media \(prefers-color-scheme: dark\) \{\s+"
        r":root:not\(\[data-bs-theme\]\) \{(.*?)\}",
    }
    return {
        name: dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", _only(pattern, css)))
        for name, pattern in blocks.items()
    }


def _only(pattern: str, css: str) -> str:
    found = re.findall(pattern, css, re.DOTALL)
    assert len(found) == 1, pattern
    return str(found[0])


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb, 0 to 1 (WCAG 2.2, glossary)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


PAIRS = [
    (ink, ground, ratio)
    for table, ratio in ((TEXT_ON, TEXT_RATIO), (SHAPES_ON, SHAPE_RATIO))
    for ink, grounds in table.items()
    for ground in grounds
]


@pytest.mark.parametrize("theme", themes())
def test_every_pair_of_colours_is_readable(theme: str) -> None:
    colours = themes()[theme]
    weak = [
        f"{ink} on {ground}: {contrast(colours[ink], colours[ground]):.2f} of {ratio}"
        for ink, ground, ratio in PAIRS
        if contrast(colours[ink], colours[ground]) < ratio
    ]
    assert not weak


def test_the_measure_knows_black_on_white_and_a_known_grey() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_dark_is_the_same_with_and_without_a_script() -> None:
    found = themes()
    assert found["dark"] == found["dark without a script"]


def test_no_stylesheet_of_a_page_paints_outside_the_tokens() -> None:
    # A colour written in place would escape the pairs above; mail keeps its own white paper.
    apart = ("tokens.css", "mail-body.css")
    sheets = [p for p in TOKENS.parent.glob("*.css") if p.name not in apart]
    strays = {
        f"{sheet.name}: {colour}"
        for sheet in sheets
        for colour in re.findall(r"(?<![\w&%])#[0-9a-fA-F]{3,8}\b", sheet.read_text())
    }
    assert strays == {"conversation.css: #ffffff"}
