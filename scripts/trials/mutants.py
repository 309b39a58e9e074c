"""Mails that were damaged on purpose: the same ones for the same seed and number."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from pathlib import Path

MOST_STEPS = 8
LONGEST_MUTANT = 3_000_000
_LONGEST_PIECE = 400
_MOST_REPEATS = (10, 100, 1_000, 20_000)
_LABELS = (
    b"utf-8", b"utf-7", b"utf-16", b"utf-32", b"iso-8859-1", b"iso-2022-jp", b"iso-2022-kr", b"hz",
    b"gb2312", b"gb18030", b"big5", b"shift_jis", b"ks_c_5601-1987", b"koi8-r", b"windows-1251",
    b"x-unknown", b"punycode", b"idna", b"unicode_escape", b"hex", b"zlib", b"base64", b"rot13",
    b"cp65001", b"macintosh", b"", b"\"", b"'utf-8'", b"\xff",
)  # fmt: skip
_TOKENS = (
    b"\n", b"\r\n", b"\r", b"\n\n", b"\0", b" ", b"\t", b"\x1b$B", b"\x1b(B", b"\xff\xfe",
    b"\xef\xbb\xbf", b"+AOU-", b"=?utf-8?q?=C3?=", b"=?utf-8?b?w6U=?=", b"=?x?q?", b"?=", b"=",
    b"=\n", b"=3D", b"--", b"--x\n", b"--x--\n", b"<", b">", b"<a@b.c>", b"@", b",", b";", b":",
    b"(", b")", b'"', b"\\", b"From: ", b"\nFrom x@y Mon Jan  1 00:00:00 2024\n", b"begin 644 a\n",
    b"M" + b"!" * 60 + b"\n", b"`\nend\n", b"=ybegin line=128 size=9 name=a\n", b"-- \n", b"> ",
    b"\nContent-Type: multipart/mixed; boundary=x\n\n--x\n", b"\nContent-Type: text/html\n",
    b"\nContent-Type: message/rfc822\n\n", b"\nContent-Transfer-Encoding: base64\n\n",
    b"\nContent-Transfer-Encoding: quoted-printable\n\n",
    b"\nContent-Type: application/ms-tnef\n\n",
    b"\nContent-Type: multipart/report; report-type=delivery-status; boundary=x\n\n--x\n",
    b"\nContent-Type: message/delivery-status\n\nFinal-Recipient: rfc822; a@b.c\nStatus: 5.1.1\n",
    b"\nContent-Disposition: attachment; filename*0*=utf-8''%E5; filename*2=b; filename*1=c\n\nx",
    b"\nContent-Type: application/pkcs7-mime\n\n", b"\nContent-Type: text/calendar\n\n",
    b"BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nSUMMARY:x\nDTSTART:2025", b"\nDate: ",
    b"\nContent-Type: text/enriched\n\n<param>", b"\nReferences: <a@b> <c@d>\n",
    b"\nAuto-Submitted: auto-replied\n", b"\nReturn-Path: <>\n", b"\nPrecedence: bulk\n",
    b"\nIn-Reply-To: <1.r.x.y@example.org>\n", b"\nSubject: [#1] Re: \n", b"\nReceived: by x; ",
    b"<div>", b"</div>", b"<table><tr><td>", b"<blockquote>", b"<!--", b"-->", b"<style>", b"<svg>",
    b"<math>", b"<p style='position:fixed;background:url(//x.example)'>",
    b"<a href=javascript:x()>",
    b"<img src=cid:a onerror=x()>", b"<script>", b"</script>", b"<select>", b"<template>", b"&#0;",
    b"&#xD800;", b"<b><p>", b"<font><table>", b"<![CDATA[", b"\xe2\x80\xae", b"\xed\xa0\x80",
    b"________________________________\n", b"-----Original Message-----\n", b"\nSkickat: \n",
    bytes.fromhex("789f3e220000"), bytes.fromhex("3080060a2a864886f70d010702a080"), b"{\\rtf1 ",
)  # fmt: skip
_CHARSET = re.compile(rb"(charset=\"?|=\?)[\w.-]{1,30}", re.IGNORECASE)
_BOUNDARY = re.compile(rb"boundary=\"?([^\s\";]{1,80})", re.IGNORECASE)
_ENCODING = re.compile(rb"(?<=Transfer-Encoding: )[\w-]{1,20}", re.IGNORECASE)
_ENCODINGS = (b"base64", b"quoted-printable", b"7bit", b"8bit", b"binary", b"x-uuencode", b"x")

Chance = random.Random
Mutation = Callable[[bytearray, Chance, Sequence[bytes]], None]


def seeds_below(folder: Path) -> list[bytes]:
    """Every mail of a folder, in an order that stays."""
    return [path.read_bytes() for path in sorted(folder.rglob("*.eml"))]


def mutant(seeds: Sequence[bytes], seed: int, number: int) -> bytes:
    """The mail with that number: one of the seeds after a few mutations."""
    # Not for secrets: a mail that did harm is to come again.
    chance = random.Random(f"{seed}-{number}")
    mail = bytearray(chance.choice(seeds))
    for _ in range(chance.randint(1, MOST_STEPS)):
        chance.choices(_MUTATIONS, _WEIGHTS)[0](mail, chance, seeds)
        del mail[LONGEST_MUTANT:]
    return bytes(mail)


def _insert(mail: bytearray, chance: Chance, seeds: Sequence[bytes]) -> None:
    at = _place(mail, chance)
    mail[at:at] = chance.choice(_TOKENS)


def _delete(mail: bytearray, chance: Chance, seeds: Sequence[bytes]) -> None:
    start, end = _piece(mail, chance)
    del mail[start:end]


def _double(mail: bytearray, chance: Chance, seeds: Sequence[bytes]) -> None:
    start, end = _piece(mail, chance)
    at = _place(mail, chance)
    mail[at:at] = mail[start:end]


def _splice(mail: bytearray, chance: Chance, seeds: Sequence[bytes]) -> None:
    other = bytearray(chance.choice(seeds))
    start, end = _piece(other, chance)
    at = _place(mail, chance)
    mail[at:at] = other[start:end]


def _scramble(mail: bytearray, chance: Chance, seeds: Sequence[bytes]) -> None:
    for _ in range(chance.randint(1, 10)):
        if mail:
            mail[chance.randrange(len(mail))] = chance.randrange(256)


def _repeat(mail: bytearray, chance: Chance, seeds: Sequence[bytes]) -> None:
    start, end = _piece(mail, chance)
    piece = bytes(mail[start:end]) if chance.random() < 0.5 else chance.choice(_TOKENS)
    at = _place(mail, chance)
    times = chance.randint(2, chance.choice(_MOST_REPEATS))
    mail[at:at] = (piece * times)[:LONGEST_MUTANT]


def _cut(mail: bytearray, chance: Chance, seeds: Sequence[bytes]) -> None:
    del mail[_place(mail, chance) :]


def _relabel(mail: bytearray, chance: Chance, seeds: Sequence[bytes]) -> None:
    mail[:] = _CHARSET.sub(lambda found: found[1] + chance.choice(_LABELS), mail)


def _reencode(mail: bytearray, chance: Chance, seeds: Sequence[bytes]) -> None:
    mail[:] = _ENCODING.sub(lambda _: chance.choice(_ENCODINGS), mail)


def _end_lines(mail: bytearray, chance: Chance, seeds: Sequence[bytes]) -> None:
    mail[:] = mail.replace(b"\r\n", b"\n").replace(
        b"\n", chance.choice((b"\r\n", b"\r", b"\r\r\n"))
    )


def _nest(mail: bytearray, chance: Chance, seeds: Sequence[bytes]) -> None:
    kind = chance.choice((b"message/rfc822", b"multipart/mixed; boundary=n", b"multipart/digest"))
    for _ in range(chance.choice((1, 3, 200))):
        mail[0:0] = b"Content-Type: " + kind + b"\n\n" + (b"--n\n" if b"boundary" in kind else b"")


def _share_boundary(mail: bytearray, chance: Chance, seeds: Sequence[bytes]) -> None:
    names = _BOUNDARY.findall(bytes(mail))
    if names:
        mail[:] = mail.replace(chance.choice(names), chance.choice(names))


def _place(mail: bytearray, chance: Chance) -> int:
    # The head of a mail decides most: it is damaged as often as all the rest.
    end = len(mail) if chance.random() < 0.5 else min(len(mail), 1500)
    return chance.randint(0, end)


def _piece(mail: bytearray, chance: Chance) -> tuple[int, int]:
    start = _place(mail, chance)
    return start, min(len(mail), start + chance.randint(1, _LONGEST_PIECE))


_MUTATIONS: tuple[Mutation, ...] = (
    _insert, _delete, _double, _splice, _scramble, _repeat, _cut, _relabel, _reencode, _end_lines,
    _nest, _share_boundary,
)  # fmt: skip
_WEIGHTS = (8, 5, 3, 6, 4, 2, 1, 2, 2, 1, 1, 1)
