"""Absence: when somebody is away and who stands in; verbs of one's own, and questions for others.

An absence ends by itself: nothing needs to be switched back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import joinedload

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.words import N_
from helpdesk.domain.accounts.models import Absence, Person
from helpdesk.domain.accounts.permissions import Action, may
from helpdesk.domain.accounts.queries import who_may

# Longer ones are no absence but a mistyped year.
LONGEST = timedelta(days=2 * 366)
LONGEST_NOTE = 500


def go_away(
    person: Person,
    *,
    from_on: date,
    back_on: date,
    note: str,
    substitute: Person | None,
    zone: ZoneInfo,
    now: datetime,
) -> Absence:
    """Say when the person is away; a later word takes the place of one that has not ended.

    `from_on` is the first day away and `back_on` the first day back, where the person lives
    (`zone`). Invalid for days in the past or in the wrong order, and for a substitute who cannot
    be one.
    """
    today = now.astimezone(zone).date()
    if back_on <= today:
        raise Invalid("back_on", N_("You would be back already. Choose a later day."))
    if back_on <= from_on:
        raise Invalid("back_on", N_("The day when you are back comes after the first day away."))
    if back_on - from_on > LONGEST:
        raise Invalid("back_on", N_("That is more than two years. Choose an earlier day."))
    _check_substitute(person, substitute)
    absence = absence_of(person, now=now, lock=True)
    if absence is None:
        absence = Absence(person_id=person.id, created_at=now)
        db.session.add(absence)
    absence.from_on, absence.back_on = from_on, back_on
    absence.starts_at, absence.ends_at = _start_of(from_on, zone), _start_of(back_on, zone)
    absence.note = note.strip()[:LONGEST_NOTE]
    absence.substitute_id = substitute.id if substitute else None
    db.session.flush()
    return absence


def come_back(person: Person, *, now: datetime) -> None:
    """End the absence now; one that has not begun is forgotten."""
    absence = absence_of(person, now=now, lock=True)
    if absence is None:
        return
    if absence.starts_at > now:
        db.session.delete(absence)
    else:
        absence.ends_at = now
    db.session.flush()


def absence_of(person: Person, *, now: datetime, lock: bool = False) -> Absence | None:
    """The absence of a person that lasts or is to come."""
    statement = _with_people().where(Absence.person_id == person.id, Absence.ends_at > now)
    statement = statement.order_by(Absence.starts_at).limit(1)
    if lock:
        statement = statement.with_for_update(of=Absence)
    found: Absence | None = db.session.scalar(statement)
    return found


def away_now(*, now: datetime, among: Iterable[int] | None = None) -> dict[int, Absence]:
    """Who is away at this moment, by the person's id, with who stands in for them."""
    statement = _with_people().where(Absence.starts_at <= now, Absence.ends_at > now)
    if among is not None:
        statement = statement.where(Absence.person_id.in_(list(among)))
    return {absence.person_id: absence for absence in db.session.scalars(statement)}


def who_may_and_who_is_away(
    action: Action, *, now: datetime
) -> tuple[Sequence[Person], dict[int, Absence]]:
    """What `people_who_may` and `away_now` say, asked in one statement for a list to choose from.

    The absences are those of these people, and come without who stands in.
    """
    lasting = and_(Absence.person_id == Person.id, Absence.starts_at <= now, Absence.ends_at > now)
    rows = db.session.execute(who_may(action).add_columns(Absence).outerjoin(Absence, lasting))
    people: dict[int, Person] = {}
    away: dict[int, Absence] = {}
    for person, absence in rows:
        people[person.id] = person
        if absence is not None:
            away[person.id] = absence
    return list(people.values()), away


def substitute_of(person_id: int, *, now: datetime) -> Person | None:
    """Who stands in for somebody who is away at this moment, if they still can."""
    absence = away_now(now=now, among=(person_id,)).get(person_id)
    substitute = absence.substitute if absence is not None else None
    return substitute if may(substitute, Action.WORK_ON_TICKETS) else None


def stands_in_for(person: Person, *, now: datetime) -> list[Absence]:
    """The absences, now and to come, in which the person is the substitute."""
    return list(
        db.session.scalars(
            _with_people()
            .where(Absence.substitute_id == person.id, Absence.ends_at > now)
            .order_by(Absence.starts_at)
        )
    )


def _with_people() -> Select[Any]:
    return select(Absence).options(joinedload(Absence.person), joinedload(Absence.substitute))


def _start_of(day: date, zone: ZoneInfo) -> datetime:
    # Midnight that is left out or comes twice when clocks change is the earlier instant of both.
    return datetime.combine(day, time(), zone)


def _check_substitute(person: Person, substitute: Person | None) -> None:
    if substitute is None:
        return
    if substitute.id == person.id:
        raise Invalid("substitute", N_("Choose somebody else than yourself."))
    if not may(substitute, Action.WORK_ON_TICKETS):
        raise Invalid(
            "substitute", N_("%(name)s does not work on tickets."), name=substitute.display_name
        )
