"""Names of attachments made safe to show, to save and to send on."""

from __future__ import annotations

import mimetypes
import re
import unicodedata

LONGEST = 150
_LONGEST_SUFFIX = 20
_LONGEST_IN_BYTES = 240
_FORBIDDEN = re.compile(r'[<>:"|?*/\\]')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)
_SUFFIXES = {
    "text/plain": ".txt",
    "text/calendar": ".ics",
    "text/html": ".html",
    "text/x-vcard": ".vcf",
    "text/vcard": ".vcf",
    "text/directory": ".vcf",
    "message/rfc822": ".eml",
    "message/global": ".eml",
    "message/delivery-status": ".txt",
    "message/disposition-notification": ".txt",
    "text/rfc822-headers": ".txt",
    "image/jpeg": ".jpg",
    "image/jpg": ".jpg",
    "image/pjpeg": ".jpg",
    "image/tiff": ".tif",
    "image/bmp": ".bmp",
    "audio/mpeg": ".mp3",
    "audio/wav": ".wav",
    "application/octet-stream": ".bin",
    "application/pgp-signature": ".asc",
    "application/pgp-keys": ".asc",
    "application/pgp-encrypted": ".asc",
}


def safe(name: str, fallback: str) -> str:
    """The name without path, control characters and text-direction tricks; never empty.

    At most 150 characters, its suffix kept; `fallback` is used where nothing is left.
    """
    name = name.strip().rstrip("/\\")
    name = re.split(r"[/\\]", name)[-1]
    return _safe(name) or _safe(fallback) or "attachment"


def from_words(words: str, suffix: str, fallback: str) -> str:
    """A file name made of a subject line: here a slash is part of the words, not of a path."""
    stem = _FORBIDDEN.sub("-", words)[:LONGEST].strip(". -") or fallback
    return safe(stem + suffix, fallback + suffix)


def suffix_for(content_type: str) -> str:
    """The usual suffix of a content type, with its dot; ".bin" for unknown ones."""
    return _SUFFIXES.get(content_type) or mimetypes.guess_extension(content_type) or ".bin"


def type_for(name: str) -> str:
    """The content type that a file's suffix speaks of."""
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def _safe(name: str) -> str:
    name = unicodedata.normalize("NFC", name)
    if not name.isprintable() or not name.isascii():
        name = "".join(_harmless(character) for character in name)
    name = " ".join(_FORBIDDEN.sub("_", name).split()).lstrip(". ").rstrip(". ")
    if _RESERVED.match(name):
        name = f"_{name}"
    return _shortened(name)


def _harmless(character: str) -> str:
    kind = unicodedata.category(character)
    if kind in ("Zs", "Zl", "Zp") or character in "\t\n\r":
        return " "
    # Cf holds the bidirectional overrides that make "gpj.exe" look like "exe.jpg".
    return "" if kind in ("Cc", "Cf", "Cs", "Cn", "Co") else character


def _shortened(name: str) -> str:
    stem, dot, suffix = name.rpartition(".")
    if not dot or len(suffix) > _LONGEST_SUFFIX or not stem:
        stem, suffix = name, ""
    else:
        suffix = dot + suffix
    stem = stem[: LONGEST - len(suffix)]
    while len((stem + suffix).encode()) > _LONGEST_IN_BYTES:
        stem = stem[:-1]
    return stem.rstrip(". ") + suffix if suffix else stem.rstrip(". ")
