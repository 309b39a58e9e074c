"""Whom a mailbox believes: the servers that vouch for a sender, and the header that says spam."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from helpdesk.core.errors import Invalid
from helpdesk.core.words import N_

# Why a mail was set aside, also as the database keeps it.
SPAM = N_("It was marked as spam")

# What the usual filters write; anything of the same form may be written instead.
USUAL_SPAM_HEADERS = (
    "X-Spam-Flag: YES",
    "X-Spam: Yes",
    "X-Spam-Status: Yes",
    "X-Rspamd-Action: reject|add header|rewrite subject",
    "X-MS-Exchange-Organization-SCL: >= 5",
)

_NAME = re.compile(r"[!-9;-~]{1,100}\Z")
_NUMBER = re.compile(r"\s*(-?\d{1,6}(?:\.\d{1,6})?)")
# RFC 8601 section 2.5: it may be any token, and is usually the name of a host.
_SERVER = re.compile(r"[^\s;=()\"\x00-\x1f\x7f]{1,255}\Z")


@dataclass(frozen=True, slots=True)
class SpamSign:
    """A header that calls a mail spam: by how its value begins, or by a number that is reached."""

    header: str
    beginnings: tuple[str, ...] = ()
    at_least: float | None = None

    def is_in(self, value: str) -> bool:
        """Whether the value of that header calls the mail spam."""
        if self.at_least is not None:
            number = _NUMBER.match(value)
            return number is not None and float(number[1]) >= self.at_least
        return value.strip().lower().startswith(self.beginnings)


def spam_sign(text: str) -> SpamSign | None:
    """Read `X-Spam-Flag: YES`, `X-Action: reject|add header` or `X-SCL: >= 5`; None for nothing.

    A number by itself is a number to be reached, too. Raises Invalid for anything else.
    """
    if not text.strip():
        return None
    name, colon, value = (part.strip() for part in text.partition(":"))
    beginnings = tuple(each.strip().lower() for each in value.split("|") if each.strip())
    if not colon or not beginnings or _NAME.match(name) is None:
        raise Invalid(
            "spam_header",
            N_("Write a header, a colon and how it says spam, like “X-Spam-Flag: YES”."),
        )
    limit = value.removeprefix(">=").strip()
    number = _NUMBER.fullmatch(limit)
    if number is not None:
        return SpamSign(name, at_least=float(number[1]))
    if value.startswith(">"):
        raise Invalid("spam_header", N_("Write a number after “>=”."))
    return SpamSign(name, beginnings)


def server_names(names: Iterable[str]) -> list[str]:
    """Names of servers as they are kept: lower case, each once; Invalid for what is no name."""
    found = list(dict.fromkeys(name.strip().lower() for name in names if name.strip()))
    for name in found:
        if _SERVER.match(name) is None:
            raise Invalid(
                "authserv_ids", N_("“%(name)s” is no name of a mail server."), name=name[:100]
            )
    return found
