"""Leases: who alone fetches from a mailbox, or asks for a grant's token, whatever the number."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from sqlalchemy import or_, select, update

from helpdesk.core.db import db
from helpdesk.domain.correspondence.models import Mailbox, MailGrant

Leased = TypeVar("Leased", Mailbox, MailGrant)


def take_lease(
    table: type[Leased],
    row_id: int,
    *,
    holder: str,
    until: datetime,
    dead: str | None = None,
    now: datetime,
) -> bool:
    """Become the only one at work on a row; False while somebody else is.

    `dead` is a holder of whom the caller knows that he is no more.
    """
    free = or_(
        table.leased_by.is_(None),
        table.leased_until.is_(None),
        table.leased_until < now,
        table.leased_by.in_([holder, dead or holder]),
    )
    taken = db.session.execute(
        update(table)
        .where(table.id == row_id, free)
        .values(leased_by=holder, leased_until=until)
        .execution_options(synchronize_session=False)
    )
    return bool(taken.rowcount)  # type: ignore[attr-defined]


def release_lease(table: type[Leased], row_id: int, *, holder: str) -> None:
    """Let somebody else have it; changes nothing when it was not ours."""
    db.session.execute(
        update(table)
        .where(table.id == row_id, table.leased_by == holder)
        .values(leased_by=None, leased_until=None)
        .execution_options(synchronize_session=False)
    )


def lease_holder(table: type[Leased], row_id: int) -> str | None:
    """Who took it last, as far as he has not said that he is done."""
    return db.session.scalar(select(table.leased_by).where(table.id == row_id))


def leased(table: type[Leased], row_id: int, *, holder: str) -> Leased | None:
    """The row, locked until the end of the transaction; None when somebody else has it now."""
    return db.session.scalar(
        select(table)
        .where(table.id == row_id, table.leased_by == holder)
        # Not against the foreign keys of what refers to it meanwhile.
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
