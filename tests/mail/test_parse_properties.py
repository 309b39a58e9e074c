from __future__ import annotations

import json
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.mail.parse import as_json, parse

MAILS = [
    mail.read_bytes()
    for folder in ("parsing", "bounces")
    for mail in sorted((Path(__file__).parent.parent / "mails" / folder).glob("*.eml"))
]
PIECES = st.sampled_from(
    [
        b"Content-Type: multipart/mixed; boundary=x\n", b"Content-Type: text/html; charset=utf-7\n",
        b"Content-Type: message/rfc822\n", b"Content-Transfer-Encoding: base64\n",
        b"Content-Transfer-Encoding: quoted-printable\n", b"--x\n", b"--x--\n", b"\n", b"\r\n",
        b"Content-Type: application/ms-tnef\n\n", bytes.fromhex("789f3e220000"), b"=?utf-8?q?",
        b"=?iso-2022-jp?B?GyRC?=", b"From: ", b"To: \"", b"<a@b.c>", b"Content-ID: <a>\n", b"\0",
        b"<img src=cid:a>", b"<div style='display:none'>", b"\xff\xfe", b"begin 644 a\n", b"end\n",
        b"Content-Disposition: attachment; filename*0*=utf-8''%", b"Date: ", b"\x1b$B", b"+AOU-",
        b"Content-Type: application/pkcs7-mime\n\n",
        bytes.fromhex("3080060a2a864886f70d010702a080"),
        b"Content-Type: text/calendar\n\nBEGIN:VEVENT\n", b"DTSTART:2025", b"=", b"=3D", b";", b"(",
    ]
)  # fmt: skip


def whole(raw: bytes) -> None:
    """Reads the bytes and checks what must be true of every mail that was ever read."""
    mail = parse(raw)
    line = json.dumps(as_json(mail, "-"), ensure_ascii=False)
    line.encode("utf-8")
    assert "\\u0000" not in line
    assert not any("could not be read" in str(warning) for warning in mail.warnings), mail.warnings
    for file in mail.attachments:
        assert file.filename.strip()
        assert len(file.filename) <= 150
        assert not {"/", "\\", "\0"} & set(file.filename)
        assert file.size == len(file.data)
    for name, value in mail.headers:
        (name + value).encode("utf-8")
        assert "\0" not in value


@given(st.binary(max_size=2000))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_a_mail(raw: bytes) -> None:
    whole(raw)


@given(st.lists(st.one_of(PIECES, st.binary(max_size=12)), max_size=60))
@settings(max_examples=500, deadline=None)
def test_any_heap_of_pieces_of_mail_is_a_mail(pieces: list[bytes]) -> None:
    whole(b"".join(pieces))


@given(st.data())
@settings(max_examples=400, deadline=None)
def test_a_mail_that_was_damaged_on_its_way_is_still_a_mail(data: st.DataObject) -> None:
    raw = bytearray(data.draw(st.sampled_from(MAILS)))
    for _ in range(data.draw(st.integers(1, 8))):
        start = data.draw(st.integers(0, len(raw)))
        end = min(len(raw), start + data.draw(st.integers(0, 40)))
        raw[start:end] = data.draw(st.one_of(PIECES, st.binary(max_size=20)))
    whole(bytes(raw))
