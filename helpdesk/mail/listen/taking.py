"""Takes one handed-over mail: it is in the storage and the database before it is answered."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Flask

from helpdesk.core import clock
from helpdesk.core.db import db, unit_of_work
from helpdesk.core.storage import storage
from helpdesk.domain.correspondence.models import Mailbox
from helpdesk.domain.correspondence.queries import mailbox_for
from helpdesk.domain.correspondence.tokens import read_reply_address
from helpdesk.mail.faults import database_is_away
from helpdesk.mail.keep import keep_raw

# RFC 3463: what these say is "try again later", so that no mail is lost and no sender alarmed.
LATER = "451 4.3.0 It could not be kept just now; try again later"
TAKEN = "250 2.6.0 Kept"
UNKNOWN = "550 5.1.1 There is no such mailbox here"
MALFORMED = "553 5.1.3 This address cannot be read"

# RFC 5321 section 4.5.3.1: the local part and the domain, with the sign between them.
_LONGEST_ADDRESS = 320

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Handed:
    """A mail as it was handed over. `sender` is "" for the null sender (RFC 5321 section 4.5.5)."""

    door: str
    sender: str
    recipients: tuple[str, ...]
    raw: bytes


def answer_to_recipient(app: Flask, address: str) -> str | None:
    """Why mail to this address is not taken, as an SMTP answer; None when it is."""
    if not _is_storable(address):
        return MALFORMED
    try:
        with app.app_context():
            return None if mailbox_for(address) is not None else UNKNOWN
    except Exception:
        log.exception("whether %r is ours could not be found out", address)
        return LATER


def take(app: Flask, many: Sequence[Handed]) -> list[list[str]]:
    """Keep each mail once for each of our mailboxes that it is for; one SMTP answer a recipient.

    All are committed together: either every row of a mail is kept or none. Never raises.
    """
    try:
        with app.app_context():
            # Before the transaction: the disk may be slow, and others wait for the database.
            storage().keep_all(handed.raw for handed in many)
            with unit_of_work():
                return [_keep(handed) for handed in many]
    except Exception as error:
        # Each by itself would wait for a database that is away as long as all together.
        if len(many) > 1 and not database_is_away(error):
            # What is wrong with one of them is no reason to turn the others away.
            return [answers for handed in many for answers in take(app, [handed])]
        # Also for an error of ours: the sender's server keeps the mail until it is mended.
        log.exception("a mail could not be kept; its sender will try again")
        return [[LATER] * len(handed.recipients) for handed in many]


def _keep(handed: Handed) -> list[str]:
    found = [mailbox_for(address) for address in handed.recipients]
    for mailbox in {each.id: each for each in found if each is not None}.values():
        keep_raw(
            mailbox,
            handed.raw,
            door=handed.door,
            envelope_from=_storable(handed.sender),
            envelope_to=_most_telling(mailbox, handed.recipients, found),
            now=clock.now(),
        )
    db.session.flush()
    # A mailbox may have been switched off since its name was given.
    return [UNKNOWN if mailbox is None else TAKEN for mailbox in found]


def _most_telling(
    mailbox: Mailbox, recipients: Sequence[str], found: Sequence[Mailbox | None]
) -> str:
    """Of several recipients that lead to one mailbox the one that is signed, else the first."""
    own = [
        address
        for address, other in zip(recipients, found, strict=True)
        if other is not None and other.id == mailbox.id
    ]
    return next((address for address in own if read_reply_address(address)), own[0])


def _is_storable(address: str) -> bool:
    return len(address) <= _LONGEST_ADDRESS and _storable(address) == address


def _storable(address: str) -> str:
    # Bytes that are no UTF-8 come as lone surrogates, which no database takes.
    clean = address.encode("utf-8", "replace").decode().replace("\0", "?")
    return clean[:_LONGEST_ADDRESS]
