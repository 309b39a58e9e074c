"""Questions about who is at a ticket; asked by every open page, so each is one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select

from helpdesk.core.db import db
from helpdesk.core.errors import NotFound
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.accounts.permissions import Action, may
from helpdesk.domain.presence.models import Presence
from helpdesk.domain.presence.rules import still_here_since
from helpdesk.domain.tickets.models import Ticket
from helpdesk.domain.tickets.queries import visible_to


@dataclass(frozen=True, slots=True)
class Here:
    """Somebody who is at a ticket, and what they do (`Doing`)."""

    person_id: int
    name: str
    doing: str


@dataclass(frozen=True, slots=True)
class Around:
    """A ticket as an open page asks for it: its version, who else is there, the asker's own sign.

    `own` is (doing, seen_at), also of a sign that is over.
    """

    version: int
    others: Sequence[Here]
    own: tuple[str, datetime] | None


def around(person: Person, number: int, *, now: datetime) -> Around:
    """Who is at one ticket, and how new it is; NotFound when the person may not see it."""
    rows = db.session.execute(
        visible_to(person)
        .where(Ticket.id == number)
        .outerjoin(Presence, Presence.ticket_id == Ticket.id)
        .outerjoin(Person, and_(Person.id == Presence.person_id, Person.active))
        .with_only_columns(
            Ticket.version,
            Presence.person_id,
            Presence.doing,
            Presence.seen_at,
            Person.name,
            Person.email,
        )
        .order_by(Presence.person_id)
    ).all()
    if not rows:
        raise NotFound(f"There is no ticket #{number} that you may see.")
    own = next(((row.doing, row.seen_at) for row in rows if row.person_id == person.id), None)
    since = still_here_since(now)
    others = [
        Here(row.person_id, row.name or row.email, row.doing)
        for row in rows
        if row.email is not None and row.person_id != person.id and row.seen_at > since
    ]
    return Around(rows[0].version, others, own)


def looking_at(
    person: Person, numbers: Sequence[int], *, now: datetime
) -> Mapping[int, Sequence[Here]]:
    """Who else is at each of these tickets, which the person may see; for those who may know."""
    if not numbers or not may(person, Action.SEE_PRESENCE):
        return {}
    rows = db.session.execute(
        select(Presence.ticket_id, Presence.person_id, Presence.doing, Person.name, Person.email)
        .join(Person, Person.id == Presence.person_id)
        .where(
            Presence.ticket_id.in_(numbers),
            Presence.seen_at > still_here_since(now),
            Presence.person_id != person.id,
            Person.active,
        )
        .order_by(Presence.ticket_id, Presence.person_id)
    )
    found: dict[int, list[Here]] = {}
    for row in rows:
        found.setdefault(row.ticket_id, []).append(
            Here(row.person_id, row.name or row.email, row.doing)
        )
    return found


def are_left_over(*, now: datetime) -> bool:
    """Whether there are signs of presence that mean nothing any more."""
    old = select(Presence.person_id).where(Presence.seen_at <= still_here_since(now)).limit(1)
    return db.session.scalar(old) is not None
