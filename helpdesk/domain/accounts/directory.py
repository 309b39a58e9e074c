"""Questions of administration about people: the pages of the directory, and who uses what."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, or_, select, tuple_
from sqlalchemy.orm import selectinload

from helpdesk.core.db import db
from helpdesk.domain.accounts.models import Address, Grant, Membership, Person

PAGE = 50

# Whom the directory shows: those with a role, everybody, or those who are kept out.
WHO = ("roles", "all", "inactive")


def people_page(
    *,
    who: str = "roles",
    words: str = "",
    unit_id: int | None = None,
    after: int | None = None,
    limit: int = PAGE,
) -> Sequence[Person]:
    """People with roles, addresses and memberships, by name; `after` is the last one's id."""
    statement = select(Person).options(
        selectinload(Person.roles),
        selectinload(Person.addresses),
        selectinload(Person.memberships),
    )
    if who == "inactive":
        statement = statement.where(~Person.active)
    elif who == "roles":
        statement = statement.where(Person.active, Person.id.in_(select(Grant.person_id)))
    if unit_id is not None:
        statement = statement.where(Person.business_unit_id == unit_id)
    for word in words.split()[:8]:
        spellings = sorted({word, word.lower(), word.capitalize()})
        with_address = select(Address.person_id).where(
            Address.address.contains(word.lower(), autoescape=True)
        )
        statement = statement.where(
            or_(
                *(Person.name.icontains(each, autoescape=True) for each in spellings),
                Person.id.in_(with_address),
            )
        )
    last = db.session.get(Person, after) if after is not None else None
    if last is not None:
        statement = statement.where(tuple_(Person.name, Person.id) > (last.name, last.id))
    return db.session.scalars(statement.order_by(Person.name, Person.id).limit(limit)).all()


def person_whole(person_id: int, *, lock: bool = False) -> Person | None:
    """A person with roles, addresses and memberships; locked for a change if asked."""
    statement = (
        select(Person)
        .where(Person.id == person_id)
        .options(
            selectinload(Person.roles),
            selectinload(Person.addresses),
            selectinload(Person.memberships),
        )
    )
    return db.session.scalar(statement.with_for_update() if lock else statement)


def members_by_function() -> dict[int, int]:
    """How many active people work in each function, by its id."""
    rows = db.session.execute(
        select(Membership.function_id, func.count())
        .join(Person, Person.id == Membership.person_id)
        .where(Person.active)
        .group_by(Membership.function_id)
    )
    return dict(rows.all())
