"""Transfer encodings undone (RFC 2045 section 6), also the broken ones; never raises."""

from __future__ import annotations

import binascii
import re
from typing import NamedTuple

from helpdesk.core.words import N_
from helpdesk.mail.values import Remark

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_SPACE = b" \t\r\n\v\f"
_PADDED_BREAK = re.compile(rb"=[ \t]+(?=\r?\n|\Z)")
_AFTER_PADDING = re.compile(rb"={1,2}\s*(?=[A-Za-z0-9+/])")
_MOST_PIECES = 1_000
_SHORTEST_PIECE = 8
_PLAIN = {"", "7bit", "8bit", "binary", "7-bit", "8-bit", "7", "8", "none", "7bits", "8bits"}
_UU = {"uuencode", "x-uuencode", "uue", "x-uue"}
_UU_BEGIN = re.compile(r"begin(-base64)? [0-7]{3,4} (.{1,255})")
_UU_END = {"end", "===="}


class Transferred(NamedTuple):
    """The bytes that were meant, and what was odd about the way to them."""

    data: bytes
    warning: Remark | None = None


def undo(raw: bytes, encoding: str) -> Transferred:
    """The bytes behind a Content-Transfer-Encoding, as they are when it means nothing."""
    name = encoding.split(";")[0].strip(" \t\"'").lower()
    if name in _PLAIN:
        return Transferred(raw)
    if name in ("quoted-printable", "quoted_printable", "quotedprintable", "qp"):
        return Transferred(quoted_printable(raw))
    if name in ("base64", "base-64", "b64"):
        return base64(raw)
    if name in _UU:
        return _uuencoded(raw)
    return Transferred(
        raw, Remark(N_("The transfer encoding is unknown; the part was taken as it is."))
    )


def quoted_printable(raw: bytes) -> bytes:
    """Quoted-printable, with soft breaks even where a transport has put spaces after them."""
    if b"= " in raw or b"=\t" in raw:
        raw = _PADDED_BREAK.sub(b"=", raw)
    return binascii.a2b_qp(raw)


def base64(raw: bytes) -> Transferred:
    """Base64: whole, cut short, glued together from several pieces, or not base64 at all."""
    strangers = _strangers(raw)
    # Letters are in the alphabet; what gives words away is the space between them.
    in_words = strangers * 4 > len(raw) or raw.strip().count(b" ") * 10 > len(raw)
    if in_words and not _begins_as_base64(raw):
        return Transferred(raw, Remark(N_("Declared as base64, but is not; taken as it is.")))
    pieces = [raw]
    if b"=" in raw:
        # The decoder stops at padding; what comes after it may be the next piece, or a footer.
        first, *rest = _AFTER_PADDING.split(raw, maxsplit=_MOST_PIECES)
        pieces = [first, *map(_opening_of_piece, rest)]
    damaged = any(_strangers(piece.split(b"=")[0]) for piece in pieces)
    data = b"".join(_piece(piece) for piece in pieces)
    return Transferred(data, Remark(N_("The base64 is damaged.")) if damaged else None)


def uu_files(text: str) -> tuple[str, list[tuple[str, bytes]]]:
    """The text without the uuencoded files in it, and those files as (name, bytes)."""
    if "begin " not in text and "begin-base64 " not in text:
        return text, []
    files: list[tuple[str, bytes]] = []
    kept: list[str] = []
    lines = iter(text.split("\n"))
    for line in lines:
        begin = _UU_BEGIN.fullmatch(line.rstrip())
        if begin is None:
            kept.append(line)
            continue
        # One pass only: lines that turn out to be no file are words, and are not looked at again.
        block = []
        for inner in lines:
            block.append(inner)
            if inner.strip() in _UU_END or len(inner) > 100:
                break
        data = _uu_block(block, is_base64=bool(begin[1]))
        if data:
            files.append((begin[2].strip(), data))
        else:
            kept += [line, *block]
    return "\n".join(kept), files


def _uu_block(block: list[str], *, is_base64: bool) -> bytes:
    if not block or block[-1].strip() not in _UU_END:
        return b""
    raw = "\n".join(block[:-1]).encode("utf-8", "replace")
    return base64(raw).data if is_base64 else _uu_lines(raw)


def _strangers(raw: bytes) -> int:
    """How many bytes have no business in base64."""
    return len(raw.translate(None, _ALPHABET + _SPACE))


def _opening_of_piece(raw: bytes) -> bytes:
    """The lines with which another piece of base64 begins; nothing where a footer begins."""
    kept: list[bytes] = []
    for line in raw.split(b"\n"):
        line_of_piece = line.strip()
        if _strangers(line_of_piece) or b" " in line_of_piece:
            break
        kept.append(line_of_piece)
    piece = b"".join(kept)
    return piece if len(piece) >= _SHORTEST_PIECE else b""


def _begins_as_base64(raw: bytes) -> bool:
    # A footer below good base64 is common; plain text shows itself in the first line.
    opening = b""
    for line in raw[:4096].lstrip().split(b"\n"):
        line_of_piece = line.strip()
        if not line_of_piece or _strangers(line_of_piece) or b" " in line_of_piece:
            break
        opening += line_of_piece
    return len(opening) >= 40 or (opening.endswith(b"=") and len(opening) % 4 == 0)


def _piece(raw: bytes) -> bytes:
    try:
        return binascii.a2b_base64(raw)
    except binascii.Error:
        kept = bytes(byte for byte in raw if byte in _ALPHABET[:-1])
    # One lonely character holds only six bits: no byte can come of it.
    kept = kept[: len(kept) - 1] if len(kept) % 4 == 1 else kept
    return binascii.a2b_base64(kept + b"=" * (-len(kept) % 4))


def _uuencoded(raw: bytes) -> Transferred:
    lines = raw.replace(b"\r", b"").split(b"\n")
    begin = next((i for i, line in enumerate(lines) if line.startswith(b"begin ")), -1)
    data = _uu_lines(b"\n".join(lines[begin + 1 :]))
    if raw.strip() and not data:
        return Transferred(raw, Remark(N_("Declared as uuencode, but is not; taken as it is.")))
    return Transferred(data)


def _uu_lines(raw: bytes) -> bytes:
    decoded: list[bytes] = []
    for line in raw.split(b"\n"):
        if line.strip() in (b"end", b"`", b""):
            continue
        try:
            decoded.append(binascii.a2b_uu(line))
        except binascii.Error:
            # Trailing spaces that were lost or doubled: the first byte says how long it should be.
            length = ((line[0] - 32) & 63) * 4 // 3 + 4
            try:
                decoded.append(binascii.a2b_uu(line[:length].ljust(length)))
            except binascii.Error:
                return b""
    return b"".join(decoded)
