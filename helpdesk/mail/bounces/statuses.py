"""Finds the status of a failure in words: the code that a text names, or what its phrases mean."""

from __future__ import annotations

import re

from helpdesk.mail.bounces.finding import ADDRESS
from helpdesk.mail.bounces.phrases import PHRASES
from helpdesk.mail.bounces.sentences import sentence_status

# RFC 3463 section 2: class, subject (0 to 7) and detail; not part of an address or a version.
_NAMED = (
    re.compile(r"\(#?\s?([45]\.[0-7]\.\d{1,3})\b"),
    re.compile(r"(?<!\d)[45]\d\d[ \-:#(]{1,3}([45]\.[0-7]\.\d{1,3})(?![.\d])"),
    re.compile(r"(?<![\d.v-])#?([45]\.[0-7]\.\d{1,3})(?!\.?\d)"),
)
# RFC 5321 section 4.2.3: what a bare reply code says at least.
_REPLY = re.compile(r"(?<![\d.:\-])([45][0-5]\d|571)(?=[ \-:#,;<]|$)(?![ \-]{1,3}(?:bytes|kb|mb))")
_BY_REPLY = {
    "421": "4.3.2",
    "450": "4.2.0",
    "451": "4.3.0",
    "452": "4.3.1",
    "550": "5.0.0",
    "551": "5.1.6",
    "552": "5.2.2",
    "553": "5.1.3",
    "571": "5.7.1",
}
_LONGEST = 4_000
# "User (nils@firma.example) unknown" says what "user unknown" says.
_NAMES = re.compile(
    rf"[<(\[]\s?{ADDRESS}\s?[>)\]]:?|{ADDRESS}|(?<![\w.-])(?:[a-z0-9-]{{1,64}}\.){{1,8}}[a-z]{{2,24}}(?![\w.-])"
)


def status_of(stated: str | None, diagnostic: str | None, around: str, action: str) -> str:
    """The best status for one recipient (RFC 3463); `around` are the words of the whole report.

    `stated` is the report's own Status field and is believed. Where it says nothing beyond its
    class or subject (5.0.0, 5.1.0) a finer code named in the diagnostic text replaces it: both are
    facts. Without a stated status a code anywhere comes before what phrases mean, these before what
    the sentence means, and all before a bare reply code.
    """
    said = diagnostic or ""
    if stated:
        return _finer(stated, named_status(said))
    found = named_status(said) or named_status(around)
    if found and not found.endswith(".0.0"):
        return found
    soft = action == "delayed"
    for text in (said, around):
        meant = meant_status(text) or (sentence_status(text) if text is said else None)
        reply = _REPLY.search(text[:_LONGEST])
        if meant:
            return "4" + meant[1:] if soft or (reply and reply[1][0] == "4") else meant
        if reply:
            return found or _BY_REPLY.get(reply[1], f"{reply[1][0]}.0.0")
    return found or ("4.0.0" if soft else "5.0.0")


def named_status(text: str) -> str | None:
    """The enhanced status code that a text names, the surest place first; None if none."""
    text = text[:_LONGEST]
    for pattern in _NAMED:
        found = pattern.search(text)
        if found:
            return found[1]
    return None


def meant_status(text: str) -> str | None:
    """The status whose phrases occur in a text in any language, the most telling first."""
    said = " ".join(text[:_LONGEST].lower().split())
    unnamed = " ".join(_NAMES.sub(" ", said).split()) if "@" in said or "." in said else said
    for status, phrases in PHRASES:
        if any(phrase in said or phrase in unnamed for phrase in phrases):
            return status
    return None


def speaks_of_failure(text: str) -> bool:
    """Whether a line holds a reply code or a status: the sign of a server's own answer."""
    return bool(_REPLY.search(text) or named_status(text))


def _finer(stated: str, named: str | None) -> str:
    if named is None or named.endswith(".0"):
        return stated
    if stated.endswith(".0.0"):
        return named
    if stated.endswith(".0") and stated[0] == named[0]:
        return named
    return stated
