"""Makes typed text fit to be kept."""

from __future__ import annotations


def one_kind_of_line(text: str | None) -> str:
    """Text with plain line ends and without the one sign that PostgreSQL cannot keep."""
    lines = (text or "").replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    return lines.strip()


def on_one_line(text: str | None) -> str:
    """Text without line ends and doubled spaces."""
    return " ".join((text or "").replace("\x00", "").split())
