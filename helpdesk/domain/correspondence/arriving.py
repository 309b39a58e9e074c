"""The questions that are asked about each mail on its road; their statements are made only once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select

from helpdesk.core.db import db
from helpdesk.domain.correspondence.models import (
    IdSource,
    InboundMail,
    InboundState,
    MailId,
)

# To put a statement together costs SQLAlchemy as much time as to carry it out.
_WAITING = (
    select(InboundMail.id, InboundMail.raw_sha256, InboundMail.size, InboundMail.attempts)
    .where(
        InboundMail.state == InboundState.WAITING.value,
        InboundMail.due_at <= bindparam("now"),
    )
    .order_by(InboundMail.due_at, InboundMail.id)
    .limit(bindparam("most"))
)
_CLAIM = (
    select(InboundMail)
    .where(
        InboundMail.id.in_(bindparam("inbound_ids", expanding=True)),
        InboundMail.state == InboundState.WAITING.value,
        InboundMail.due_at <= bindparam("now"),
    )
    .order_by(InboundMail.due_at, InboundMail.id)
    .with_for_update(skip_locked=True)
)
_DELIVERIES = (
    select(InboundMail)
    .where(InboundMail.content_key.in_(bindparam("content_keys", expanding=True)))
    .order_by(InboundMail.id)
)
_WAITS_AMONG = (
    select(InboundMail.id)
    .where(
        InboundMail.rfc_message_id.in_(bindparam("rfc_ids", expanding=True)),
        InboundMail.id != bindparam("other_than"),
        InboundMail.state == InboundState.WAITING.value,
        InboundMail.kept_at >= bindparam("kept_since"),
    )
    .limit(1)
)
_TAKEN_LATELY = select(func.count()).select_from(
    select(InboundMail.id)
    .where(
        InboundMail.from_address == bindparam("from_address"),
        InboundMail.kept_at >= bindparam("since"),
    )
    .limit(bindparam("most"))
    .subquery()
)
_TICKETS = (
    select(MailId.rfc_id, MailId.ticket_id, MailId.source)
    .where(MailId.rfc_id.in_(bindparam("rfc_ids", expanding=True)))
    .order_by(MailId.ticket_id.desc())
    # Message-IDs are written at once, never later with other rows.
    .execution_options(autoflush=False)
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A mail that waits: the digest of its bytes, how many they are, and how often it failed."""

    id: int
    sha256: str | None
    size: int = 0
    attempts: int = 0


def waiting_mail(*, now: datetime, limit: int) -> Sequence[Waiting]:
    """Kept mail that is due for filing, longest due first."""
    rows = db.session.execute(_WAITING, {"now": now, "most": limit})
    return [Waiting(*row) for row in rows]


def claimed(inbound_ids: Iterable[int], *, now: datetime) -> Sequence[InboundMail]:
    """Of these mails, longest due first, those that still wait, locked for this unit of work.

    What another worker has at this moment is left to him.
    """
    values = {"inbound_ids": list(inbound_ids), "now": now}
    return db.session.scalars(_CLAIM, values).all()


def deliveries_of(content_keys: Iterable[str]) -> dict[str, list[InboundMail]]:
    """All deliveries of each of these mails, in the order in which they were kept."""
    found: dict[str, list[InboundMail]] = {}
    for row in db.session.scalars(_DELIVERIES, {"content_keys": list(content_keys)}):
        found.setdefault(row.content_key, []).append(row)
    return found


def waits_among(rfc_ids: Iterable[str], *, other_than: int, kept_since: datetime) -> bool:
    """Whether another mail with one of these Message-IDs came lately and waits to be filed."""
    values = {"rfc_ids": list(rfc_ids), "other_than": other_than, "kept_since": kept_since}
    return db.session.scalar(_WAITS_AMONG, values) is not None


def taken_lately(from_address: str, *, since: datetime, at_most: int) -> int:
    """How many mails an address sent us since an instant, counted no further than `at_most`."""
    values = {"from_address": from_address, "since": since, "most": at_most}
    return db.session.scalar(_TAKEN_LATELY, values) or 0


def tickets_by_rfc_ids(rfc_ids: Iterable[str]) -> Sequence[tuple[str, int, IdSource]]:
    """Where Message-IDs are known: (id, ticket, how it is known), newest ticket first."""
    rows = db.session.execute(_TICKETS, {"rfc_ids": list(rfc_ids)})
    return [(rfc_id, ticket_id, IdSource(source)) for rfc_id, ticket_id, source in rows]


def envelopes_of(inbound_ids: Iterable[int]) -> dict[int, tuple[str | None, str | None]]:
    """From whom and to whom these mails were handed over, by their ids."""
    rows = db.session.execute(
        select(InboundMail.id, InboundMail.envelope_from, InboundMail.envelope_to).where(
            InboundMail.id.in_(list(inbound_ids))
        )
    )
    return {inbound_id: (sender, recipient) for inbound_id, sender, recipient in rows}
