"""Outlook's winmail.dat (MS-OXTNEF) opened: the words and the files in it.

Our own reading, because the libraries believe the counts that a file gives: a few bytes then keep
them busy for hours. Here nothing is read that is not there.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from helpdesk.mail.parse import charsets, rtf

_SIGNATURE = 0x223E9F78
_EMBEDDED = bytes.fromhex("0703020000000000c000000000000046")
_DEEPEST = 4
_MOST = 1_000

# Attributes of the stream (MS-OXTNEF section 2.1.3.2).
_SUBJECT, _BODY, _FILE_TITLE, _FILE_DATA = 0x8004, 0x800C, 0x8010, 0x800F
_FILE_BEGINS, _PROPERTIES, _FILE_PROPERTIES, _CODEPAGE = 0x9002, 0x9003, 0x9005, 0x9007
# Properties (MS-OXPROPS).
_P_SUBJECT, _P_BODY, _P_RTF, _P_HTML, _P_CPID = 0x0037, 0x1000, 0x1009, 0x1013, 0x3FDE
_P_DATA, _P_NAME, _P_LONG_NAME, _P_SHOWN = 0x3701, 0x3704, 0x3707, 0x3001
_P_TYPE, _P_CONTENT_ID = 0x370E, 0x3712
_SIZES = {2: 4, 11: 4, 3: 4, 4: 4, 10: 4, 1: 4, 5: 8, 6: 8, 7: 8, 0x14: 8, 0x40: 8, 0x48: 16}
_STRING, _UNICODE, _OBJECT, _BINARY = 0x1E, 0x1F, 0x0D, 0x102
_SEVERAL, _NAMED = 0x1000, 0x8000


@dataclass(slots=True)
class File:
    """One attachment in the envelope."""

    name: str = ""
    data: bytes = field(default=b"", repr=False)
    content_type: str = ""
    content_id: str = ""
    message: Envelope | None = None


@dataclass(slots=True)
class Envelope:
    """What an envelope holds: a subject, words in up to three forms, and files."""

    subject: str = ""
    text: str = ""
    html: str = ""
    files: list[File] = field(default_factory=list)


def read(data: bytes, depth: int = 0) -> Envelope | None:
    """The contents of a TNEF stream, as far as it goes; None when it is none."""
    if len(data) < 6 or struct.unpack_from("<I", data)[0] != _SIGNATURE:
        return None
    envelope = Envelope()
    codepage = "cp1252"
    rich = b""
    for name, value in _attributes(data):
        if name == _CODEPAGE and len(value) >= 4:
            codepage = f"cp{struct.unpack_from('<I', value)[0]}"
        elif name == _SUBJECT:
            envelope.subject = _text(value, codepage)
        elif name == _BODY:
            envelope.text = envelope.text or _text(value, codepage)
        elif name == _FILE_BEGINS and len(envelope.files) < _MOST:
            envelope.files.append(File())
        elif name == _PROPERTIES:
            rich = _read_message(envelope, value, codepage) or rich
        elif envelope.files:
            _read_file(envelope.files[-1], name, value, codepage, depth)
    if rich and not envelope.text.strip() and not envelope.html.strip():
        written = rtf.read(rtf.unpacked(rich))
        envelope.html = written.words if written.is_html else ""
        envelope.text = "" if written.is_html else written.words
    return envelope


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    position = 6
    while position + 9 <= len(data):
        name, length = struct.unpack_from("<H2xI", data, position + 1)
        yield name, data[position + 9 : position + 9 + length]
        # Two bytes of checksum follow; a wrong one is no reason to lose the content.
        position += 9 + length + 2


def _read_message(envelope: Envelope, value: bytes, codepage: str) -> bytes:
    rich = b""
    html = b""
    for name, kind, content in _properties(value):
        if name == _P_CPID and len(content) >= 4:
            codepage = f"cp{struct.unpack_from('<I', content)[0]}"
        elif name == _P_SUBJECT:
            envelope.subject = _string(kind, content, codepage)
        elif name == _P_BODY:
            envelope.text = _string(kind, content, codepage)
        elif name == _P_HTML:
            html = content
        elif name == _P_RTF:
            rich = content
    if html:
        declared = charsets.charset_in_html(html) or codepage
        envelope.html = charsets.decode(html.rstrip(b"\0"), declared).text
    return rich


def _read_file(file: File, name: int, value: bytes, codepage: str, depth: int) -> None:
    if name == _FILE_TITLE:
        file.name = file.name or _text(value, codepage)
    elif name == _FILE_DATA:
        file.data = value
    elif name == _FILE_PROPERTIES:
        for prop, kind, content in _properties(value):
            if prop == _P_LONG_NAME or (prop in (_P_NAME, _P_SHOWN) and not file.name):
                file.name = _string(kind, content, codepage) or file.name
            elif prop == _P_TYPE:
                file.content_type = _string(kind, content, codepage).lower()
            elif prop == _P_CONTENT_ID:
                file.content_id = _string(kind, content, codepage)
            elif prop == _P_DATA and content.startswith(_EMBEDDED):
                if depth < _DEEPEST:
                    file.message = read(content[len(_EMBEDDED) :], depth + 1)
            elif prop == _P_DATA and not file.data:
                file.data = content


def _properties(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """(name, kind, first value) of each property; stops where the bytes do."""
    try:
        (count,) = struct.unpack_from("<I", data)
        position = 4
        for _ in range(min(count, _MOST)):
            kind, name = struct.unpack_from("<HH", data, position)
            position += 4
            if name & _NAMED:
                position = _after_name(data, position)
            values, position = _values(data, position, kind)
            if values:
                yield name, kind & ~_SEVERAL, values[0]
    except (struct.error, KeyError):
        return


def _after_name(data: bytes, position: int) -> int:
    (is_string,) = struct.unpack_from("<I", data, position + 16)
    position += 20
    if not is_string:
        return position + 4
    (length,) = struct.unpack_from("<I", data, position)
    return int(position + 4 + _padded(length))


def _values(data: bytes, position: int, kind: int) -> tuple[list[bytes], int]:
    count = 1
    single = kind & ~_SEVERAL
    variable = single in (_STRING, _UNICODE, _OBJECT, _BINARY)
    if variable or kind & _SEVERAL:
        (count,) = struct.unpack_from("<I", data, position)
        position += 4
    values: list[bytes] = []
    for _ in range(min(count, _MOST)):
        if variable:
            (length,) = struct.unpack_from("<I", data, position)
            position += 4
            stride = _padded(length)
        else:
            length = stride = _SIZES[single]
        values.append(data[position : position + length])
        position += stride
        if position > len(data):
            break
    return values, position


def _padded(length: int) -> int:
    return (length + 3) & ~3


def _string(kind: int, content: bytes, codepage: str) -> str:
    if kind == _UNICODE:
        return charsets.clean(content.decode("utf-16-le", "replace")).strip()
    return _text(content, codepage)


def _text(value: bytes, codepage: str) -> str:
    return charsets.clean(charsets.decode(value.rstrip(b"\0"), codepage).text).strip()
