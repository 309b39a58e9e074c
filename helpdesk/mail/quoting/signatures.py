"""Finds where words end and a signature begins: delimiters, farewells with contacts, devices."""

from __future__ import annotations

import re

from . import armour, cards, footers
from .contacts import LONGEST_LINE, any_of, tells_contact, tells_position
from .farewells import DEVICE_END, DEVICE_START, DEVICES, FAREWELLS
from .filled import is_filled_in

# RFC 3676 section 4.3 asks for four lines at most; people and disclaimers take more.
_LONGEST_SIGNATURE = 30
# So many lines with words, and so many in all, below a farewell.
_FAREWELL_REACH = 28
_FARTHEST = 60
_MOST_SIGNATURES = 3


_NAME = re.compile(r"[^\W\d_a-z][\w.'-]*(?: [^\W\d_a-z][\w.'-]*){0,2}")
_DELIMITER = re.compile(r"(?:> ?)*(?:--|- -|- --|–-|\\--)\Z")
_WEAK_DELIMITER = re.compile(r"(?:__+|—|–|-{3,}|={3,}|\*{3,}|~{2,}|\*( \*)+|(?:[-=_~*] ?){8,})\Z")
_FAREWELL = re.compile(
    rf"(?:{any_of(FAREWELLS)})(?!\w)(?P<rest>[^.?:]{{0,60}})[.!]*\Z", re.IGNORECASE
)
# Where words have no spaces between them, they have no edges either.
_SPACELESS = r"[\u3000-\uffff]"
_DEVICE = re.compile(
    rf"[\W_]*(?:(?:{any_of(DEVICE_START)})(?:\b|(?<={_SPACELESS}))[^\n]{{0,90}}"
    rf"|[^\n]{{2,50}}(?:\b|(?={_SPACELESS}))(?:{any_of(DEVICE_END)})[\W_]*)\Z",
    re.IGNORECASE,
)
_EXCUSE = re.compile(
    r"[,.;]?\s*(?:please\s|kindly\s)?(?:excuse|forgive|pardon|ignore|sorry for)\b.*", re.IGNORECASE
)
_LINK = re.compile(r"[<(\[]?https?://[^\s>)\]]*[>)\]]?")


def end_of_words(lines: list[str], signer: str = "") -> int:
    """How many of these lines are somebody's words before signature, devices and footers begin.

    `signer` is the name that the mail is from, which tells his contact details from others'.

    May be 0, when there is nothing but a signature; the caller decides what that means.
    """
    end = _without_blank(lines, len(lines))
    end = footers.start_of_footer(lines, end)
    end = _without_blank(lines, armour.without_signature(lines, end))
    end = _delimited(lines, end)
    last = _without_devices(lines, end)
    if last < end:
        last = footers.start_of_footer(lines, last)
    signed = _signed(lines, last)
    if signed == last:
        signed = _without_card(lines, last, signer)
    return _without_devices(lines, signed)


def _without_blank(lines: list[str], end: int) -> int:
    while end and not lines[end - 1]:
        end -= 1
    return end


def _delimited(lines: list[str], end: int) -> int:
    """Cuts at "-- ", and at lesser rules when what follows can only be a signature."""
    # A list may have set its own footer, with a delimiter, below somebody's signature.
    for _round in range(_MOST_SIGNATURES):
        at = _last_delimiter(lines, end)
        if at is None:
            break
        end = _without_blank(lines, at)
    return end


def _last_delimiter(lines: list[str], end: int) -> int | None:
    for at in range(end - 1, max(-1, end - _LONGEST_SIGNATURE - 1), -1):
        line = lines[at]
        if not line or line[0] not in "-_—–=*~>\\":
            continue
        block = [below for below in lines[at + 1 : end] if below]
        if _DELIMITER.match(line):
            return at if may_be_signature(block) else None
        weak = _WEAK_DELIMITER.match(line[:120]) and not _is_underline(lines, at)
        if weak and (_is_signature(block) or (line in "—–" and _is_a_name(block))):
            return at
    return None


def may_be_signature(block: list[str]) -> bool:
    """Could these lines, none of them empty, be a signature that a program has put in?"""
    # Two dashes that are followed by prose or by a question divide a text and don't end it.
    prose = sum(len(line) > LONGEST_LINE for line in block)
    asks = any(line[-1] == "?" for line in block)
    return (prose <= 1 and not asks) or any(map(tells_contact, block))


def _is_underline(lines: list[str], at: int) -> bool:
    """A rule that is as long as the line right above it makes that line a heading."""
    return at > 0 and abs(len(lines[at - 1]) - len(lines[at])) <= 2 < len(lines[at])


def _is_signature(block: list[str]) -> bool:
    lines = [line for line in block if line]
    if not lines or len(lines) > 10 or any(len(line) > LONGEST_LINE for line in lines):
        return False
    if any(len(line.split()) > 7 and not is_device_line(line) for line in lines):
        return False
    if is_filled_in(lines):
        return False
    return any(tells_contact(line) or is_device_line(line) for line in lines)


def _is_a_name(block: list[str]) -> bool:
    return len(block) == 1 and _NAME.fullmatch(block[0][:40]) is not None


def _without_devices(lines: list[str], end: int) -> int:
    while end and (not lines[end - 1] or is_device_line(lines[end - 1])):
        end -= 1
    return end


def is_device_line(line: str) -> bool:
    """ "Sent from my iPhone", "Hämta Outlook för Android": a program's words, not a person's."""
    if len(line) > 200:
        return False
    said = _LINK.sub("", line).strip() if "http" in line else line
    if _DEVICE.match(said) is None:
        return False
    said = _EXCUSE.sub("", said).strip()
    words = said.lower().split()
    if len(words) > 12:
        return False
    # "Sent from my desk, is much easier than my phone." is somebody talking.
    if "," in said.rstrip(",") and len(words) > 5:
        return False
    return words[2:3] == ["my"] or any(device in said.lower() for device in DEVICES)


def _signed(lines: list[str], end: int) -> int:
    """Cuts a farewell with name and contact details; a plain "Thanks, Eva" stays."""
    said = 0
    for at in range(end - 1, max(-1, end - _FARTHEST - 1), -1):
        line = lines[at]
        if not line:
            continue
        said += 1
        if said > _FAREWELL_REACH:
            break
        if len(line) > 70 or not is_farewell(line):
            continue
        block = [below for below in lines[at + 1 : end] if below]
        if block and _has_contact(block):
            return _without_blank(lines, at)
    return end


def _without_card(lines: list[str], end: int, signer: str) -> int:
    start = cards.start_of_card(lines, end, signer)
    if start is None:
        return end
    above = _without_blank(lines, start)
    if is_farewell(lines[above - 1]):
        above = _without_blank(lines, above - 1)
    return above or end


def is_farewell(line: str) -> bool:
    """ "Med vänliga hälsningar", "Best regards, Eva": a line that ends a letter."""
    said = _FAREWELL.match(line.strip("*_ \t,!.-–"))
    return said is not None and len(said.group("rest").split()) <= 4


def _has_contact(block: list[str]) -> bool:
    if sum(len(line) > LONGEST_LINE for line in block) > 2:
        return False
    if any(line[-1:] == "?" or line[:3].lower() in ("ps ", "ps:", "p.s") for line in block):
        return False
    if any(line[-1:] in ".!" and len(line.split()) > 8 for line in block):
        return False
    # What is long must say more than once how to reach somebody.
    if len(block) > 1 and sum(map(tells_contact, block)) > len(block) // 16:
        return True
    if len(block) > 6:
        return False
    short = [line for line in block[1:] if len(line.split()) <= 6 and line[-1] not in ".?:"]
    return any(map(tells_position, short))
