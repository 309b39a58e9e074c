"""A letter: all that a mail of the outbox will say, as plain values, before it has any words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from helpdesk.domain.accounts.models import Person
from helpdesk.domain.configuration.appearance import Look
from helpdesk.domain.correspondence.tokens import Audience
from helpdesk.domain.notifications.table import Kind
from helpdesk.domain.tickets.models import Message


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody as a mail names them; the name may be empty."""

    name: str
    address: str

    @property
    def display_name(self) -> str:
        """The name, or the address where no name is known."""
        return self.name or self.address


@dataclass(frozen=True, slots=True)
class Said:
    """Earlier words of the conversation; never a note."""

    who: str
    at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file of the words; its bytes lie in the storage."""

    filename: str
    content_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Topic:
    """The ticket that a letter is about, as it is when the letter is written out.

    `stem` is the subject that its mails keep, also when the ticket is renamed.
    """

    number: int
    subject: str
    stem: str
    requester: Party
    standing: str
    priority: int


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail to one person. `to_header` and `cc_header` are all who get the same words.

    `in_reply_to` and `references` are Message-IDs without angle brackets, oldest first.
    """

    outbound_id: int
    notification: str
    kind: Kind
    language: str
    time_zone: str | None
    rfc_message_id: str
    written_at: datetime
    attempts: int
    mailbox: Party
    plus_addressing: bool
    to: Party
    person_id: int
    by: Party | None
    to_header: tuple[Party, ...]
    cc_header: tuple[Party, ...] = ()
    topic: Topic | None = None
    # The supplier's conversation that the words belong to, and 0 for all others.
    conversation_id: int = 0
    # False for somebody who only follows the ticket.
    to_requester: bool = False
    words: str = ""
    # What stands below the words of an agent; "" where they end with it already.
    signature: str = ""
    came_by_mail: bool = False
    enclosures: tuple[Enclosure, ...] = ()
    older: tuple[Said, ...] = ()
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    link: str = field(default="", repr=False)
    # What a mail that is about no ticket tells of, as it was written with the row.
    facts: Mapping[str, Any] = field(default_factory=dict, repr=False)
    # The installation's own words of this notification, by language and part.
    own_words: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)
    look: Look = field(default_factory=Look)

    @property
    def audience(self) -> Audience:
        """Whose side reads it."""
        return self.kind.audience


@dataclass(frozen=True, slots=True)
class NotReached:
    """An address that nothing is sent to: since when, what its server said, and about what."""

    address: str
    since: datetime
    because: str
    ticket_number: int | None


@dataclass(frozen=True, slots=True)
class Undeliverable:
    """Why a mail of the outbox is not written out; `for_good` when waiting will not help.

    `attempts` is more than 0 where the mail itself is the reason, and not the world around it.
    """

    outbound_id: int
    reason: str
    for_good: bool
    attempts: int = 0
    not_reached: NotReached | None = None


def party_of(person: Person | None) -> Party | None:
    return Party(person.name, person.email) if person else None


def enclosures_of(message: Message | None) -> tuple[Enclosure, ...]:
    if message is None:
        return ()
    return tuple(
        Enclosure(file.filename, file.content_type, file.size, file.sha256)
        for file in message.attachments
        # What the virus scanner objects to is handed to nobody, and least of all by mail.
        if not file.infected_with
    )
