"""Questions about service notices: what is broken, what ended lately, who is hit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from helpdesk.core.db import db
from helpdesk.core.errors import NotFound
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.notices.models import Affected, ServiceNotice

# Who comes the day after still wonders what it was.
SHOWN_AFTER_END = timedelta(days=1)
# More than this at once, and a list of notices helps nobody; it also bounds every page.
MOST_SHOWN = 20
_WHOLE = (joinedload(ServiceNotice.service), selectinload(ServiceNotice.updates))


def shown_notices(*, now: datetime, public_only: bool = False) -> Sequence[ServiceNotice]:
    """What runs, the newest trouble first, and then what ended within a day."""
    statement = (
        select(ServiceNotice)
        .where(
            or_(ServiceNotice.ended_at.is_(None), ServiceNotice.ended_at > now - SHOWN_AFTER_END)
        )
        .options(*_WHOLE)
        .order_by(ServiceNotice.ended_at.is_not(None), ServiceNotice.id.desc())
        .limit(MOST_SHOWN)
    )
    if public_only:
        statement = statement.where(ServiceNotice.public)
    return db.session.scalars(statement).all()


def notices_page(*, before: int | None = None, limit: int = 50) -> Sequence[ServiceNotice]:
    """Notices that ended, newest first; `before` is the id of the last one seen."""
    statement = select(ServiceNotice).where(ServiceNotice.ended_at.is_not(None)).options(*_WHOLE)
    if before is not None:
        statement = statement.where(ServiceNotice.id < before)
    return db.session.scalars(statement.order_by(ServiceNotice.id.desc()).limit(limit)).all()


def running_notices() -> Sequence[ServiceNotice]:
    """What runs; first what should have been over longest ago."""
    return db.session.scalars(
        select(ServiceNotice)
        .where(ServiceNotice.ended_at.is_(None))
        .options(*_WHOLE)
        .order_by(
            ServiceNotice.expected_at.is_(None), ServiceNotice.expected_at, ServiceNotice.id.desc()
        )
        .limit(200)
    ).all()


def count_overdue(*, now: datetime) -> int:
    """How many notices should be over by now and are not."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(ServiceNotice)
            .where(ServiceNotice.ended_at.is_(None), ServiceNotice.expected_at <= now)
        )
        or 0
    )


def notice_by_id(notice_id: int, *, lock: bool = False) -> ServiceNotice:
    """The notice with its service and updates; NotFound."""
    statement = select(ServiceNotice).where(ServiceNotice.id == notice_id)
    if lock:
        # Of joined tables PostgreSQL would lock the other row as well.
        statement = statement.options(*map(selectinload, _NEIGHBOURS)).with_for_update()
        statement = statement.execution_options(populate_existing=True)
    else:
        statement = statement.options(*_WHOLE)
    notice = db.session.scalar(statement)
    if notice is None:
        raise NotFound(f"There is no service notice {notice_id}.")
    return notice


_NEIGHBOURS = (ServiceNotice.service, ServiceNotice.updates)


def running_notice_of(ticket_id: int) -> ServiceNotice | None:
    """The notice that runs about a ticket."""
    return db.session.scalar(
        select(ServiceNotice)
        .where(ServiceNotice.ticket_id == ticket_id, ServiceNotice.ended_at.is_(None))
        .options(*_WHOLE)
        .order_by(ServiceNotice.id.desc())
        .limit(1)
    )


def affected_by(notice_id: int) -> Sequence[Person]:
    """The active people who said that they are hit too."""
    return db.session.scalars(
        select(Person)
        .join(Affected, Affected.person_id == Person.id)
        .where(Affected.notice_id == notice_id, Person.active)
        .order_by(Person.id)
    ).all()


def count_affected(notice_ids: Sequence[int]) -> dict[int, int]:
    """How many people are hit by each notice, besides those who wrote; none is left out."""
    rows = db.session.execute(
        select(Affected.notice_id, func.count())
        .where(Affected.notice_id.in_(notice_ids))
        .group_by(Affected.notice_id)
    )
    found: dict[int, int] = dict(rows.all())
    return {notice_id: found.get(notice_id, 0) for notice_id in notice_ids}


def hitting(person: Person, notice_ids: Sequence[int]) -> frozenset[int]:
    """Those of the notices that the person said to be hit by."""
    return frozenset(
        db.session.scalars(
            select(Affected.notice_id).where(
                Affected.person_id == person.id, Affected.notice_id.in_(notice_ids)
            )
        )
    )
