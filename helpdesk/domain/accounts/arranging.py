"""Verbs on business units: add, change, delete, and take in the people whom we know already."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select

from helpdesk.core.db import db, like_literal
from helpdesk.core.errors import Invalid, Refused
from helpdesk.core.words import N_
from helpdesk.domain.accounts.models import BusinessUnit, Person, Sharing, UnitReader, UnitSender
from helpdesk.domain.accounts.rules import pattern_of
from helpdesk.domain.accounts.units import owners_of_patterns, unit_by_key, unit_id_of_address
from helpdesk.domain.configuration.actions import (
    Changes,
    Thing,
    What,
    apply,
    erase,
    record_change,
)

# So many people are looked at in one unit of work.
PORTION = 500


def add_unit(
    key: str, *, values: Mapping[str, Any], by: Person | None, now: datetime
) -> BusinessUnit:
    """A new unit; Invalid for a key that is taken. `values` as for `change_unit`."""
    if unit_by_key(key) is not None:
        raise Invalid("key", N_("There is a business unit with this key already."))
    new = BusinessUnit(
        key=key,
        name_en=values["name_en"],
        name_sv=values["name_sv"],
        active=True,
        sharing=Sharing.OFF.value,
        senders=[],
        readers=[],
    )
    db.session.add(new)
    db.session.flush()
    changes = _change(new, values, now)
    record_change(
        Thing.UNIT,
        thing_id=new.id,
        name=new.name_en,
        what=What.ADDED,
        changes=changes,
        by=by,
        now=now,
    )
    return new


def change_unit(
    unit: BusinessUnit, *, values: Mapping[str, Any], by: Person | None, now: datetime
) -> None:
    """Change a unit; its key stays.

    `values` may have name_en, name_sv, parent_id, active, sharing, senders (domains and addresses)
    and reader_ids. Invalid for a circle of parents, for a sender that is none or another unit's,
    and for readers who do not belong to it.
    """
    changes = _change(unit, values, now)
    record_change(
        Thing.UNIT,
        thing_id=unit.id,
        name=unit.name_en,
        what=What.CHANGED,
        changes=changes,
        by=by,
        now=now,
    )


def delete_unit(unit: BusinessUnit, *, by: Person | None, now: datetime) -> None:
    """Delete a unit that nobody belongs to and no ticket came from; Refused otherwise."""
    belongs = select(Person.id).where(Person.business_unit_id == unit.id).limit(1)
    below = select(BusinessUnit.id).where(BusinessUnit.parent_id == unit.id).limit(1)
    if db.session.scalar(belongs) is not None or db.session.scalar(below) is not None:
        raise Refused(N_("It is used, so it cannot be deleted."))
    erase(unit, kind=Thing.UNIT, thing_id=unit.id, name=unit.name_en, by=by, now=now)


def take_in(
    unit: BusinessUnit,
    *,
    by: Person | None,
    now: datetime,
    after: int = 0,
    limit: int = PORTION,
) -> tuple[int, int | None]:
    """Let people who belong to no unit belong to this one, where their address says so.

    One portion of them: how many it were, and the `after` of the next one, or None at the end.
    """
    addresses = [
        clause
        for sender in unit.senders
        for clause in (
            [Person.email == sender.pattern]
            if "@" in sender.pattern
            else [
                Person.email.like(f"%{before}{like_literal(sender.pattern)}", escape="\\")
                for before in ("@", ".")
            ]
        )
    ]
    if not addresses:
        return 0, None
    found = db.session.scalars(
        select(Person)
        .where(Person.business_unit_id.is_(None), Person.id > after, or_(*addresses))
        .order_by(Person.id)
        .limit(limit)
    ).all()
    taken = 0
    for person in found:
        # Another unit may have the more specific pattern.
        if unit_id_of_address(person.email) == unit.id:
            person.business_unit_id = unit.id
            taken += 1
    db.session.flush()
    # Who belongs to a unit may read what it shares, so it is written down that somebody came in.
    record_change(
        Thing.UNIT,
        thing_id=unit.id,
        name=unit.name_en,
        what=What.CHANGED,
        changes={"taken_in": [None, taken]} if taken else {},
        by=by,
        now=now,
    )
    return taken, found[-1].id if len(found) == limit else None


def _change(unit: BusinessUnit, values: Mapping[str, Any], now: datetime) -> Changes:
    plain = {
        name: values[name]
        for name in ("name_en", "name_sv", "parent_id", "active", "sharing")
        if name in values
    }
    if plain.get("parent_id") is not None:
        _refuse_circle(unit, plain["parent_id"])
    was_off = unit.sharing == Sharing.OFF.value
    changes = apply(unit, plain)
    if unit.sharing == Sharing.OFF.value:
        unit.shared_since = None
    elif was_off:
        unit.shared_since = now
    if "senders" in values:
        changes |= _set_senders(unit, values["senders"])
    if "reader_ids" in values:
        changes |= _set_readers(unit, values["reader_ids"])
    db.session.flush()
    return changes


def _refuse_circle(unit: BusinessUnit, parent_id: int) -> None:
    seen: set[int] = set()
    above: int | None = parent_id
    while above is not None and above not in seen:
        if above == unit.id:
            raise Invalid("parent_id", N_("A unit cannot stand below itself."))
        seen.add(above)
        above = db.session.scalar(
            select(BusinessUnit.parent_id).where(BusinessUnit.id == above).with_for_update()
        )


def _set_senders(unit: BusinessUnit, wanted: Sequence[str]) -> Changes:
    patterns: list[str] = []
    for words in wanted:
        pattern = pattern_of(words)
        if pattern is None:
            raise Invalid(
                "senders", N_("“%(text)s” is neither a domain nor an e-mail address."), text=words
            )
        patterns.append(pattern)
    before = sorted(sender.pattern for sender in unit.senders)
    after = sorted(set(patterns))
    for pattern, owner in owners_of_patterns(after).items():
        if owner != unit.id:
            raise Invalid("senders", N_("“%(text)s” belongs to another unit."), text=pattern)
    if before == after:
        return {}
    for sender in list[UnitSender](unit.senders):
        if sender.pattern not in after:
            unit.senders.remove(sender)
    for pattern in after:
        if pattern not in before:
            unit.senders.append(UnitSender(pattern=pattern))
    return {"senders": [before, after]}


def _set_readers(unit: BusinessUnit, wanted: Collection[int]) -> Changes:
    people = db.session.scalars(select(Person).where(Person.id.in_(list(wanted)))).all()
    for person in people:
        if person.business_unit_id != unit.id:
            raise Invalid(
                "readers", N_("%(name)s does not belong to this unit."), name=person.display_name
            )
    before = {reader.person_id for reader in unit.readers}
    after = {person.id for person in people}
    if before == after:
        return {}
    for reader in list[UnitReader](unit.readers):
        if reader.person_id not in after:
            unit.readers.remove(reader)
    for person_id in sorted(after - before):
        unit.readers.append(UnitReader(person_id=person_id))
    named = {
        person.id: person.email
        for person in db.session.scalars(select(Person).where(Person.id.in_(before | after)))
    }
    return {"readers": [sorted(named[each] for each in ids) for ids in (before, after)]}
