"""Opens the mail that may be a report: its own words, its status fields, and what it returns."""

from __future__ import annotations

import binascii
import quopri
import re
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from helpdesk.mail.bounces.dividers import split_returned

# A report says what it has to say early; the rest is the returned mail.
LONGEST_TEXT = 64 * 1024
MOST_PARTS = 100
MOST_BLOCKS = 500  # of a status part: one for each recipient

STATUS_TYPES = ("message/delivery-status", "message/global-delivery-status")
DISPOSITION_TYPES = (
    "message/disposition-notification",
    "message/global-disposition-notification",
)
FEEDBACK_TYPE = "message/feedback-report"
_RETURNED_TYPES = (
    "message/rfc822",
    "message/global",
    "message/partial",
    "text/rfc822-headers",
    "text/rfc822-header",
    "message/rfc822-headers",
    "message/global-headers",
)
_MANY_EMPTY_LINES = re.compile(r"\n(?:[ \t]*+\n){9,}")


@dataclass(frozen=True, slots=True)
class Contents:
    """A report, taken apart; every text is at most LONGEST_TEXT characters."""

    words: str  # what the reporting system says, without the returned mail
    returned: str  # the returned mail, as text (headers first)
    statuses: tuple[str, ...]  # delivery-status parts, as lines of fields
    dispositions: tuple[str, ...]  # disposition-notification parts
    feedback: tuple[str, ...]  # feedback-report parts
    attached: bool = False  # whether a part holds the returned mail


def open_report(message: Message, text: str) -> Contents:
    """Take a mail apart; `text` is its readable text, used where no plain part is found."""
    words: list[str] = []
    returned: list[str] = []
    fields: dict[str, list[str]] = {}
    for part in _own_parts(message):
        kind = part.get_content_type()
        if kind.startswith("message/x") and kind.endswith("delivery-status"):
            kind = STATUS_TYPES[0]
        if kind in STATUS_TYPES or kind in DISPOSITION_TYPES or kind == FEEDBACK_TYPE:
            fields.setdefault(kind, []).append(_lines_of(part))
        elif kind in _RETURNED_TYPES:
            returned.append(_lines_of(part))
        elif kind == "application/octet-stream":
            # Some gateways give the fields a type of their own, or none.
            lines = _lines_of(part)
            if "inal-recipient:" in lines.lower():
                fields.setdefault(STATUS_TYPES[0], []).append(lines)
        elif kind == "text/plain" or kind.startswith("multipart/"):
            # A multipart whose boundary was lost is one text, with the fields among the words.
            words.append(_lines_of(part))
    plain = "\n".join(words)[:LONGEST_TEXT]
    readable = plain if plain.strip() else text[:LONGEST_TEXT].replace("\r\n", "\n")
    # Patterns that may begin with white space try every empty line of thousands again.
    readable = _MANY_EMPTY_LINES.sub("\n" * 9, readable)
    attached = bool(returned)
    own, after = split_returned(readable.replace("\u00a0", " "))
    if after:
        returned.append(after)
    return Contents(
        words=own,
        returned="\n".join(returned)[:LONGEST_TEXT],
        statuses=tuple(value for kind in STATUS_TYPES for value in fields.get(kind, ())),
        dispositions=tuple(value for kind in DISPOSITION_TYPES for value in fields.get(kind, ())),
        feedback=tuple(fields.get(FEEDBACK_TYPE, ())),
        attached=attached,
    )


def _own_parts(message: Message) -> Iterator[Message]:
    # A returned mail may be a report itself: its parts are not ours, so nothing inside a
    # message/* part is entered.
    waiting = [message]
    for _ in range(MOST_PARTS):
        if not waiting:
            return
        part = waiting.pop(0)
        children = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(children, list):
            waiting[:0] = [child for child in children[:MOST_PARTS] if isinstance(child, Message)]
        else:
            yield part


def _lines_of(part: Message) -> str:
    """The text of a part: decoded where it can be, and of message/* parts the header lines too."""
    children = part.get_payload()
    if isinstance(children, list):
        raw = b"\n".join(_block(child) for child in children[:MOST_BLOCKS])
        # The parser takes an encoded status part as it stands: its lines are still encoded.
        encoding = str(part.get("Content-Transfer-Encoding", "")).strip().lower()
        if encoding in ("base64", "quoted-printable"):
            raw = _unwrapped(raw, encoding)
    else:
        raw = _bytes_of(part)
    lines = _decoded(raw[: 2 * LONGEST_TEXT], str(part.get_param("charset", "") or ""))
    return lines[:LONGEST_TEXT].replace("\r\n", "\n").replace("\r", "\n")


def _block(block: object) -> bytes:
    if not isinstance(block, Message):
        return b""
    head = "".join(f"{name}: {value}\n" for name, value in block.raw_items())
    return head.encode("utf-8", "surrogateescape") + b"\n" + _bytes_of(block) + b"\n"


def _bytes_of(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content[: 2 * LONGEST_TEXT] if isinstance(content, bytes) else b""


def _unwrapped(raw: bytes, encoding: str) -> bytes:
    try:
        if encoding == "base64":
            return b64decode(re.sub(rb"[^A-Za-z0-9+/]", b"", raw) + b"==")
        return quopri.decodestring(raw)
    except (binascii.Error, ValueError):
        return raw


def _decoded(raw: bytes, charset: str) -> str:
    for name in (charset, "utf-8"):
        try:
            return raw.decode(name)
        except (LookupError, ValueError):
            continue
    return raw.decode("latin-1")
