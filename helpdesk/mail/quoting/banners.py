"""Finds the warning at a mail's top that it comes from outside, which a server put there."""

from __future__ import annotations

import re

from .notices import ADVICE, BANNERS

_RULE = re.compile(r"(?:[-_=~*#—–] ?){3,}")
_TAG = re.compile(
    r"[*\[(<\s]*(?:extern(?:al|t|e|)|ekstern|ulkoinen|esterno|zewnętrzn[ay])[*\])>:\s]*\Z",
    re.IGNORECASE,
)
_LONGEST_BANNER = 400
# Lines this long were not broken, and end where somebody ended them.
_WHOLE_SENTENCES = 90
_CAUTIONS = re.compile(
    r"\W*(?:caution|warning|attention|notice|external|varning|obs|achtung|vorsicht|let op"
    r"|advarsel|varoitus|uwaga|attenzione|atención|you don|du får inte|this (?:e-?mail|message)"
    r"|detta|denna|denne|diese|deze|dit|cet|ce|este)",
    re.IGNORECASE,
)


def end_of_banner(lines: list[str]) -> int:
    """How many of the first lines warn that the mail comes from outside; 0 if there is none."""
    at = 0
    while at < len(lines) and (not lines[at] or _RULE.fullmatch(lines[at][:80])):
        at += 1
    if at == len(lines):
        return 0
    if _TAG.match(lines[at][:60]):
        return at + 1
    stop = at
    while stop < len(lines) and lines[stop] and stop - at < 8:
        stop += 1
    said = " ".join(lines[at:stop]).lower()
    if len(said) > _LONGEST_BANNER or not _CAUTIONS.match(said):
        return 0
    if not any(words in said for words in BANNERS):
        return 0
    if not any(words in said for words in ADVICE):
        return 0
    unbroken = any(len(line) >= _WHOLE_SENTENCES for line in lines[at:stop])
    return _end_of_warnings(lines, at, stop) if unbroken else stop


def _end_of_warnings(lines: list[str], at: int, stop: int) -> int:
    """Where a banner in unbroken lines ends: HTML may set what was written right below it."""
    warned = False
    for here in range(at, stop):
        warns = _warns(lines[here].lower())
        if warned and not warns:
            return here
        warned |= warns
    return stop


def _warns(said: str) -> bool:
    return any(words in said for words in (*BANNERS, *ADVICE))
