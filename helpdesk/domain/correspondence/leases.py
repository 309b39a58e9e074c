"""Who fetches from a mailbox: one holder at a time, whatever the number of workers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select, update

from helpdesk.core.db import db
from helpdesk.domain.correspondence.models import Mailbox


def take_lease(
    mailbox_id: int, *, holder: str, until: datetime, dead: str | None = None, now: datetime
) -> bool:
    """Become the only one who fetches from a mailbox; False while somebody else is.

    `dead` is a holder of whom the caller knows that he is no more.
    """
    free = or_(
        Mailbox.leased_by.is_(None),
        Mailbox.leased_until.is_(None),
        Mailbox.leased_until < now,
        Mailbox.leased_by.in_([holder, dead or holder]),
    )
    taken = db.session.execute(
        update(Mailbox)
        .where(Mailbox.id == mailbox_id, free)
        .values(leased_by=holder, leased_until=until)
        .execution_options(synchronize_session=False)
    )
    return bool(taken.rowcount)  # type: ignore[attr-defined]


def release_lease(mailbox_id: int, *, holder: str) -> None:
    """Let somebody else fetch; changes nothing when it was not ours."""
    db.session.execute(
        update(Mailbox)
        .where(Mailbox.id == mailbox_id, Mailbox.leased_by == holder)
        .values(leased_by=None, leased_until=None)
        .execution_options(synchronize_session=False)
    )


def lease_holder(mailbox_id: int) -> str | None:
    """Who fetched last, as far as he has not said that he is done."""
    return db.session.scalar(select(Mailbox.leased_by).where(Mailbox.id == mailbox_id))


def leased_mailbox(mailbox_id: int, *, holder: str) -> Mailbox | None:
    """The mailbox, locked until the end of the transaction; None when somebody else fetches now."""
    return db.session.scalar(
        select(Mailbox)
        .where(Mailbox.id == mailbox_id, Mailbox.leased_by == holder)
        # Not against the foreign keys of mail that comes through the other doors.
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
