"""Puts a mail together: its headers, its words as text and HTML, its files."""

from __future__ import annotations

import base64
import binascii
import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.header import Header
from email.policy import Compat32
from email.utils import encode_rfc2231, format_datetime, quote

from helpdesk.core.config import Settings
from helpdesk.core.storage import storage
from helpdesk.domain.correspondence.tokens import (
    MARK_HEADER,
    header_mark,
    reply_address,
)
from helpdesk.domain.notifications.letters import Enclosure, Letter, Party
from helpdesk.domain.notifications.table import Submitted
from helpdesk.domain.tickets.rules import MOST_MAILED_BYTES
from helpdesk.mail.compose.fields import (
    encoded,
    mailbox_field,
    message_ids,
    one_line,
    wire_address,
)
from helpdesk.mail.compose.words import Words, words_of

# A header field: its name, and its value as text or in encoded words.
Field = tuple[str, str | Header]

# RFC 5322 section 2.1.1.
LONGEST_LINE = 78
# The library's old policy folds only what needs folding. The newer ones fold long Message-IDs into
# encoded words, which breaks the thread, and take several times as long.
_POLICY = Compat32(linesep="\r\n")

# More than that is found on the ticket's page.
MOST_ATTACHED_BYTES = MOST_MAILED_BYTES
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
    utf8 = not to.isascii()
    head = b"".join(_folded(*field) for field in _fields(letter, words, utf8=utf8))
    raw = head + _content(words, files)
    return Mail(letter.mailbox.address, to, raw, utf8, bool(files), words.remark)


def _files(letter: Letter) -> tuple[Enclosure, ...]:
    # Files travel only with words of ours; what came in stays on the page.
    if letter.kind.submitted is not Submitted.BY_A_PERSON:
        return ()
    too_much = sum(file.size for file in letter.enclosures) > MOST_ATTACHED_BYTES
    return () if too_much else letter.enclosures


def _fields(letter: Letter, words: Words, *, utf8: bool) -> Iterator[Field]:
    submitted = letter.kind.submitted
    by_a_person = submitted is Submitted.BY_A_PERSON
    yield "From", mailbox_field(_sender(letter), letter.mailbox.address)
    named = _parties(letter.to_header, utf8=utf8)
    yield "To", named or _parties((letter.to,), utf8=utf8)
    if letter.cc_header and (others := _parties(letter.cc_header, utf8=utf8)):
        yield "Cc", others
    if answers_go_to := _reply_to(letter):
        yield "Reply-To", mailbox_field(letter.mailbox.name, answers_go_to)
    yield "Subject", encoded(words.subject, "Subject")
    # When it was written, also when it leaves later (RFC 5322 section 3.6.1).
    yield "Date", format_datetime(letter.written_at)
    yield "Message-ID", f"<{letter.rfc_message_id}>"
    if letter.in_reply_to and (answered := message_ids((letter.in_reply_to,))):
        yield "In-Reply-To", answered
    if references := message_ids(letter.references):
        yield "References", references
    if not by_a_person:
        yield "Auto-Submitted", submitted.value
    # "All" would also silence the report that a mail did not arrive, which we want to hear.
    yield "X-Auto-Response-Suppress", "OOF" if by_a_person else "DR, RN, NRN, OOF, AutoReply"
    yield MARK_HEADER, header_mark(letter.rfc_message_id)
    yield "MIME-Version", "1.0"


def _folded(name: str, value: str | Header) -> bytes:
    """A field as it stands on the wire; the short ones, which are most, as they are."""
    if isinstance(value, str) and value.isascii() and "\n" not in value and "\r" not in value:
        field = f"{name}: {value}"
        if len(field) <= LONGEST_LINE:
            return f"{field}\r\n".encode("ascii")
    # It takes what is encoded already, though its types do not say so.
    return _POLICY.fold_binary(name, value)  # type: ignore[arg-type]


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
        letter.mailbox.address,
        letter.topic.number,
        letter.audience,
        letter.person_id,
        letter.conversation_id,
    )
    return address if len(address.rpartition("@")[0]) <= LONGEST_LOCAL_PART else ""


def _content(words: Words, files: tuple[Enclosure, ...]) -> bytes:
    """The rest of a mail: what its content is, an empty line, and the content (RFC 2045)."""
    texts = [_text_part(words.text, "plain")]
    if words.html is not None:
        texts.append(_text_part(words.html, "html"))
    content = texts[0] if len(texts) == 1 else _multipart("alternative", texts)
    if not files:
        return content
    return _multipart("mixed", (content, *(_file_part(file) for file in files)))


def _multipart(subtype: str, parts: Iterable[bytes]) -> bytes:
    # "=_" cannot stand in what is quoted-printable or base64 (RFC 2045 section 6.7), and all of
    # ours is: nothing has to be looked through.
    boundary = f"=_{secrets.token_hex(12)}"
    between = f"--{boundary}\r\n".encode()
    kind = f'Content-Type: multipart/{subtype}; boundary="{boundary}"\r\n\r\n'.encode()
    end = f"--{boundary}--\r\n".encode()
    return b"".join((kind, *(between + part + b"\r\n" for part in parts), end))


def _text_part(text: str, subtype: str) -> bytes:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace")
    return b"".join(
        (
            f'Content-Type: text/{subtype}; charset="utf-8"\r\n'.encode(),
            b"Content-Transfer-Encoding: quoted-printable\r\n\r\n",
            binascii.b2a_qp(lines, istext=True).replace(b"\n", b"\r\n"),
        )
    )


def _file_part(file: Enclosure) -> bytes:
    kind = file.content_type.partition(";")[0].strip().lower()
    # A mail inside a mail may not be encoded (RFC 2046 section 5.2.1), and we encode every file.
    if not _CONTENT_TYPE.match(kind) or kind.startswith(("message/", "multipart/")):
        kind = "application/octet-stream"
    name = one_line(file.filename) or "file"
    named = f'="{quote(name)}"' if name.isascii() else f"*={encode_rfc2231(name, 'utf-8')}"
    return b"".join(
        (
            _folded("Content-Type", kind),
            _folded("Content-Disposition", f"attachment; filename{named}"),
            _folded("Content-Transfer-Encoding", "base64"),
            b"\r\n",
            base64.encodebytes(storage().read(file.sha256)).replace(b"\n", b"\r\n"),
        )
    )
