"""Questions about what went to and fro: with one address, and with many strangers at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, or_, select

from helpdesk.core.db import db
from helpdesk.domain.accounts.models import Address, Person
from helpdesk.domain.correspondence.models import InboundMail, InboundState, OutboundMail

_FILED = (InboundState.FILED.value, InboundState.QUIETLY.value)

# Asked for mails on their road, so they are made only once.
_SENT = (
    select(OutboundMail.notification, OutboundMail.created_at, OutboundMail.sent_at)
    .where(OutboundMail.to_address == bindparam("address"))
    .order_by(OutboundMail.id.desc())
    .limit(bindparam("most"))
)
_TAKEN = (
    select(InboundMail.kept_at, InboundMail.subject, InboundMail.message_id)
    .where(
        InboundMail.from_address == bindparam("address"),
        InboundMail.kept_at <= bindparam("until"),
        InboundMail.id != bindparam("other_than"),
        InboundMail.state.in_(_FILED),
    )
    .order_by(InboundMail.kept_at.desc(), InboundMail.id.desc())
    .limit(bindparam("most"))
)
_NEWEST = select(func.max(InboundMail.id))
_KEPT_AT = (
    select(InboundMail.kept_at)
    .where(InboundMail.id <= bindparam("until"))
    .order_by(InboundMail.id.desc())
    .limit(1)
)
_STRANGERS = (
    select(InboundMail.mailbox_id, InboundMail.from_address, InboundMail.subject)
    .outerjoin(Address, Address.address == InboundMail.from_address)
    .outerjoin(Person, Person.id == Address.person_id)
    .where(
        InboundMail.id > bindparam("after"),
        InboundMail.kept_at >= bindparam("since"),
        InboundMail.state.in_(_FILED),
        or_(Person.id.is_(None), Person.created_at >= bindparam("since")),
    )
)
_FLOOD_OF = (
    select(InboundMail.ticket_id)
    .where(
        InboundMail.from_address == bindparam("address"),
        InboundMail.kept_at >= bindparam("since"),
        InboundMail.reason == bindparam("reason"),
    )
    .order_by(InboundMail.kept_at.desc())
    .limit(1)
)
_FLOOD_IN = (
    select(InboundMail.ticket_id)
    .where(
        InboundMail.state == InboundState.QUIETLY.value,
        InboundMail.reason == bindparam("reason"),
        InboundMail.mailbox_id == bindparam("mailbox_id"),
        InboundMail.kept_at >= bindparam("since"),
    )
    .order_by(InboundMail.id.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Sent:
    """A mail of ours: its kind, when it was written, and when it left, if it did."""

    notification: str
    written_at: datetime
    left_at: datetime | None


@dataclass(frozen=True, slots=True)
class Taken:
    """A mail that was filed: when it came, its subject, and the message that it became."""

    kept_at: datetime
    subject: str
    message_id: int | None


def sent_last(address: str, *, limit: int) -> Sequence[Sent]:
    """The last mails to an address, the newest first."""
    return [Sent(*row) for row in db.session.execute(_SENT, {"address": address, "most": limit})]


def taken_last(address: str, *, until: datetime, other_than: int, limit: int) -> Sequence[Taken]:
    """The last mails from an address that were filed, the newest first; `other_than` is an id."""
    values = {"address": address, "until": until, "other_than": other_than, "most": limit}
    return [Taken(*row) for row in db.session.execute(_TAKEN, values)]


def so_many_came(number: int, *, since: datetime) -> bool:
    """Whether more than about so many mails came since an instant; costs hardly anything."""
    newest = db.session.scalar(_NEWEST) or 0
    kept_at = db.session.scalar(_KEPT_AT, {"until": newest - number})
    return kept_at is not None and kept_at >= since


def strangers_lately(*, since: datetime, most: int) -> Sequence[tuple[int, str, str]]:
    """(mailbox, address, subject) of the newest mails of people who were unknown before `since`."""
    after = (db.session.scalar(_NEWEST) or 0) - most
    rows = db.session.execute(_STRANGERS, {"after": after, "since": since})
    return [(mailbox_id, address, subject) for mailbox_id, address, subject in rows]


def flood_of(address: str, *, reason: str, since: datetime) -> int | None:
    """The ticket that the last mail of an address with this reason went to."""
    values = {"address": address, "reason": reason, "since": since}
    return db.session.scalar(_FLOOD_OF, values)


def flood_in(mailbox_id: int, *, reason: str, since: datetime) -> int | None:
    """The ticket that the last mail of a mailbox with this reason went to."""
    values = {"mailbox_id": mailbox_id, "reason": reason, "since": since}
    return db.session.scalar(_FLOOD_IN, values)
