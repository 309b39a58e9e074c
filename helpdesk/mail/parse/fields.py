"""Header blocks into fields (RFC 5322 section 2.2), where blocks may be broken in many ways."""

from __future__ import annotations

import re

from helpdesk.mail.parse import charsets

Field = tuple[str, str]

_BLANK = re.compile(rb"\r?\n\r?\n|\r?\n\Z")
_NAME = re.compile(rb"([!-9;-~]{1,200})[ \t]*:")
_CHARSET = re.compile(rb"""charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)
_PARAMETER = re.compile(rb"""["']?(?:boundary|charset|name|filename)\*?\d?\*?=""", re.IGNORECASE)
_FROM_LINE = re.compile(rb">?From [^\n]*\n")
# Names that prove a line to be a header, where the line before it was not one.
_FAMILIAR = {
    b"from", b"to", b"cc", b"bcc", b"subject", b"date", b"message-id", b"mime-version", b"sender",
    b"reply-to", b"in-reply-to", b"references", b"return-path", b"received", b"delivered-to",
    b"precedence", b"auto-submitted", b"importance", b"thread-topic", b"thread-index",
    b"user-agent", b"dkim-signature", b"authentication-results", b"organization", b"errors-to",
}  # fmt: skip
# Kept even when a mail has more header fields than anybody should.
ESSENTIAL = {
    "from", "to", "cc", "subject", "date", "message-id", "mime-version", "sender", "reply-to",
    "in-reply-to", "references", "return-path", "auto-submitted", "precedence", "content-type",
    "content-transfer-encoding", "content-disposition", "content-id",
}  # fmt: skip


def mended(raw: bytes) -> bytes:
    """The mail with `\\n` or `\\r\\n` line ends and its first header in front.

    Undone are: a byte order mark, leading blank lines, an mbox "From " line, line ends of a
    lonely CR, and CR CR LF.
    """
    if b"\r" in raw:
        if b"\r\r\n" in raw[:4096]:
            raw = raw.replace(b"\r\r\n", b"\r\n")
        if b"\n" not in raw[:4096]:
            raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    while raw[:1] in (b"\r", b"\n"):
        raw = raw.lstrip(b"\r\n")
    if match := _FROM_LINE.match(raw):
        raw = raw[match.end() :]
    return raw


def read(data: bytes, start: int, end: int) -> tuple[list[tuple[bytes, bytes]], int]:
    """The fields of the block at `start`, unfolded but not decoded, and where the body begins."""
    if data[start : start + 1] == b"\n":
        return [], start + 1
    if data[start : start + 2] == b"\r\n":
        return [], start + 2
    blank = _BLANK.search(data, start, end)
    block_end, body = (blank.start(), blank.end()) if blank else (end, end)
    fields: list[tuple[bytes, list[bytes]]] = []
    lines = data[start:block_end].split(b"\n")
    if not lines[0][:1].strip() and _NAME.match(lines[0].lstrip()):
        # A space that slipped in before the very first header.
        lines[0] = lines[0].lstrip()
    for number, line in enumerate(lines):
        if line[:1] in (b" ", b"\t") and fields:
            fields[-1][1].append(line.rstrip(b"\r"))
        elif name := _NAME.match(line):
            fields.append((name[1], [line[name.end() :].strip()]))
        elif line.strip() and (line[:2] == b"--" or not _is_strayed(lines, number, fields)):
            # Header and body have run into each other: nothing from here on is a header.
            body = start + sum(len(line) + 1 for line in lines[:number])
            break
    return [(name, b"".join(value)) for name, value in fields], min(body, end)


def in_words(
    fields: list[tuple[bytes, bytes]], limit: int, size: int, hint: str | None
) -> tuple[list[Field], bool]:
    """The fields as strings, encoded words still closed; True when some were over the limits."""
    over = False
    kept: list[Field] = []
    # One guess for all of them is cheaper, and better with more letters to judge by.
    hint = hint or charsets.guessed([value for _, value in fields if not value.isascii()])
    for raw_name, raw_value in fields:
        name = raw_name.decode("ascii", "replace")
        if len(kept) >= limit and name.lower() not in ESSENTIAL:
            over = True
            continue
        over = over or len(raw_value) > size
        kept.append((name, _text(raw_value[:size], hint)))
    return kept, over


def _text(raw: bytes, hint: str | None) -> str:
    if not raw.isascii() or b"\x1b" in raw:
        return charsets.clean(charsets.decode(raw, None, hint, may_guess=False).text)
    text = raw.decode("ascii")
    return text if text.isprintable() else charsets.clean(text)


def charset_hint(fields: list[tuple[bytes, bytes]]) -> str | None:
    """The charset that a block of fields speaks of, for bytes in it that have none."""
    for name, value in fields:
        if name.lower() == b"content-type" and (match := _CHARSET.search(value)):
            return match[1].decode("ascii", "replace")
    return None


def _is_strayed(lines: list[bytes], number: int, fields: list[tuple[bytes, list[bytes]]]) -> bool:
    """True for a line that is no header but stands among headers; a lost fold is joined again."""
    line = lines[number].strip()
    if fields and (fields[-1][1][-1].endswith(b";") or _PARAMETER.match(line)):
        fields[-1][1].append(b" " + line)
        return True
    if line.startswith((b"From ", b">From ")):
        return True
    following = _NAME.match(lines[number + 1]) if number + 1 < len(lines) else None
    if following is None:
        return False
    name = following[1].lower()
    if name not in _FAMILIAR and not name.startswith((b"x-", b"content-", b"list-")):
        return False
    if fields:
        fields[-1][1].append(b" " + line)
    return True
