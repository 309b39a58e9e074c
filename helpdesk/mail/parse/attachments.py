"""Attachments out of parts: named safely, measured, opened where they are only wrapping."""

from __future__ import annotations

import hashlib
import re
import urllib.parse
from dataclasses import dataclass, field

from helpdesk.core import filenames
from helpdesk.mail.parse import encoded_words, structure, tnef
from helpdesk.mail.values import ParsedAttachment

_TNEF_TYPES = {"application/ms-tnef", "application/vnd.ms-tnef"}
_LOOKS_LIKE_A_NAME = re.compile(r"[^/\n]{1,100}\.[A-Za-z0-9]{1,5}")
_STANDARD_NAMES = {
    "text/calendar": "invite.ics",
    "application/pkcs7-mime": "smime.p7m",
    "application/x-pkcs7-mime": "smime.p7m",
    "application/pkcs7-signature": "smime.p7s",
    "application/x-pkcs7-signature": "smime.p7s",
    "application/pgp-signature": "signature.asc",
    "message/delivery-status": "delivery-status.txt",
    "message/global-delivery-status": "delivery-status.txt",
    "message/disposition-notification": "receipt.txt",
    "text/rfc822-headers": "headers.txt",
}


@dataclass(slots=True)
class Found:
    """One attachment, before it is known which pictures the HTML shows."""

    name: str
    content_type: str
    data: bytes = field(repr=False)
    content_id: str | None = None
    is_inline: bool = False


def declared_name(part: structure.Part) -> str:
    """The file name that a part gives itself, readable but not yet safe; "" when it gives none."""
    name = part.disposition_parameters.get("filename") or part.parameters.get("name") or ""
    if name.strip():
        return name.strip()
    for header in ("content-description", "content-location"):
        words = encoded_words.decode(part.header(header)).strip("\"' ")
        if _LOOKS_LIKE_A_NAME.fullmatch(words):
            return words
    return ""


def content_id_of(part: structure.Part) -> str | None:
    """The Content-ID without angle brackets, as `cid:` addresses name it after decoding."""
    return urllib.parse.unquote(part.header("content-id").strip().strip("<>").strip()) or None


def is_tnef(part: structure.Part) -> bool:
    """True for the envelope that Outlook puts its files into."""
    return part.content_type in _TNEF_TYPES or declared_name(part).lower() == "winmail.dat"


def of_part(part: structure.Part, data: bytes, number: int) -> Found:
    """The part as an attachment; `data` is its content, `number` its name when it has none."""
    name = _name_of(part, data, number)
    is_inline = part.disposition == "inline"
    return Found(name, part.content_type, data, content_id_of(part), is_inline)


def of_envelope(envelope: tnef.Envelope) -> list[Found]:
    """The files of an opened winmail.dat; a message inside it as its words and its files."""
    found: list[Found] = []
    for number, file in enumerate(envelope.files, 1):
        if file.message is not None:
            found.append(_message_as_file(file.message))
            found += of_envelope(file.message)
            continue
        name = filenames.safe(file.name, f"attachment-{number}.bin")
        content_type = file.content_type or filenames.type_for(name)
        found.append(Found(name, content_type, file.data, file.content_id.strip("<>") or None))
    return found


def finished(found: list[Found], shown: set[str]) -> tuple[ParsedAttachment, ...]:
    """The attachments as values; `shown` are the Content-IDs that the HTML has pictures for."""
    lowered = {content_id.lower() for content_id in shown}
    return tuple(
        ParsedAttachment(
            filename=each.name,
            content_type=each.content_type,
            size=len(each.data),
            inline=each.content_id is not None
            and (each.is_inline or each.content_id.lower() in lowered),
            content_id=each.content_id,
            sha256=hashlib.sha256(each.data).hexdigest(),
            data=each.data,
        )
        for each in found
    )


def _name_of(part: structure.Part, data: bytes, number: int) -> str:
    name = declared_name(part)
    if part.is_message and not name:
        subject = encoded_words.decode(structure.header_of(data, b"subject"))
        return filenames.from_words(subject, ".eml", "message")
    fallback = _STANDARD_NAMES.get(part.content_type)
    if fallback is None:
        fallback = f"attachment-{number}{filenames.suffix_for(part.content_type)}"
    return filenames.safe(name, fallback)


def _message_as_file(message: tnef.Envelope) -> Found:
    subject = message.subject or "message"
    words = (message.html or message.text).encode("utf-8", "replace")
    kind = "html" if message.html else "plain"
    head = (
        f"Subject: {' '.join(subject.split())}\nMIME-Version: 1.0\n"
        f"Content-Type: text/{kind}; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
    )
    name = filenames.from_words(subject, ".eml", "message")
    return Found(name, "message/rfc822", head.encode("utf-8", "replace") + words)
