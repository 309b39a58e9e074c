"""The values that travel the road of a mail: what a mail says, once it has been understood."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


class Kind(enum.StrEnum):
    """What a mail is, before anybody judges what to do with it."""

    MESSAGE = "message"
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    DELIVERY_REPORT = "delivery_report"


@dataclass(frozen=True, slots=True)
class Remark:
    """What was odd about a mail: marked words, and the facts that fill their places."""

    words: str
    facts: Mapping[str, str | int] = field(default_factory=dict)

    def __str__(self) -> str:
        """The sentence in the source language."""
        return self.words % self.facts if self.facts else self.words


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox of a header (RFC 5322 section 3.4): display name, may be empty, and address."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class ParsedAttachment:
    """One attachment with its bytes; `inline` when the HTML shows it by its Content-ID."""

    filename: str
    content_type: str
    size: int
    inline: bool
    content_id: str | None
    sha256: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Bounce:
    """What a delivery report says (RFC 3464): whom it is about, what happened and why."""

    recipient: str | None
    recipients: tuple[str, ...]
    status: str | None
    action: str | None
    diagnostic: str | None
    original_message_id: str | None = None


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """A mail, understood: always complete, with `warnings` naming what could not be read."""

    subject: str
    from_: Address | None
    reply_to: Address | None
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    date: datetime | None
    message_id: str | None
    in_reply_to: str | None
    references: tuple[str, ...]
    text: str
    html: str | None
    reply_text: str
    attachments: tuple[ParsedAttachment, ...]
    kind: Kind
    bounce: Bounce | None
    auto_submitted: bool
    warnings: tuple[Remark, ...]
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    answers_to: tuple[Address, ...] = ()
    """All of Reply-To; `reply_to` is the first of them."""

    def header(self, name: str, default: str = "") -> str:
        """The first header of that name (any case), decoded; `default` where there is none."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), default)

    def all_headers(self, name: str) -> tuple[str, ...]:
        """Every header of that name (any case), in the order of the mail."""
        wanted = name.lower()
        return tuple(value for key, value in self.headers if key.lower() == wanted)
