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
    select(InboundMail.id, InboundMail.raw_sha256)
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
        InboundMail.id == bindparam("inbound_id"),
        InboundMail.state == InboundState.WAITING.value,
        InboundMail.due_at <= bindparam("now"),
    )
    .with_for_update(skip_locked=True)
)
_DELIVERIES = (
    select(
        InboundMail.id,
        InboundMail.mailbox_id,
        InboundMail.first_of_content,
        InboundMail.ticket_id,
        InboundMail.message_id,
    )
    .where(InboundMail.content_key == bindparam("content_key"))
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
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery of a mail: through which mailbox, whether it was the one filed, and where to."""

    id: int
    mailbox_id: int
    first: bool
    ticket_id: int | None
    message_id: int | None


def waiting_mail(*, now: datetime, limit: int) -> Sequence[tuple[int, str | None]]:
    """Kept mail that is due for filing, as (id, SHA-256 of its bytes), longest due first."""
    rows = db.session.execute(_WAITING, {"now": now, "most": limit})
    return [(inbound_id, sha256) for inbound_id, sha256 in rows]


def claimed(inbound_id: int, *, now: datetime) -> InboundMail | None:
    """The mail, locked for this unit of work; None when it waits no more or another has it."""
    return db.session.scalar(_CLAIM, {"inbound_id": inbound_id, "now": now})


def deliveries_of_content(content_key: str) -> Sequence[Delivery]:
    """All deliveries of one mail, in the order in which they were kept."""
    rows = db.session.execute(_DELIVERIES, {"content_key": content_key})
    return [Delivery(*row) for row in rows]


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
