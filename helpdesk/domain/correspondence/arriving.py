"""The questions that are asked about each mail on its road; their statements are made only once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select

from helpdesk.core.db import db
from helpdesk.domain.correspondence.models import (
    InboundMail,
    InboundState,
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
_WAITING_BY_IDS = select(InboundMail.rfc_message_id, InboundMail.id).where(
    InboundMail.rfc_message_id.in_(bindparam("rfc_ids", expanding=True)),
    InboundMail.state == InboundState.WAITING.value,
    InboundMail.kept_at >= bindparam("kept_since"),
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


def waiting_by_rfc_ids(rfc_ids: Iterable[str], *, kept_since: datetime) -> dict[str, set[int]]:
    """Of the mails that came lately and wait to be filed, by Message-ID, the ids of their rows."""
    found: dict[str, set[int]] = {}
    values = {"rfc_ids": list(rfc_ids), "kept_since": kept_since}
    for rfc_id, inbound_id in db.session.execute(_WAITING_BY_IDS, values):
        found.setdefault(str(rfc_id), set()).add(inbound_id)
    return found


def taken_lately(from_address: str, *, since: datetime, at_most: int) -> int:
    """How many mails an address sent us since an instant, counted no further than `at_most`."""
    values = {"from_address": from_address, "since": since, "most": at_most}
    return db.session.scalar(_TAKEN_LATELY, values) or 0


def envelopes_of(inbound_ids: Iterable[int]) -> dict[int, tuple[str | None, str | None]]:
    """From whom and to whom these mails were handed over, by their ids."""
    rows = db.session.execute(
        select(InboundMail.id, InboundMail.envelope_from, InboundMail.envelope_to).where(
            InboundMail.id.in_(list(inbound_ids))
        )
    )
    return {inbound_id: (sender, recipient) for inbound_id, sender, recipient in rows}
