"""The values that the last stages share: a mail with its people, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

from helpdesk.core.config import Settings
from helpdesk.core.storage import storage
from helpdesk.domain.accounts.actions import introduce
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.accounts.permissions import Action, may
from helpdesk.domain.accounts.queries import people_by_addresses
from helpdesk.domain.correspondence.actions import note_step
from helpdesk.domain.correspondence.arriving import deliveries_of
from helpdesk.domain.correspondence.models import InboundMail, InboundState
from helpdesk.domain.routing.queries import Signposts
from helpdesk.domain.tickets.actions import KeptFile, Words
from helpdesk.mail.addresses import OurMailbox, Ours, followers_of, recipients_of, sender_of
from helpdesk.mail.authentication import NOBODY_SPOKE, Authentication, Dmarc, authenticate
from helpdesk.mail.crowds import Crowds
from helpdesk.mail.custody import taking_up
from helpdesk.mail.inspection import NOTHING_FOUND, Findings
from helpdesk.mail.storable import storable
from helpdesk.mail.values import Address, ParsedMail


@dataclass(frozen=True, slots=True)
class Around:
    """What all mails of a batch have around them."""

    settings: Settings
    ours: Ours
    signposts: Signposts
    now: datetime
    # Whether mail of ours bounces at all, so that somebody's mail may set an address free.
    bounces: bool = False
    crowds: Crowds = field(default_factory=Crowds)


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail with those whom it concerns. `people` are the known ones, by address.

    All mails that share a commit share `people`: who is introduced by one is known to the next.
    `deliveries` are the rows of this very mail, its own among them. `mailbox` is the one that
    places it: the first of those that it came to or was sent to.
    """

    row: InboundMail = field(repr=False)
    deliveries: Sequence[InboundMail] = field(repr=False)
    mail: ParsedMail
    raw: bytes = field(repr=False)
    sender: Address
    followers: tuple[Address, ...]
    recipients: tuple[str, ...]
    people: dict[str, Person] = field(repr=False)
    mailbox: OurMailbox
    authentication: Authentication = NOBODY_SPOKE
    findings: Findings = NOTHING_FOUND

    @property
    def came_through(self) -> int:
        """The mailbox of this delivery, whose server wrote what stands on top of the header."""
        return self.row.mailbox_id

    @property
    def sender_proven(self) -> bool:
        """A server that we believe vouches for the From, and it is the From that speaks."""
        mail = self.mail
        return (
            self.authentication.dmarc is Dmarc.PASS
            and mail.from_ is not None
            and mail.from_.address.lower() == self.sender.address
        )

    @property
    def sender_refuted(self) -> bool:
        """A server that we believe says that the From is not genuine."""
        return self.authentication.dmarc is Dmarc.FAIL

    @property
    def inbound_id(self) -> int:
        """The row's id, for what speaks of it."""
        return self.row.id

    @property
    def envelope_from(self) -> str | None:
        """ "" for the null sender, None where the door did not know it."""
        return self.row.envelope_from

    @property
    def kept_at(self) -> datetime:
        """When it came."""
        return self.row.kept_at

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
    opened_ticket: bool = False
    message_id: int | None = None
    copy_of_id: int | None = None
    outbound_id: int | None = None


def letters_of(
    mails: Iterable[tuple[InboundMail, bytes, ParsedMail]],
    around: Around,
    findings: Mapping[int, Findings] = MappingProxyType({}),
) -> list[Letter]:
    """The mails of one commit with their people, mailboxes and copies, asked for all together.

    `findings` are what others said of them, by the id of their rows.
    """
    mails = list(mails)
    deliveries = deliveries_of(row.content_key for row, _, _ in mails)
    people: dict[str, Person] = {}
    letters = []
    for row, raw, mail in mails:
        with taking_up(row.id):
            letter = _letter(row, raw, mail, deliveries[row.content_key], people, around)
        letters.append(replace(letter, findings=findings.get(row.id, NOTHING_FOUND)))
    addresses = {each.address for letter in letters for each in (letter.sender, *letter.followers)}
    people.update(people_by_addresses(addresses))
    return letters


def _letter(
    row: InboundMail,
    raw: bytes,
    mail: ParsedMail,
    deliveries: Sequence[InboundMail],
    people: dict[str, Person],
    around: Around,
) -> Letter:
    came_through = around.ours.mailbox(row.mailbox_id)
    sender = sender_of(
        mail, envelope_from=row.envelope_from, trust_reply_to=came_through.trust_reply_to
    )
    recipients = recipients_of(mail, envelope_to=row.envelope_to)
    return Letter(
        row=row,
        deliveries=deliveries,
        mail=mail,
        raw=raw,
        sender=sender,
        followers=followers_of(mail, around.ours, sender),
        recipients=recipients,
        people=people,
        mailbox=around.ours.first((each.mailbox_id for each in deliveries), recipients),
        authentication=authenticate(
            raw,
            domain=mail.from_.address.rpartition("@")[2] if mail.from_ else "",
            believed=came_through.authserv_ids,
        ),
    )


def known(letter: Letter, address: Address, *, now: datetime) -> Person:
    """The person behind an address of the letter, made known when nobody is."""
    person = letter.people.get(address.address)
    if person is None:
        person = introduce(address.address, name=storable(address.name), now=now)
        letter.people[address.address] = person
        return person
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
        files=files_of(mail, letter.findings.scan.infected),
        sender=letter.sender.address,
        channel="mail",
        verified=verified,
    )


def files_of(
    mail: ParsedMail, infected: Mapping[str, str] = MappingProxyType({})
) -> tuple[KeptFile, ...]:
    """The attachments, whose bytes are in the storage when this returns.

    `infected` names what the virus scanner found, by the digest of the bytes.
    """
    return tuple(
        KeptFile(
            filename=storable(file.filename)[:200],
            content_type=storable(file.content_type)[:150],
            size=file.size,
            sha256=storage().keep(file.data),
            inline=file.inline,
            content_id=storable(file.content_id)[:255] if file.content_id else None,
            infected_with=storable(infected.get(file.sha256, ""))[:200],
        )
        for file in mail.attachments
    )


def conclude(letter: Letter, filed: Filed, *, now: datetime) -> None:
    """Write what became of the mail on its row, with the whole way there."""
    row = letter.row
    row.state = filed.state.value
    row.reason = filed.reason
    row.error = ""
    row.ticket_id = filed.ticket_id
    row.opened_ticket = filed.opened_ticket
    row.message_id = filed.message_id
    row.copy_of_id = filed.copy_of_id
    row.outbound_id = filed.outbound_id
    # Of all deliveries of a mail the one that was decided; the database lets there be only one.
    row.first_of_content = filed.state is not InboundState.COPY
    row.from_address = letter.sender.address[:320]
    row.dmarc = letter.authentication.dmarc.value
    row.subject = storable(letter.mail.subject)[:500]
    for remark in letter.mail.warnings:
        note_step(row, "parse", remark.words, now=now, **remark.facts)
    for step in filed.steps:
        note_step(row, step.stage, step.words, now=now, **step.facts)
