"""Knows the lines that a signed text carries around its words (RFC 9580 section 7)."""

from __future__ import annotations

_OPENING = "-----BEGIN PGP SIGNED MESSAGE-----"
_SIGNATURE = "-----BEGIN PGP SIGNATURE-----"
_END = "-----END PGP SIGNATURE-----"
# A signature of 16384 bits has some 45 lines.
_MOST_LINES = 100


def end_of_opening(lines: list[str]) -> int:
    """How many of the first lines say that the text is signed; 0 if it is not."""
    at = next((at for at, line in enumerate(lines) if line), 0)
    if not lines or lines[at] != _OPENING:
        return 0
    at += 1
    while at < len(lines) and lines[at].startswith(("Hash:", "Charset:", "NotDashEscaped:")):
        at += 1
    return at


def without_signature(lines: list[str], end: int) -> int:
    """How many of the first `end` lines stand before the block of signature that they end with."""
    if not end or lines[end - 1] != _END:
        return end
    for at in range(end - 1, max(-1, end - _MOST_LINES), -1):
        if lines[at] == _SIGNATURE:
            return at
    return end
