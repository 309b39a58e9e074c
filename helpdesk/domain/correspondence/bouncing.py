"""Bouncing addresses: mail that came back is counted, and who is not reached is not written to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Table,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from helpdesk.core.db import db, on_postgresql
from helpdesk.core.errors import NotFound, Refused
from helpdesk.core.words import N_
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.accounts.permissions import Action, require
from helpdesk.domain.configuration.actions import Thing, What, plain, record_change
from helpdesk.domain.correspondence.models import (
    BouncingAddress,
    DeliveryState,
    InboundMail,
    InboundState,
    OutboundMail,
)
from helpdesk.domain.correspondence.rules import REPORT_DAYS, Severity, never_ends

PAGE = 50
# What is kept of a server's words.
LONGEST_WORDS = 500

# What `last_error` of a mail says that was not sent; since when and why, the address tells.
NOT_REACHED = N_("Mail does not reach this address, so nothing is sent to it.")

_COUNTED = or_(BouncingAddress.suppressed_since.is_not(None), BouncingAddress.soft_bounces > 0)
# The tabs of the list.
SHOWN: Mapping[str, ColumnElement[bool]] = {
    "suppressed": BouncingAddress.suppressed_since.is_not(None),
    "counting": and_(BouncingAddress.suppressed_since.is_(None), BouncingAddress.soft_bounces > 0),
    "all": true(),
    "free": and_(BouncingAddress.suppressed_since.is_(None), BouncingAddress.soft_bounces == 0),
}

# Asked for mails on their road, so they are made only once.
_ANY = select(exists().where(_COUNTED))
_HEARD = (
    select(BouncingAddress)
    .where(BouncingAddress.address == bindparam("address"), _COUNTED)
    .with_for_update()
)
_AMONG = select(BouncingAddress).where(
    BouncingAddress.address.in_(bindparam("addresses", expanding=True)),
    BouncingAddress.suppressed_since.is_not(None),
)


@dataclass(frozen=True, slots=True)
class Undelivered:
    """One mail that did not arrive: what the server said, and the report that told it, if any."""

    severity: Severity
    status: str
    words: str
    outbound_id: int
    inbound_id: int | None = None


def count_bounce(address: str, undelivered: Undelivered, *, now: datetime) -> bool:
    """Count a mail that did not arrive; True when the address is suppressed by it from now on.

    A mail that says nothing of its address counts nothing. The caller sees to it that a mail is
    counted once, and that it is ours.
    """
    if undelivered.severity is Severity.NONE:
        return False
    row = _row_of(address.lower(), now)
    if row.soft_bounces and _arrived_between(row.address, row.last_at, now):
        row.soft_bounces = 0
    if not row.soft_bounces and row.suppressed_since is None:
        row.first_at = now
    if undelivered.severity is Severity.HARD:
        row.hard_bounces += 1
    else:
        row.soft_bounces += 1
    row.last_at = now
    row.last_status = undelivered.status[:12]
    row.last_words = undelivered.words[:LONGEST_WORDS]
    row.last_outbound_id = undelivered.outbound_id
    row.last_inbound_id = undelivered.inbound_id
    ends = row.hard_bounces > 0 or never_ends(row.soft_bounces, since=row.first_at, now=now)
    suppresses = ends and row.suppressed_since is None
    if suppresses:
        row.suppressed_since = now
    db.session.flush()
    return suppresses


def heard_from(address: str, *, inbound_id: int, now: datetime) -> bool:
    """They wrote, so the address lives; True when mail was not sent to it until now."""
    row = db.session.scalar(_HEARD, {"address": address.lower()})
    if row is None:
        return False
    was_suppressed = row.suppressed_since is not None
    _let_free(row, by=None, inbound_id=inbound_id, now=now)
    return was_suppressed


def free(address_id: int, *, by: Person | None, now: datetime) -> BouncingAddress:
    """Write to an address again; Refused for one that is free, NotFound, Forbidden."""
    if by is not None:
        require(by, Action.MANAGE_OUTBOX)
    row = db.session.get(BouncingAddress, address_id, with_for_update=True)
    if row is None:
        raise NotFound(f"There is no bouncing address {address_id}.")
    if row.suppressed_since is None and not row.soft_bounces:
        raise Refused(N_("Mail is sent to this address already."))
    since = row.suppressed_since
    _let_free(row, by=by, inbound_id=None, now=now)
    db.session.flush()
    record_change(
        Thing.ADDRESS,
        thing_id=row.id,
        name=row.address,
        what=What.FREED,
        changes={"suppressed_since": [plain(since), None]} if since else None,
        by=by,
        now=now,
    )
    return row


def any_bounces() -> bool:
    """Whether mail bounces at all; where it does not, nobody can be set free by a mail."""
    return bool(db.session.scalar(_ANY))


def suppressed_among(addresses: Iterable[str]) -> dict[str, BouncingAddress]:
    """Those of the addresses (lower case) that are not written to."""
    wanted = list({address.lower() for address in addresses})
    rows = db.session.scalars(_AMONG, {"addresses": wanted}) if wanted else ()
    return {row.address: row for row in rows}


def bouncing_address(address: str) -> BouncingAddress | None:
    """What is known of an address that mail came back from."""
    return db.session.scalar(
        select(BouncingAddress).where(BouncingAddress.address == address.strip().lower())
    )


def suppressed_count() -> int:
    """How many addresses are not written to."""
    return db.session.scalar(select(func.count()).where(SHOWN["suppressed"])) or 0


def bouncing_page(
    shown: str, *, words: str = "", after: int | None = None, limit: int = PAGE
) -> Sequence[BouncingAddress]:
    """Addresses of one of SHOWN, the one that bounced last first; `after` is the last one's id."""
    statement = select(BouncingAddress).where(SHOWN[shown])
    for word in words.split()[:8]:
        statement = statement.where(BouncingAddress.address.contains(word.lower(), autoescape=True))
    last = db.session.get(BouncingAddress, after) if after is not None else None
    if last is not None:
        place = tuple_(BouncingAddress.last_at, BouncingAddress.id)
        statement = statement.where(place < (last.last_at, last.id))
    return db.session.scalars(
        statement.order_by(BouncingAddress.last_at.desc(), BouncingAddress.id.desc()).limit(limit)
    ).all()


def wrote_since(address: str, since: datetime) -> bool:
    """Whether mail came from an address since an instant; what servers report does not count."""
    spoke = (InboundState.FILED, InboundState.QUIETLY, InboundState.SET_ASIDE)
    return bool(
        db.session.scalar(
            select(
                exists().where(
                    InboundMail.from_address == address.lower(),
                    InboundMail.kept_at >= since,
                    InboundMail.state.in_([state.value for state in spoke]),
                )
            )
        )
    )


def _arrived_between(address: str, since: datetime, now: datetime) -> bool:
    """Whether a mail left for the address after its last bounce and did not come back."""
    return bool(
        db.session.scalar(
            select(
                exists().where(
                    OutboundMail.to_address == address,
                    OutboundMail.state == DeliveryState.SENT.value,
                    OutboundMail.sent_at > since,
                    OutboundMail.sent_at < now - timedelta(days=REPORT_DAYS),
                )
            )
        )
    )


def _row_of(address: str, now: datetime) -> BouncingAddress:
    # Two workers may meet at the first bounce of an address: one of them makes the row.
    insert = postgresql_insert if on_postgresql() else sqlite_insert
    new: dict[str, Any] = {
        "address": address,
        "soft_bounces": 0,
        "hard_bounces": 0,
        "first_at": now,
        "last_at": now,
        "last_status": "",
        "last_words": "",
    }
    table = cast(Table, BouncingAddress.__table__)
    db.session.execute(insert(table).values(new).on_conflict_do_nothing())
    return db.session.scalars(
        select(BouncingAddress).where(BouncingAddress.address == address).with_for_update()
    ).one()


def _let_free(
    row: BouncingAddress, *, by: Person | None, inbound_id: int | None, now: datetime
) -> None:
    row.suppressed_since = None
    row.soft_bounces = row.hard_bounces = 0
    row.freed_at = now
    row.freed_by_id = by.id if by is not None else None
    row.freed_by_mail_id = inbound_id
