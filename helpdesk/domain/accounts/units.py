"""Questions about business units: which there are, whose mail is whose, who sees whose tickets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ScalarSelect, and_, exists, func, or_, select
from sqlalchemy.orm import selectinload

from helpdesk.core.db import db
from helpdesk.domain.accounts.models import (
    BusinessUnit,
    Person,
    Sharing,
    UnitReader,
    UnitSender,
)
from helpdesk.domain.accounts.rules import patterns_of


def units(*, active_only: bool = False) -> Sequence[BusinessUnit]:
    """All business units by name."""
    statement = select(BusinessUnit).order_by(BusinessUnit.name_en, BusinessUnit.id)
    if active_only:
        statement = statement.where(BusinessUnit.active)
    return db.session.scalars(statement).all()


def unit_by_key(key: str) -> BusinessUnit | None:
    """The unit with that key."""
    return db.session.scalar(select(BusinessUnit).where(BusinessUnit.key == key))


def unit_whole(unit_id: int, *, lock: bool = False) -> BusinessUnit | None:
    """A unit with its senders and chosen readers."""
    statement = (
        select(BusinessUnit)
        .where(BusinessUnit.id == unit_id)
        .options(selectinload(BusinessUnit.senders), selectinload(BusinessUnit.readers))
    )
    return db.session.scalar(statement.with_for_update() if lock else statement)


def unit_id_of_address(address: str) -> int | None:
    """The active unit that mail from an address belongs to: the most specific pattern decides."""
    patterns = patterns_of(address)
    rows = db.session.execute(
        select(UnitSender.pattern, UnitSender.business_unit_id)
        .join(BusinessUnit, BusinessUnit.id == UnitSender.business_unit_id)
        .where(UnitSender.pattern.in_(patterns), BusinessUnit.active)
        # Whoever is introduced stands in nobody's way; nothing here waits to be written.
        .execution_options(autoflush=False)
    ).all()
    found: dict[str, int] = dict(rows)
    return next((found[pattern] for pattern in patterns if pattern in found), None)


def owners_of_patterns(patterns: Iterable[str]) -> dict[str, int]:
    """The unit that has each of these patterns already."""
    rows = db.session.execute(
        select(UnitSender.pattern, UnitSender.business_unit_id).where(
            UnitSender.pattern.in_(list(patterns))
        )
    ).all()
    return dict(rows)


def people_by_unit() -> dict[int, int]:
    """How many active people belong to each unit, by its id."""
    rows = db.session.execute(
        select(Person.business_unit_id, func.count())
        .where(Person.active, Person.business_unit_id.is_not(None))
        .group_by(Person.business_unit_id)
    ).all()
    return {unit_id: count for unit_id, count in rows if unit_id is not None}


def unit_of(person: Person) -> BusinessUnit | None:
    """The unit that a person belongs to."""
    if person.business_unit_id is None:
        return None
    return db.session.get(BusinessUnit, person.business_unit_id)


def shared_since_for(person: Person) -> ScalarSelect[datetime | None]:
    """Since when the tickets of the person's own unit are shared with them, inside a statement.

    NULL where they are not: then nothing is later than it. Chosen readers who left the unit are
    none any more.
    """
    chosen = exists().where(
        UnitReader.business_unit_id == BusinessUnit.id, UnitReader.person_id == person.id
    )
    return (
        select(BusinessUnit.shared_since)
        .where(
            BusinessUnit.id == person.business_unit_id,
            BusinessUnit.active,
            or_(
                BusinessUnit.sharing == Sharing.EVERYBODY.value,
                and_(BusinessUnit.sharing == Sharing.CHOSEN.value, chosen),
            ),
        )
        .scalar_subquery()
    )


def sees_unit(person: Person) -> BusinessUnit | None:
    """The person's unit, if its tickets are shared with them."""
    if person.business_unit_id is None:
        return None
    statement = select(BusinessUnit).where(
        BusinessUnit.id == person.business_unit_id, shared_since_for(person).is_not(None)
    )
    return db.session.scalar(statement)
