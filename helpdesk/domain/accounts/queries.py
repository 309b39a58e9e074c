"""Questions about people and functions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Select, bindparam, func, or_, select
from sqlalchemy.orm import joinedload

from helpdesk.core.db import db, like_literal
from helpdesk.domain.accounts.models import Address, Function, Grant, Membership, Person
from helpdesk.domain.accounts.permissions import PERMISSIONS, Action

# Asked for each mail that comes, so it is made only once.
_PEOPLE_BY_ADDRESSES = (
    select(Address.address, Person)
    .join(Person)
    .where(Address.address.in_(bindparam("wanted", expanding=True)))
    .options(joinedload(Person.roles))
)
# The newest person but so many: two looks by id.
_CAME_AT = (
    select(Person.created_at)
    .where(Person.id <= select(func.max(Person.id)).scalar_subquery() - bindparam("others_since"))
    .order_by(Person.id.desc())
    .limit(1)
    # Whoever is introduced is written at once; what else waits to be written is no person.
    .execution_options(autoflush=False)
)


def person_by_id(person_id: int) -> Person | None:
    """The person with that id."""
    return db.session.get(Person, person_id)


def person_by_address(address: str) -> Person | None:
    """The person behind an e-mail address, in any letter case."""
    wanted = select(Address.person_id).where(Address.address == address.strip().lower())
    return db.session.scalar(select(Person).where(Person.id.in_(wanted)))


def people_by_addresses(addresses: Iterable[str]) -> dict[str, Person]:
    """Known people with their roles by (lower-case) address; unknown addresses are left out."""
    wanted = [address.strip().lower() for address in addresses]
    rows = db.session.execute(_PEOPLE_BY_ADDRESSES, {"wanted": wanted}).unique()
    return {row.address: row.Person for row in rows}


def people_by_ids(person_ids: Iterable[int | None]) -> dict[int, Person]:
    """The people with these ids."""
    wanted = {person_id for person_id in person_ids if person_id is not None}
    found = db.session.scalars(select(Person).where(Person.id.in_(wanted))) if wanted else ()
    return {person.id: person for person in found}


def functions() -> Sequence[Function]:
    """All functions in their order."""
    return db.session.scalars(select(Function).order_by(Function.position, Function.id)).all()


def function_by_key(key: str) -> Function | None:
    """The function with that key."""
    return db.session.scalar(select(Function).where(Function.key == key))


def functions_of(person: Person) -> Sequence[Function]:
    """The functions a person works in, in their order."""
    return db.session.scalars(
        select(Function)
        .join(Membership)
        .where(Membership.person_id == person.id)
        .order_by(Function.position, Function.id)
    ).all()


def people_who_may(action: Action) -> Sequence[Person]:
    """Active people whose granted roles allow the action, by name."""
    return db.session.scalars(who_may(action)).all()


def who_may(action: Action) -> Select[Person]:
    """The question that `people_who_may` asks, for one that asks more beside it."""
    granted = [role.value for role, actions in PERMISSIONS.items() if action in actions]
    return (
        select(Person)
        .where(
            Person.active,
            Person.id.in_(select(Grant.person_id).where(Grant.role.in_(granted))),
        )
        .order_by(Person.name, Person.id)
    )


def people_like(words: str, *, limit: int = 10) -> Sequence[Person]:
    """Active people whose name or an address begins with the words, for type-ahead."""
    start = like_literal(words.strip()) + "%"
    by_address = select(Address.person_id).where(Address.address.like(start.lower(), escape="\\"))
    return db.session.scalars(
        select(Person)
        .where(Person.active, or_(Person.name.ilike(start, escape="\\"), Person.id.in_(by_address)))
        .order_by(Person.name, Person.id)
        .limit(limit)
    ).all()


def so_many_came_since(number: int, *, since: datetime) -> bool:
    """Whether `number` people or more became known since an instant; costs two looks by id."""
    came_at = db.session.scalar(_CAME_AT, {"others_since": number - 1})
    return came_at is not None and came_at >= since
