"""Judgements on mail that did not arrive: how much it says about the address it was sent to."""

from __future__ import annotations

import enum
import re
from datetime import datetime, timedelta

# So many mails in a row that did not arrive, over so many days, are no passing trouble: a full
# mailbox is emptied and a server mended sooner.
SOFT_BOUNCES = 5
SOFT_DAYS = 7

# A server may try for five days before it says that it gave up (RFC 5321 section 4.5.4.1), so a
# mail of which nothing was heard for so long has arrived.
REPORT_DAYS = 5


class Severity(enum.StrEnum):
    """What a mail that did not arrive says of its address: dead, in trouble, or nothing."""

    HARD = "hard"
    SOFT = "soft"
    NONE = "none"


# RFC 3463 and its registry, as (subject, detail) of class 5: no such mailbox, domain or syntax,
# moved away, accepts no mail at all (RFC 7505), disabled; no route to the domain (.4.4, and .4.310
# of Exchange Online: the domain does not exist); the account is disabled (RFC 5248's x.7.13).
_DEAD = frozenset({(1, 1), (1, 2), (1, 3), (1, 6), (1, 10), (2, 1), (4, 4), (4, 310), (7, 13)})
# About our address, or about this one mail: its size, its features.
_NOT_THE_ADDRESS = frozenset({(1, 7), (1, 8), (1, 9), (2, 3), (3, 3), (3, 4)})
_CONTENT = 6
# What a server refuses for policy it may take tomorrow, or from another sender.
_POLICY = 7

_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")

# Asked only where the status says no more than "it failed".
_REFUSED_FOR_POLICY = re.compile(
    r"spam|policy|reputation|black.?list|block.?list|blocked|denied|relay|not permitted"
    r"|authenticat|\bspf\b|dmarc|dkim|virus|suspicious|greylist|too many|rate limit|throttl",
    re.IGNORECASE,
)
_TOO_LARGE = re.compile(
    r"too (?:large|big)|size (?:limit|exceed)|exceeds? .{0,30}size", re.IGNORECASE
)
_NOBODY_THERE = re.compile(
    r"(?:user|recipient|mailbox|account|address|local part|addressee) (?:is |was )?"
    r"(?:unknown|not (?:found|known|exist)|doesn['’]?t exist|does not exist|invalid|disabled"
    r"|inactive|deactivated|closed|suspended|no longer (?:exists|valid|active|available|in use))"
    r"|(?:unknown|invalid|no such|no valid|non-?existent|inactive|disabled|nonexisting)"
    r" (?:user|recipients?|mailbox|account|address|local part|person|domain|host)"
    r"|(?:user|recipient|mailbox|account|address)\b[^.;:]{0,40} does(?: not|n['’]t) exist"
    r"|no mailbox (?:here )?by that name|no (?:user|mailbox|such person) (?:here|at this address)"
    r"|(?:host|domain)(?: or domain)?(?: name)? (?:not found|does not exist|unknown|lookup failed)"
    r"|unrouteable (?:address|mail domain)|isn['’]t a valid|no longer (?:employed|with)"
    r"|recipient address rejected: (?:undeliverable|unknown)",
    re.IGNORECASE,
)


def status_in(answer: str) -> str:
    """The enhanced status (RFC 3463) in a server's answer, e.g. 5.1.1; "" where there is none."""
    found = _STATUS.search(answer)
    return found.group() if found else ""


def severity_of(status: str, words: str) -> Severity:
    """How bad a bounce is, by its status and, where that says little, by the server's words."""
    parts = _STATUS.fullmatch(status.strip())
    if parts is None:
        return _by_words(words)
    kind, subject, detail = (int(part) for part in parts.groups())
    if kind == 2:
        return Severity.NONE
    if kind == 4:
        return Severity.SOFT
    if (subject, detail) in _DEAD:
        return Severity.HARD
    if subject == _CONTENT or (subject, detail) in _NOT_THE_ADDRESS:
        return Severity.NONE
    if subject == _POLICY or (subject, detail) == (2, 2):
        return Severity.SOFT
    return _by_words(words)


def never_ends(soft_bounces: int, *, since: datetime, now: datetime) -> bool:
    """Whether soft bounces in a row, of which the first came at `since`, mean a dead address."""
    return soft_bounces >= SOFT_BOUNCES and now - since >= timedelta(days=SOFT_DAYS)


def _by_words(words: str) -> Severity:
    if _TOO_LARGE.search(words):
        return Severity.NONE
    if _NOBODY_THERE.search(words) and not _REFUSED_FOR_POLICY.search(words):
        return Severity.HARD
    return Severity.SOFT
