"""Puts a mail together: its headers, its words as text and HTML, its files."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from email.message import Message
from email.policy import Compat32
from email.utils import format_datetime
from typing import Any

from helpdesk.core.config import Settings
from helpdesk.core.storage import storage
from helpdesk.domain.correspondence.tokens import (
    MARK_HEADER,
    header_mark,
    reply_address,
)
from helpdesk.domain.notifications.letters import Enclosure, Letter, Party
from helpdesk.domain.notifications.table import Submitted
from helpdesk.mail.compose.fields import (
    encoded,
    mailbox_field,
    message_ids,
    one_line,
    wire_address,
)
from helpdesk.mail.compose.words import Words, words_of


class _Policy(Compat32):
    """The library's old policy, which folds only what needs folding.

    Not a newer one: those fold long Message-IDs into encoded words, which breaks the thread, and
    take several times as long.
    """

    def fold_binary(self, name: str, value: Any) -> bytes:
        """The field as bytes; the short ones, which are most, as they are."""
        if isinstance(value, str) and value.isascii() and "\n" not in value:
            field = f"{name}: {value}"
            if len(field) <= LONGEST_LINE and "\r" not in value:
                return f"{field}{self.linesep}".encode("ascii")
        return super().fold_binary(name, value)


# RFC 5322 section 2.1.1.
LONGEST_LINE = 78
# A line of the words that begins with "From " is left alone.
_POLICY = _Policy(linesep="\r\n", mangle_from_=False)

# Above this most servers refuse a mail; the files are then found on the ticket's page.
MOST_ATTACHED_BYTES = 20 * 1024 * 1024
# RFC 5321 section 4.5.3.1.1.
LONGEST_LOCAL_PART = 64

_CONTENT_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*\Z")


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail ready for the wire. `utf8` when an address needs SMTPUTF8 (RFC 6531).

    `remark` tells what could not be made as it should be.
    """

    envelope_from: str
    envelope_to: str
    raw: bytes
    utf8: bool
    has_files: bool
    remark: str = ""


def compose(letter: Letter, settings: Settings, *, with_files: bool = True) -> Mail | None:
    """The mail of a letter; None when its address is none that mail can be sent to.

    `with_files` False leaves the files of an agent's words on the ticket's page.
    """
    to = wire_address(letter.to.address)
    if to is None:
        return None
    files = _files(letter) if with_files else ()
    words = words_of(letter, settings, attached=bool(files) or not letter.enclosures)
    message = Message(policy=_POLICY)
    utf8 = not to.isascii()
    _write_headers(message, letter, words, utf8=utf8)
    _write_body(message, words, files)
    return Mail(letter.mailbox.address, to, message.as_bytes(), utf8, bool(files), words.remark)


def _files(letter: Letter) -> tuple[Enclosure, ...]:
    # Files travel only with words of ours; what came in stays on the page.
    if letter.kind.submitted is not Submitted.BY_A_PERSON:
        return ()
    too_much = sum(file.size for file in letter.enclosures) > MOST_ATTACHED_BYTES
    return () if too_much else letter.enclosures


def _write_headers(message: Message, letter: Letter, words: Words, *, utf8: bool) -> None:
    submitted = letter.kind.submitted
    by_a_person = submitted is Submitted.BY_A_PERSON
    message["From"] = mailbox_field(_sender(letter), letter.mailbox.address)
    named = _parties(letter.to_header, utf8=utf8)
    message["To"] = named or _parties((letter.to,), utf8=utf8)
    if letter.cc_header and (others := _parties(letter.cc_header, utf8=utf8)):
        message["Cc"] = others
    if answers_go_to := _reply_to(letter):
        message["Reply-To"] = mailbox_field(letter.mailbox.name, answers_go_to)
    message["Subject"] = encoded(words.subject, "Subject")  # type: ignore[assignment]
    # When it was written, also when it leaves later (RFC 5322 section 3.6.1).
    message["Date"] = format_datetime(letter.written_at)
    message["Message-ID"] = f"<{letter.rfc_message_id}>"
    if letter.in_reply_to and (answered := message_ids((letter.in_reply_to,))):
        message["In-Reply-To"] = answered
    if references := message_ids(letter.references):
        message["References"] = references
    if not by_a_person:
        message["Auto-Submitted"] = submitted.value
    # "All" would also silence the report that a mail did not arrive, which we want to hear.
    message["X-Auto-Response-Suppress"] = "OOF" if by_a_person else "DR, RN, NRN, OOF, AutoReply"
    message[MARK_HEADER] = header_mark(letter.rfc_message_id)
    message["MIME-Version"] = "1.0"


def _sender(letter: Letter) -> str:
    if letter.by is None or letter.kind.submitted is not Submitted.BY_A_PERSON:
        return letter.mailbox.name
    return f"{one_line(letter.by.display_name)} via {letter.mailbox.name}"


def _parties(parties: tuple[Party, ...], *, utf8: bool) -> str:
    fields = []
    for party in parties:
        address = wire_address(party.address)
        # One who can only be written in UTF-8 is not shown to others: their servers may refuse it.
        if address is not None and (utf8 or address.isascii()):
            fields.append(mailbox_field(party.name, address, utf8=utf8))
    return ", ".join(fields)


def _reply_to(letter: Letter) -> str:
    """The signed address of the ticket for this person, or '' where answers come to From."""
    if letter.topic is None or not letter.plus_addressing:
        return ""
    address = reply_address(
        letter.mailbox.address, letter.topic.number, letter.audience, letter.person_id
    )
    return address if len(address.rpartition("@")[0]) <= LONGEST_LOCAL_PART else ""


def _write_body(message: Message, words: Words, files: tuple[Enclosure, ...]) -> None:
    texts = [_text_part(words.text, "plain")]
    if words.html is not None:
        texts.append(_text_part(words.html, "html"))
    if not files:
        _fill(message, texts)
        return
    inner = Message(policy=_POLICY)
    _fill(inner, texts)
    message["Content-Type"] = "multipart/mixed"
    for part in (inner, *(_file_part(file) for file in files)):
        message.attach(part)


def _fill(message: Message, texts: list[Message]) -> None:
    if len(texts) == 1:
        for name, value in texts[0].items():
            message[name] = value
        message.set_payload(texts[0].get_payload())
        return
    message["Content-Type"] = "multipart/alternative"
    for part in texts:
        message.attach(part)


def _text_part(text: str, subtype: str) -> Message:
    part = Message(policy=_POLICY)
    part["Content-Type"] = f'text/{subtype}; charset="utf-8"'
    part["Content-Transfer-Encoding"] = "quoted-printable"
    lines = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace")
    part.set_payload(binascii.b2a_qp(lines, istext=True).decode("ascii"))
    return part


def _file_part(file: Enclosure) -> Message:
    kind = file.content_type.partition(";")[0].strip().lower()
    # A mail inside a mail may not be encoded (RFC 2046 section 5.2.1), and we encode every file.
    if not _CONTENT_TYPE.match(kind) or kind.startswith(("message/", "multipart/")):
        kind = "application/octet-stream"
    name = one_line(file.filename) or "file"
    part = Message(policy=_POLICY)
    part["Content-Type"] = kind
    part.add_header(
        "Content-Disposition",
        "attachment",
        filename=name if name.isascii() else ("utf-8", "", name),
    )
    part["Content-Transfer-Encoding"] = "base64"
    part.set_payload(base64.encodebytes(storage().read(file.sha256)).decode("ascii"))
    return part
