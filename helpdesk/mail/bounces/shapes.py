"""The ways in which reports in words name the recipient: one pattern of a line for each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from helpdesk.mail.bounces.finding import ADDRESS, address_in

# Lines that name a recipient are short and come early.
_LONGEST_LINE = 400
_MOST_LINES = 500
# Identifiers look like addresses, and nobody reads them: reports repeat the returned mail's.
_IDENTIFIER = re.compile(
    r"[\s>*]{0,8}(?:(?:resent-)?message[- ]?id\w*|in-reply-to|references|content-id)\s{0,2}[:=]",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Shape:
    """A line that names a recipient: group "to" holds the address, "why" the reason beside it."""

    name: str
    line: re.Pattern[str]


def _shape(name: str, pattern: str) -> Shape:
    filled = pattern.replace("ADDRESS", f"(?P<to>{ADDRESS})").replace("WHY", r"(?P<why>.{0,400})")
    return Shape(name, re.compile(filled, re.IGNORECASE))


@dataclass(frozen=True, slots=True)
class Hit:
    """A line on which a recipient was found: its number, the address and the reason beside it."""

    row: int
    recipient: str
    why: str


# The strongest shape that hits anything names all recipients. Labels come before bare addresses,
# since a bare address may be the postmaster's in a closing line.
SHAPES: tuple[Shape, ...] = (
    _shape("exchange-on-date", r"[ \t]{0,40}(?:.*SMTP=)?ADDRESS;? on (?=.*\d)WHY"),
    _shape("mailto", r"[^<]{0,200}<mailto:ADDRESS>"),
    _shape("error-for", r"\s*Error-for:\s*ADDRESS"),
    _shape(
        "label",
        r"[\s*>-]{0,8}(?:(?:failed|intended|undeliverable|recipient|final|original|e-?mail|to)\s)?"
        r"(?:recipient|address|addressed to|recipient address|rcpt to|undeliverable to"
        r"|intended recipient|failed recipient|undeliverable address|收件人|수신자|宛先)"
        r"(?: address)?\s?[:：]\s*(?:\[SMTP:|SMTP:)?<?ADDRESS>?\]?WHY",
    ),
    _shape(
        "sentence",
        r".{0,80}\b(?:could not be delivered to"
        r"|unable to deliver (?:your |the )?(?:message|e?mail) to"
        r"|error delivering your mail to|addressed to|could not deliver (?:your )?(?:message"
        r"|mail) to"
        r"|originally addressed to|rejected recipient|has been blocked for|your message to"
        r"|delivery to|permanent errors:|undeliverable\s+to|failed to deliver to|deliver it to"
        r"|did not reach the following recipient:|no such user:|wasn't delivered to|message for"
        r"|pu etre delivre a|was not delivered to|e-?mail to|duplicated message-id in)"
        r"\s*:?\s*[<'\"(]?(?:the following recipient )?ADDRESS[>'\").,:]*WHY",
    ),
    _shape("transcript", r".{0,40}(?:>>>|<<<)\s+RCPT TO:\s?<?ADDRESS>?"),
    _shape("smail", r"\s{0,2}ADDRESS \.\.\. WHY"),
    _shape(
        "reply-with-address",
        r"\s{0,4}(?P<code>[45]\d\d)[ -](?:[45][.\d]{3,6} )?<ADDRESS>\.\.\.\s*WHY",
    ),
    _shape("angle-and-reason", r"\s{0,8}(?:To ?:)?<ADDRESS>(?: \(expanded .{1,200}?\))?\s*[:(]WHY"),
    _shape("angle", r"[\s>*-]{0,16}(?:[^<>@]{1,60} )?<ADDRESS>[\s.,;]*$"),
    _shape("named-angle", r">>>\s+.{1,200} <ADDRESS>\s*$"),
    _shape("quoted", r"\s{0,8}[\"']ADDRESS[\"']\s?:?\s*$"),
    _shape("bullet", r"\s{0,8}(?:\*|-{1,3}|•|·)\s*\[?<?ADDRESS>?\]?\s?(?::WHY|,|;)?$"),
    _shape("bracketed-reason", r"\s{0,8}ADDRESS\s+\[WHY\]\s*$"),
    _shape("colon-and-reason", r"\s{0,8}ADDRESS:(?!\d)WHY"),
    _shape("bare", r"\s{0,40}ADDRESS[.,;]?\s*$"),
    _shape(
        "imail", r"(?:unknown|invalid|user|delivery|requested|mail|unable)\b.{2,80}?:\s*ADDRESS"
    ),
    _shape("zoho", r"\s{0,4}\[Status: .{1,80}<ADDRESS>,WHY"),
    _shape("generated", r"\s{0,12}\(?(?:ultimately )?generated (?:by|from) ADDRESS"),
    _shape("address-first", r"\s{0,4}ADDRESS,?\s+(?:-\s+)?(?P<why>\S.{0,400})"),
    _shape("angle-anywhere", r".{0,200}?<ADDRESS>WHY"),
    _shape("in-parentheses", r".{0,200}?\(ADDRESS\)WHY"),
    _shape("anywhere", r".{0,200}?(?<![\w.@])ADDRESS(?![\w@])WHY"),
)

BY_NAME = {shape.name: shape for shape in SHAPES}


def hits(lines: Sequence[str], shapes: Sequence[Shape], ours: frozenset[str]) -> list[Hit]:
    """The recipients that the strongest shape finds; `ours` are addresses that sent or got it."""
    for shape in shapes:
        found = [hit for hit in _hits(lines, shape) if hit.recipient.lower() not in ours]
        if found:
            return found
    return []


def _hits(lines: Sequence[str], shape: Shape) -> Iterator[Hit]:
    for row, line in enumerate(lines[:_MOST_LINES]):
        if "@" not in line or _IDENTIFIER.match(line):
            continue
        found = shape.line.match(line[:_LONGEST_LINE])
        address = address_in(found["to"]) if found else None
        if found and address:
            said = (found.groupdict().get(name) for name in ("code", "why"))
            yield Hit(row, address, " ".join(words.strip() for words in said if words))
