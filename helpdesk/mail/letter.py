"""The values that the last stages share: a mail with its people, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from helpdesk.core.config import Settings
from helpdesk.core.storage import storage
from helpdesk.domain.accounts.actions import introduce
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.accounts.permissions import Action, may
from helpdesk.domain.accounts.queries import people_by_addresses
from helpdesk.domain.correspondence.actions import note_step
from helpdesk.domain.correspondence.models import InboundMail, InboundState
from helpdesk.domain.routing.queries import Signposts
from helpdesk.domain.tickets.actions import KeptFile, Words
from helpdesk.mail.addresses import OurMailbox, Ours, followers_of, recipients_of, sender_of
from helpdesk.mail.storable import storable
from helpdesk.mail.values import Address, ParsedMail


@dataclass(frozen=True, slots=True)
class Around:
    """What all mails of a batch have around them."""

    settings: Settings
    ours: Ours
    signposts: Signposts
    now: datetime


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail with those whom it concerns. `people` are the known ones, by address.

    `mailbox` is the one that places it: the first of those that it came to or was sent to.
    """

    inbound_id: int
    mail: ParsedMail
    raw: bytes = field(repr=False)
    envelope_from: str | None
    kept_at: datetime
    sender: Address
    followers: tuple[Address, ...]
    recipients: tuple[str, ...]
    people: Mapping[str, Person]
    mailbox: OurMailbox

    @property
    def person(self) -> Person | None:
        """The sender, if we know them."""
        return self.people.get(self.sender.address)

    @property
    def agent_writes(self) -> bool:
        """Whether the sender's address is that of somebody who works on tickets."""
        return may(self.person, Action.WORK_ON_TICKETS)


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the trace: a marked message and what fills its places."""

    stage: str
    words: str
    facts: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Filed:
    """What became of a mail, and how."""

    state: InboundState
    steps: tuple[Step, ...]
    reason: str = ""
    ticket_id: int | None = None
    message_id: int | None = None
    copy_of_id: int | None = None
    outbound_id: int | None = None


def letter_of(
    row: InboundMail, raw: bytes, mail: ParsedMail, *, came_to: set[int], around: Around
) -> Letter:
    """Find a mail's people and mailbox; `came_to` are the mailboxes of all its deliveries."""
    trusts = around.ours.mailbox(row.mailbox_id).trust_reply_to
    sender = sender_of(mail, envelope_from=row.envelope_from, trust_reply_to=trusts)
    followers = followers_of(mail, around.ours, sender)
    recipients = recipients_of(mail, envelope_to=row.envelope_to)
    return Letter(
        inbound_id=row.id,
        mail=mail,
        raw=raw,
        envelope_from=row.envelope_from,
        kept_at=row.kept_at,
        sender=sender,
        followers=followers,
        recipients=recipients,
        people=people_by_addresses(each.address for each in (sender, *followers)),
        mailbox=around.ours.first(came_to, recipients),
    )


def known(letter: Letter, address: Address, *, now: datetime) -> Person:
    """The person behind an address of the letter, made known when nobody is."""
    person = letter.people.get(address.address)
    if person is None:
        return introduce(address.address, name=storable(address.name), now=now)
    if address.name and not person.name:
        person.name = storable(address.name)[:200]
    return person


def words_of(letter: Letter, *, verified: bool) -> Words:
    """What the mail says, all of it, with its files."""
    mail = letter.mail
    return Words(
        text=storable(mail.text),
        newest=storable(mail.reply_text),
        html=storable(mail.html) if mail.html is not None else None,
        files=files_of(mail),
        sender=letter.sender.address,
        channel="mail",
        verified=verified,
    )


def files_of(mail: ParsedMail) -> tuple[KeptFile, ...]:
    """The attachments, whose bytes are in the storage when this returns."""
    return tuple(
        KeptFile(
            filename=storable(file.filename)[:200],
            content_type=storable(file.content_type)[:150],
            size=file.size,
            sha256=storage().keep(file.data),
            inline=file.inline,
            content_id=storable(file.content_id)[:255] if file.content_id else None,
        )
        for file in mail.attachments
    )


def conclude(
    row: InboundMail, mail: ParsedMail, filed: Filed, *, sender: str, now: datetime
) -> None:
    """Write what became of the mail on its row, with the whole way there."""
    row.state = filed.state.value
    row.reason = filed.reason
    row.error = ""
    row.ticket_id = filed.ticket_id
    row.message_id = filed.message_id
    row.copy_of_id = filed.copy_of_id
    row.outbound_id = filed.outbound_id
    # Of all deliveries of a mail the one that was decided; the database lets there be only one.
    row.first_of_content = filed.state is not InboundState.COPY
    row.from_address = sender[:320]
    row.subject = storable(mail.subject)[:500]
    for step in filed.steps:
        note_step(row, step.stage, step.words, now=now, **step.facts)
