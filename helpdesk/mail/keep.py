"""Keeps raw mail before anybody judges it: first the bytes on disk, then the row naming them."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime

from helpdesk.core.storage import storage
from helpdesk.core.words import N_
from helpdesk.domain.correspondence.actions import keep, note_step
from helpdesk.domain.correspondence.models import InboundMail, Mailbox

# The headers that a mail has from its writer; all others may differ between two deliveries of it.
_FROM_THE_WRITER = (b"message-id", b"date", b"from", b"subject")
_BLANK_LINE = re.compile(rb"\r?\n\r?\n|\r\r|\A\r?\n")
_FIELD = re.compile(
    rb"^(message-id|date|from|subject|received)[ \t]*:((?:.|[\r\n]+[ \t])*)",
    re.IGNORECASE | re.MULTILINE,
)
# A header longer than this is an attack; its beginning tells mails apart as well.
_LONGEST_FIELD = 4000
_LONGEST_HEAD = 256 * 1024


def keep_raw(
    mailbox: Mailbox,
    raw: bytes,
    *,
    door: str,
    uidvalidity: int | None = None,
    uid: int | None = None,
    envelope_from: str | None = None,
    envelope_to: str | None = None,
    now: datetime,
) -> InboundMail:
    """Write the bytes durably and add their row to the caller's unit of work; not flushed.

    `door` is imap, smtp, lmtp or pipe. `envelope_from` is "" for the null sender (RFC 5321 section
    4.5.5) and None where the door does not know it. OSError when the disk refuses.
    """
    mail = keep(
        mailbox,
        door=door,
        raw_sha256=storage().keep(raw),
        size=len(raw),
        content_key=content_key(raw),
        rfc_message_id=message_id_of(raw),
        uidvalidity=uidvalidity,
        uid=uid,
        envelope_from=envelope_from,
        envelope_to=envelope_to,
        now=now,
    )
    note_step(
        mail,
        "keep",
        N_("Came to the mailbox “%(mailbox)s” by %(door)s and was kept whole"),
        now=now,
        mailbox=mailbox.name,
        door=door if door == "pipe" else door.upper(),
    )
    return mail


def content_key(raw: bytes) -> str:
    """The same 64 hexadecimal digits for all deliveries of a mail, whatever was added on the way.

    It covers Message-ID, Date, From, Subject and the body; line ends and white space at the end
    do not count. A mail with neither Message-ID nor Date, as simple machines send, would look like
    its own repetition of yesterday: there the first hop's Received tells when it was sent.
    """
    head, body = _split(raw)
    found = _fields(head)
    digest = hashlib.sha256()
    for name in _FROM_THE_WRITER:
        digest.update(name + b":" + found.get(name, b"") + b"\n")
    if not found.get(b"message-id") and not found.get(b"date"):
        digest.update(b"received:" + found.get(b"received", b"") + b"\n")
    digest.update(b"\n" + body.replace(b"\r\n", b"\n").replace(b"\r", b"\n").rstrip())
    return digest.hexdigest()


def message_id_of(raw: bytes) -> str | None:
    """The Message-ID as it stands in the bytes, without angle brackets, or None."""
    value = _fields(_split(raw)[0]).get(b"message-id", b"").decode("ascii", "replace")
    inner = re.search(r"<([^<>\s]+)>", value)
    return inner.group(1) if inner else value or None


def _split(raw: bytes) -> tuple[bytes, bytes]:
    blank = _BLANK_LINE.search(raw)
    return (raw, b"") if blank is None else (raw[: blank.start()], raw[blank.end() :])


def _fields(head: bytes) -> dict[bytes, bytes]:
    """The first of each field, of Received the last (that of the first hop), folding undone."""
    found: dict[bytes, bytes] = {}
    for match in _FIELD.finditer(head[:_LONGEST_HEAD]):
        name, value = match[1].lower(), b" ".join(match[2][:_LONGEST_FIELD].split())
        if name == b"received":
            found[name] = value
        else:
            found.setdefault(name, value)
    return found
