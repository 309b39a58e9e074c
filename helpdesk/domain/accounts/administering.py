"""Verbs of administration: change people and what they may do, and the functions; recorded."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, Refused
from helpdesk.core.words import N_
from helpdesk.domain.accounts.actions import add_address, checked_address
from helpdesk.domain.accounts.models import Address, Function, Grant, Membership, Person
from helpdesk.domain.accounts.permissions import Role
from helpdesk.domain.accounts.queries import function_by_key
from helpdesk.domain.configuration.actions import (
    Changes,
    Thing,
    What,
    apply,
    erase,
    record_change,
)

LAST_ADMINISTRATOR = N_("Somebody has to administer: this is the last active administrator.")


def change_person(
    person: Person,
    *,
    values: Mapping[str, Any],
    addresses: Sequence[str],
    roles: Collection[Role],
    function_ids: Collection[int],
    by: Person | None,
    now: datetime,
) -> None:
    """Make the person what is given; the first address is the one that mail goes to.

    Invalid or Refused for addresses that are none or somebody else's, and for the last
    administrator's role. `values` may have name, language, time_zone, business_unit_id.
    """
    changes = apply(person, values)
    changes |= _set_addresses(person, addresses)
    changes |= _set_roles(person, roles)
    changes |= _set_functions(person, function_ids)
    db.session.flush()
    _record(person, What.CHANGED, changes, by, now)


def added_person(person: Person, *, by: Person | None, now: datetime) -> None:
    """Write down that a person was added, with what they were given."""
    changes: Changes = {"email": [None, person.email]}
    if person.roles:
        changes["roles"] = [[], sorted(grant.role for grant in person.roles)]
    _record(person, What.ADDED, changes, by, now)


def invited_person(person: Person, *, by: Person | None, now: datetime) -> None:
    """Write down that a person was sent a link to choose a password."""
    _record(person, What.INVITED, {"to": [None, person.email]}, by, now)


def switch_person(person: Person, *, active: bool, by: Person | None, now: datetime) -> None:
    """Let a person in or keep them out; Refused for the last active administrator.

    Who is kept out gets no mail, may nothing, and is signed out everywhere at once.
    """
    if person.active == active:
        return
    if not active:
        _keep_an_administrator(person)
        person.fs_uniquifier = secrets.token_hex(32)
    person.active = active
    db.session.flush()
    _record(person, What.CHANGED, {"active": [not active, active]}, by, now)


def handed_over(
    person: Person,
    *,
    to: Person | None,
    tickets: int,
    views: int,
    of: Person,
    by: Person | None,
    now: datetime,
) -> None:
    """Write down who gets the tickets of somebody who leaves (None: nobody), and their views."""
    changes: Changes = {}
    if tickets:
        changes["tickets"] = [person.email, to.email if to is not None else None]
    if views:
        changes["views"] = [person.email, of.email]
    _record(person, What.CHANGED, changes, by, now)


def add_function(
    key: str, *, values: Mapping[str, Any], by: Person | None, now: datetime
) -> Function:
    """A new function; Invalid for a key that is taken."""
    if function_by_key(key) is not None:
        raise Invalid("key", N_("There is a function with this key already."))
    new = Function(key=key, **values)
    db.session.add(new)
    db.session.flush()
    record_change(
        Thing.FUNCTION, thing_id=new.id, name=new.name_en, what=What.ADDED, by=by, now=now
    )
    return new


def change_function(
    function: Function, *, values: Mapping[str, Any], by: Person | None, now: datetime
) -> None:
    """Change names and place of a function; its key stays, since scripts may know it."""
    changes = apply(function, values)
    db.session.flush()
    record_change(
        Thing.FUNCTION,
        thing_id=function.id,
        name=function.name_en,
        what=What.CHANGED,
        changes=changes,
        by=by,
        now=now,
    )


def delete_function(function: Function, *, by: Person | None, now: datetime) -> None:
    """Delete a function without people, queues and services; Refused otherwise."""
    works_there = select(Membership.person_id).where(Membership.function_id == function.id)
    if db.session.scalar(works_there.limit(1)) is not None:
        raise Refused(N_("It is used, so it cannot be deleted."))
    erase(
        function, kind=Thing.FUNCTION, thing_id=function.id, name=function.name_en, by=by, now=now
    )


def _set_addresses(person: Person, wanted: Sequence[str]) -> Changes:
    addresses = list(dict.fromkeys(checked_address(address) for address in wanted))
    if not addresses:
        raise Invalid("addresses", N_("A person needs an e-mail address."))
    before = sorted(each.address for each in person.addresses)
    main_before = person.email
    for address in addresses:
        add_address(person, address=address)
    person.email = addresses[0]
    # The old main address may be dropped only after another one has taken its place.
    db.session.flush()
    for each in list[Address](person.addresses):
        if each.address not in addresses:
            person.addresses.remove(each)
    changes: Changes = {}
    if main_before != person.email:
        changes["email"] = [main_before, person.email]
    if before != sorted(addresses):
        changes["addresses"] = [before, sorted(addresses)]
    return changes


def _set_roles(person: Person, wanted: Collection[Role]) -> Changes:
    roles = {role.value for role in wanted if role is not Role.REQUESTER}
    before = {grant.role for grant in person.roles}
    if before == roles:
        return {}
    if Role.ADMINISTRATOR.value in before - roles:
        _keep_an_administrator(person)
    for grant in list[Grant](person.roles):
        if grant.role not in roles:
            person.roles.remove(grant)
    for role in sorted(roles - before):
        person.roles.append(Grant(role=role))
    return {"roles": [sorted(before), sorted(roles)]}


def _set_functions(person: Person, wanted: Collection[int]) -> Changes:
    before = {each.function_id for each in person.memberships}
    if before == set(wanted):
        return {}
    for membership in list[Membership](person.memberships):
        if membership.function_id not in wanted:
            person.memberships.remove(membership)
    for function_id in sorted(set(wanted) - before):
        person.memberships.append(Membership(function_id=function_id))
    names = {each.id: each.name_en for each in db.session.scalars(select(Function))}
    return {
        "functions": [
            sorted(names.get(each, str(each)) for each in ids) for ids in (before, set(wanted))
        ]
    }


def _keep_an_administrator(person: Person) -> None:
    # Locked, so that two administrators cannot take each other's role at the same moment.
    administrators = db.session.scalars(
        select(Grant.person_id)
        .join(Person, Person.id == Grant.person_id)
        .where(Grant.role == Role.ADMINISTRATOR.value, Person.active)
        .order_by(Grant.person_id)
        .with_for_update()
    ).all()
    if person.active and list(administrators) == [person.id]:
        raise Refused(LAST_ADMINISTRATOR)


def _record(person: Person, what: What, changes: Changes, by: Person | None, now: datetime) -> None:
    record_change(
        Thing.PERSON,
        thing_id=person.id,
        name=person.display_name,
        what=what,
        changes=changes,
        by=by,
        now=now,
    )
