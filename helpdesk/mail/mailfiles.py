"""Raw mails out of what people keep mail in: a pipe, files, folders, mboxes, Maildirs."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

STANDARD_INPUT = "-"

# The line before each mail of an mbox (RFC 4155): an address, then a date as C's asctime writes it.
_FROM_LINE = re.compile(
    rb"From [^\n]{0,300}?(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? [^\n]{0,60}\d{4}[^\n]{0,60}\n"
)
_BETWEEN = re.compile(rb"\r?\n(?:\r?\n)?(?=From )")
_UNQUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)
_HEADER = re.compile(rb"\s{0,20}(?:>?From |[A-Za-z][\w-]{0,78}[ \t]?:(?!//))")
_MBOX_SUFFIXES = {".mbox", ".mbx", ".mboxrd"}
_MAIL_SUFFIXES = {".eml", ".mail", ".email", ".rfc822", ".mime"}
_MAILDIR = ("cur", "new")


def raw_mails(paths: Iterable[str | Path]) -> Iterator[tuple[str, bytes]]:
    """(path, raw message) for each mail in the paths, in their order; "-" is standard input.

    Without any path standard input is read. A folder is a Maildir when it has `cur` or `new`, else
    its files are looked through, folders below it too, and those that are no mail are left out.
    An mbox gives several mails under its own path. Raises OSError for what cannot be read.
    """
    for path in list(paths) or [STANDARD_INPUT]:
        if str(path) == STANDARD_INPUT:
            yield from _named(STANDARD_INPUT, _split(sys.stdin.buffer.read()))
        elif Path(path).is_dir():
            yield from _folder(Path(path))
        else:
            yield from _file(Path(path))


def _file(path: Path) -> Iterator[tuple[str, bytes]]:
    raw = path.read_bytes()
    suffix = path.suffix.lower()
    mails = [raw] if suffix in _MAIL_SUFFIXES else _split(raw, always=suffix in _MBOX_SUFFIXES)
    yield from _named(str(path), mails)


def _folder(folder: Path) -> Iterator[tuple[str, bytes]]:
    boxes = [folder / name for name in _MAILDIR if (folder / name).is_dir()]
    if boxes:
        files = [file for box in boxes for file in box.iterdir()]
        for file in sorted(files, key=lambda file: file.name):
            if file.is_file() and not file.name.startswith("."):
                yield str(file), file.read_bytes()
        return
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            yield from _folder(entry)
        elif entry.is_file() and _is_mail(entry):
            yield from _file(entry)


def _is_mail(path: Path) -> bool:
    if path.suffix.lower() in _MAIL_SUFFIXES | _MBOX_SUFFIXES:
        return True
    with path.open("rb") as file:
        return _HEADER.match(file.read(200)) is not None


def _named(path: str, mails: Iterable[bytes]) -> Iterator[tuple[str, bytes]]:
    return ((path, raw) for raw in mails)


def _split(raw: bytes, *, always: bool = False) -> Iterator[bytes]:
    """The mails of an mbox, its quoting undone; anything else as the one mail that it is."""
    first = _FROM_LINE.match(raw)
    if first is None and not (always and raw.startswith(b"From ")):
        yield raw
        return
    start = 0
    for blank in _BETWEEN.finditer(raw):
        if _FROM_LINE.match(raw, blank.end()):
            # The line end belongs to the mail's last line, the empty line after it to the mbox.
            yield _unquoted(raw[start : blank.start()] + b"\n")
            start = blank.end()
    yield _unquoted(raw[start:])


def _unquoted(raw: bytes) -> bytes:
    _, _, mail = raw.partition(b"\n")
    if b"\n>" not in mail:
        return mail
    return _UNQUOTED.sub(rb"\1", mail)
