"""Header fields that nobody can break: subjects, names and addresses, cleaned and encoded."""

from __future__ import annotations

import re
from email.header import Header
from email.utils import formataddr

# "Re" of RFC 5322 section 3.6.5 as the programs of our readers write it.
_REPLY_PREFIXES = re.compile(
    r"\A(?:\s*(?:re|sv|aw|antw|vs|odp|rif)(?:\[\d+\]|\(\d+\))?\s*:)+", re.IGNORECASE
)
# Control characters (line breaks above all) and the separators that some programs take for one.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
# Invisible signs that turn the direction of what follows: a subject could pretend to be another.
_TURNING = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_MESSAGE_ID = re.compile(r"[!-;=?-~]{1,900}\Z")
# Only the plain form (RFC 5321's Dot-string): what stands in quotes is no address in use.
_PART = r"[^\x00-\x20\x7f-\xa0<>(),;:\\\"\[\]@]+"
_ADDRESS = re.compile(rf"{_PART}@{_PART}\Z")

# What mail programs turn into something to press: addresses of the web and of mail, also bare ones.
_INVITING = re.compile(
    r"""(?:[a-z][a-z0-9+.-]{1,20}:/{0,2}[^\s/]|www\.|\S{1,100}@)\S*"""
    r"""|(?<!\S)\S{1,200}\.(?:com|net|org|info|biz|app|dev|xyz|top|shop|online|site|click|link"""
    r"""|[a-z]{2})(?![\w-])\S*|\S{1,200}\.\w{2,20}/\S*""",
    re.IGNORECASE,
)

LONGEST_STEM = 200
LONGEST_NAME = 120


def one_line(text: str) -> str:
    """The text as one clean line, whoever wrote it."""
    return " ".join(_TURNING.sub("", _UNPRINTABLE.sub(" ", text)).split())


def thread_subject(stem: str, number: int, *, answers: bool) -> str:
    """The subject that all mails of a ticket's thread share: `Re: The printer [#1042]`.

    Mail programs that thread by subject look behind `Re:` and at nothing else, so the rest never
    changes.
    """
    tag = f"[#{number}]"
    stem = _REPLY_PREFIXES.sub("", one_line(stem)).replace(tag, "").strip()
    if len(stem) > LONGEST_STEM:
        stem = stem[:LONGEST_STEM].rstrip() + "…"
    return f"{'Re: ' if answers else ''}{stem} {tag}"


def repeated(stem: str) -> str:
    """A subject as it may be repeated to whoever stands in a From: with nothing to press.

    Anybody can write anybody's address there, and would have us mail his advertisement to them.
    """
    return _INVITING.sub("…", one_line(stem))


def encoded(text: str, name: str) -> str | Header:
    """The value of an unstructured field, in encoded words (RFC 2047) where it needs them."""
    # Text that only looks encoded is encoded too, or the reader would see something else.
    if text.isascii() and "=?" not in text:
        return text
    return Header(text, "utf-8", header_name=name)


def mailbox_field(name: str, address: str, *, utf8: bool = False) -> str:
    """`Eva Ek <eva@example.com>` for a header (RFC 5322 section 3.4); in UTF-8 by RFC 6532."""
    name = one_line(name)[:LONGEST_NAME]
    if utf8:
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        field = f'"{quoted}" <{address}>' if name else address
        # The generator of the standard library passes such bytes through as they are.
        return field.encode().decode("ascii", "surrogateescape")
    if name.isascii() and "=?" not in name:
        return formataddr((name, address))
    return f"{Header(name, 'utf-8', maxlinelen=70).encode(linesep='')} <{address}>"


def wire_address(address: str) -> str | None:
    """The address with its domain in ASCII (RFC 5890), or None when it is no address."""
    if _ADDRESS.match(address) is None or len(address) > 254:
        return None
    local, _, domain = address.rpartition("@")
    if domain.isascii():
        return address
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return None


def message_ids(rfc_ids: tuple[str, ...]) -> str:
    """Message-IDs for References and In-Reply-To; one that cannot be written is left out."""
    return " ".join(f"<{rfc_id}>" for rfc_id in rfc_ids if _MESSAGE_ID.match(rfc_id))
