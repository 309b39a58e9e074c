"""The signed marks by which an answer finds its ticket: Message-IDs and reply addresses of ours."""

from __future__ import annotations

import enum
import re
import secrets
from dataclasses import dataclass

from helpdesk.core.signing import is_signed, short_signature, token

# An audience, and for a supplier the conversation that the words belong to.
_AUDIENCE = r"(?:[rn]|s\d{1,12})"
_MESSAGE_ID = re.compile(
    rf"(\d{{1,12}})\.({_AUDIENCE})\.([0-9a-z]{{1,32}})\.([a-z2-7]{{16}})@[^@\s]+\Z", re.IGNORECASE
)
# The header in which each mail of ours says so itself, for when its Message-ID is rewritten.
MARK_HEADER = "X-Helpdesk-Mail"
# The purpose of the tokens in links to a requester's page.
FOLLOW = "follow"
_REPLY_TAG = re.compile(r"(\d{1,12})-([rn]|s\d{1,12}-)(\d{1,12})-([a-z2-7]{16})\Z", re.I)


_MARKED = re.compile(r"\+\d{1,12}-(?:[rn]|s\d{1,12}-)\d{1,12}-[a-z2-7]{16}(?:@|%40)", re.IGNORECASE)


class Audience(enum.StrEnum):
    """Where words go that come back to the mark."""

    REQUESTER = "r"
    INTERNAL = "n"
    SUPPLIER = "s"


@dataclass(frozen=True, slots=True)
class Mark:
    """What a mark of ours proves: it was sent about this ticket, to this person (0: not named).

    `conversation_id` is the supplier's conversation that it belongs to, and 0 for every other.
    """

    ticket_number: int
    audience: Audience
    person_id: int = 0
    conversation_id: int = 0


def new_message_id(
    ticket_number: int, audience: Audience, domain: str, conversation_id: int = 0
) -> str:
    """A Message-ID (no angle brackets) that nobody else can make; 0 for mail about no ticket."""
    body = f"{ticket_number}.{_written(audience, conversation_id)}.{secrets.token_hex(8)}"
    return f"{body}.{short_signature('message-id', body)}@{domain}"


def read_message_id(rfc_id: str) -> Mark | None:
    """What a Message-ID proves, or None when we did not make it."""
    match = _MESSAGE_ID.match(rfc_id)
    if match is None:
        return None
    number, audience, nonce, signature = (part.lower() for part in match.groups())
    if not is_signed("message-id", f"{number}.{audience}.{nonce}", signature):
        return None
    return Mark(int(number), Audience(audience[0]), conversation_id=int(audience[1:] or 0))


def reply_address(
    address: str,
    ticket_number: int,
    audience: Audience,
    person_id: int,
    conversation_id: int = 0,
) -> str:
    """`desk@example.org` as the signed plus-address (RFC 5233) of a ticket for one person."""
    local, _, domain = address.rpartition("@")
    between = "-" if audience is Audience.SUPPLIER else ""
    body = f"{ticket_number}-{_written(audience, conversation_id)}{between}{person_id}"
    return f"{local}+{body}-{short_signature('reply-address', body)}@{domain}"


def read_reply_address(address: str) -> Mark | None:
    """What a plus-address proves, or None when it has no tag of ours."""
    local, _, _ = address.rpartition("@")
    match = _REPLY_TAG.match(local.rpartition("+")[2])
    if match is None:
        return None
    number, audience, person, signature = (part.lower() for part in match.groups())
    if not is_signed("reply-address", f"{number}-{audience}{person}", signature):
        return None
    conversation_id = int(audience[1:].rstrip("-") or 0)
    return Mark(int(number), Audience(audience[0]), int(person), conversation_id)


def _written(audience: Audience, conversation_id: int) -> str:
    return f"{audience}{conversation_id}" if audience is Audience.SUPPLIER else str(audience)


def header_mark(rfc_id: str) -> str:
    """The value of MARK_HEADER for a mail of ours: the signed part of its Message-ID."""
    return rfc_id.partition("@")[0]


def read_header_mark(value: str) -> Mark | None:
    """What the value of MARK_HEADER proves, or None when we did not write it."""
    return read_message_id(f"{value.strip()}@mark")


def follow_token(ticket_number: int, person_id: int) -> str:
    """What opens a ticket's page for one person without an account; read it as FOLLOW."""
    return token(FOLLOW, [ticket_number, person_id])


def before_our_marks(text: str) -> str:
    """The lines above the first that carries a reply address of ours; below stands our own mail."""
    lines = text.splitlines()
    marked = (place for place, line in enumerate(lines) if _MARKED.search(line))
    return "\n".join(lines[: next(marked, len(lines))]).rstrip()


def without_tag(address: str) -> str:
    """The address without what follows the first `+` of its local part, in lower case."""
    local, _, domain = address.strip().lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"
