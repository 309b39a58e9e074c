"""Whose addresses stand on a mail: ours, the sender's, and those of people who are to follow."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from helpdesk.core.errors import Invalid
from helpdesk.domain.accounts.actions import checked_address
from helpdesk.domain.correspondence.models import Mailbox
from helpdesk.domain.correspondence.queries import mailboxes
from helpdesk.domain.correspondence.tokens import without_tag
from helpdesk.mail.values import Address, ParsedMail

# More people than this on one mail are an audience, not somebody's colleagues.
MOST_FOLLOWERS = 20

# RFC 2606 section 2: nobody ever gets an address below .invalid.
UNKNOWN_SENDER = Address("Unknown sender", "unknown@sender.invalid")

# Where mail servers say whom a mail was really for, beside To and Cc.
_DELIVERY_HEADERS = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")

_NOBODY_READS = re.compile(
    r"(?:(?:do|does)?[._-]?not?[._-]?(?:reply|answer|respond)|no[._-]?(?:reply|answer|response)"
    r"|svara[._-]?(?:ej|inte)|ej[._-]?svar(?:a)?|inget[._-]?svar)(?:[._+=-].*)?@"
    r"|(?:mailer[._-]?daemon|postmaster|mail[._-]?delivery|bounces?|listserv|majordomo)"
    r"(?:[+=-].*)?@",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class OurMailbox:
    """What the road needs to know of a mailbox; `rank` is its place in the order (0 first)."""

    id: int
    rank: int
    name: str
    active: bool
    addresses: tuple[str, ...]
    language: str
    acknowledge: bool
    trust_reply_to: bool
    process: str
    queue_id: int | None
    authserv_ids: tuple[str, ...] = ()
    spam_header: str = ""


@dataclass(frozen=True, slots=True)
class Ours:
    """All our mailboxes in their order, and every address that leads to us."""

    mailboxes: tuple[OurMailbox, ...]
    addresses: frozenset[str]

    @property
    def domains(self) -> set[str]:
        """The domains of our own addresses, where our own people write from too."""
        return {address.rpartition("@")[2] for address in self.addresses}

    def holds(self, address: str) -> bool:
        """Whether mail to this address (also with a plus-tag) would come back to us."""
        address = address.lower()
        return address in self.addresses or without_tag(address) in self.addresses

    def mailbox(self, mailbox_id: int) -> OurMailbox:
        """The mailbox with that id, which some mail came through."""
        return next(mailbox for mailbox in self.mailboxes if mailbox.id == mailbox_id)

    def first(self, mailbox_ids: Iterable[int], addresses: Iterable[str]) -> OurMailbox:
        """The first in order of the mailboxes that got a mail and the active ones that it names."""
        got = set(mailbox_ids)
        named = {name for address in addresses for name in (address.lower(), without_tag(address))}
        return next(
            mailbox
            for mailbox in self.mailboxes
            if mailbox.id in got or (mailbox.active and not named.isdisjoint(mailbox.addresses))
        )


def our_mailboxes() -> Ours:
    """The mailboxes as they are now, as values that outlive a transaction."""
    found = tuple(_as_value(rank, mailbox) for rank, mailbox in enumerate(mailboxes()))
    return Ours(found, frozenset(each for mailbox in found for each in mailbox.addresses))


def _as_value(rank: int, mailbox: Mailbox) -> OurMailbox:
    return OurMailbox(
        id=mailbox.id,
        rank=rank,
        name=mailbox.name,
        active=mailbox.active,
        addresses=tuple(address.lower() for address in mailbox.all_addresses),
        language=mailbox.language,
        acknowledge=mailbox.acknowledge,
        trust_reply_to=mailbox.trust_reply_to,
        process=mailbox.process,
        queue_id=mailbox.queue_id,
        authserv_ids=tuple(mailbox.authserv_ids),
        spam_header=mailbox.spam_header,
    )


def sender_of(mail: ParsedMail, *, envelope_from: str | None, trust_reply_to: bool) -> Address:
    """Who speaks: Reply-To where the mailbox trusts it, else From, else the envelope.

    A mail that names nobody at all comes from UNKNOWN_SENDER, so that it is filed all the same.
    """
    envelope = Address("", envelope_from) if envelope_from else None
    candidates = (mail.reply_to if trust_reply_to else None, mail.from_, envelope)
    usable = (_usable(candidate) for candidate in candidates if candidate is not None)
    return next((address for address in usable if address is not None), UNKNOWN_SENDER)


def recipients_of(mail: ParsedMail, *, envelope_to: str | None) -> tuple[str, ...]:
    """Every address that a mail was for, in lower case: To, Cc, and what the servers wrote down."""
    found = [each.address for each in (*mail.to, *mail.cc)]
    for header in _DELIVERY_HEADERS:
        found += [value.strip().strip("<>") for value in mail.all_headers(header)]
    if envelope_to:
        found.append(envelope_to)
    return tuple(dict.fromkeys(address.lower() for address in found if address))


def followers_of(mail: ParsedMail, ours: Ours, sender: Address) -> tuple[Address, ...]:
    """The other people on a mail, who are to hear what its sender hears; never ourselves."""
    found: dict[str, Address] = {}
    for candidate in (*mail.to, *mail.cc):
        address = _usable(candidate)
        if address is None or address.address == sender.address or ours.holds(address.address):
            continue
        if not nobody_reads(address.address):
            found.setdefault(address.address, address)
    return tuple(found.values())[:MOST_FOLLOWERS]


def nobody_reads(address: str) -> bool:
    """Whether an address says of itself that no person reads what is sent to it."""
    return _NOBODY_READS.match(address) is not None


def _usable(address: Address) -> Address | None:
    try:
        return Address(address.name, checked_address(address.address))
    except Invalid:
        return None
