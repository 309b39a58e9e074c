"""Who is away is known from midnight to midnight where they live, and somebody stands in."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from helpdesk.core.db import db, unit_of_work
from helpdesk.core.errors import Invalid
from helpdesk.domain.accounts.absence import (
    absence_of,
    away_now,
    come_back,
    go_away,
    stands_in_for,
    substitute_of,
)
from helpdesk.domain.accounts.models import Absence, Grant, Person
from helpdesk.domain.correspondence.models import OutboundMail
from helpdesk.domain.tickets.actions import assign
from helpdesk.domain.tickets.models import Ticket
from tests.web.tickets import a_ticket, an_answer
from tests.world import World

STOCKHOLM = ZoneInfo("Europe/Stockholm")


def leave(
    world: World,
    now: datetime,
    first: date,
    back: date,
    *,
    substitute: Person | None = None,
    zone: ZoneInfo = STOCKHOLM,
) -> Absence:
    with unit_of_work():
        return go_away(
            world.agnes,
            from_on=first,
            back_on=back,
            note="In the mountains",
            substitute=substitute,
            zone=zone,
            now=now,
        )


def test_it_begins_and_ends_by_itself_also_when_clocks_change(world: World, now: datetime) -> None:
    # Clocks go forward on 28 March and back on 31 October 2027.
    for first, back, starts, ends in (
        (
            date(2027, 3, 27),
            date(2027, 3, 29),
            datetime(2027, 3, 26, 23, tzinfo=UTC),
            datetime(2027, 3, 28, 22, tzinfo=UTC),
        ),
        (
            date(2027, 10, 30),
            date(2027, 11, 1),
            datetime(2027, 10, 29, 22, tzinfo=UTC),
            datetime(2027, 10, 31, 23, tzinfo=UTC),
        ),
    ):
        leave(world, now, first, back)
        moment = timedelta(seconds=1)
        for instant, away in (
            (starts - moment, False),
            (starts, True),
            (ends - moment, True),
            (ends, False),
        ):
            assert (world.agnes_id in away_now(now=instant)) is away, instant
    # The second word took the place of the first.
    assert len(db.session.scalars(select(Absence)).all()) == 1


def test_days_mean_what_they_mean_where_somebody_lives(world: World, now: datetime) -> None:
    tokyo = leave(world, now, date(2026, 12, 1), date(2026, 12, 7), zone=ZoneInfo("Asia/Tokyo"))
    assert tokyo.ends_at == datetime(2026, 12, 6, 15, tzinfo=UTC)
    assert tokyo.back_on == date(2026, 12, 7)


@pytest.mark.parametrize(
    ("first", "back", "words"),
    [
        (date(2026, 11, 20), date(2026, 11, 24), "back already"),
        (date(2026, 12, 7), date(2026, 12, 7), "comes after"),
        (date(2026, 12, 7), date(2062, 12, 7), "two years"),
    ],
)
@pytest.mark.one_database
def test_days_that_make_no_absence_are_refused(
    world: World, now: datetime, first: date, back: date, words: str
) -> None:
    with pytest.raises(Invalid, match=words):
        leave(world, now, first, back)


@pytest.mark.one_database
def test_nobody_stands_in_who_cannot(world: World, now: datetime) -> None:
    for person in (world.agnes, world.eva):
        with pytest.raises(Invalid):
            leave(world, now, date(2026, 12, 1), date(2026, 12, 7), substitute=person)


def test_one_may_come_back_early_or_not_go(world: World, now: datetime) -> None:
    leave(world, now, now.date(), date(2026, 12, 7), substitute=world.oskar)
    assert [each.person_id for each in stands_in_for(world.oskar, now=now)] == [world.agnes_id]
    later = now + timedelta(hours=1)
    with unit_of_work():
        come_back(world.agnes, now=later)
    assert away_now(now=later) == {}
    assert len(db.session.scalars(select(Absence)).all()) == 1
    leave(world, later, date(2026, 12, 20), date(2027, 1, 7))
    with unit_of_work():
        come_back(world.agnes, now=later)
    assert absence_of(world.agnes, now=later) is None
    assert len(db.session.scalars(select(Absence)).all()) == 1


def told(number: int) -> list[tuple[str, str]]:
    return [
        (mail.notification, mail.to_address)
        for mail in db.session.scalars(
            select(OutboundMail).where(OutboundMail.ticket_id == number).order_by(OutboundMail.id)
        )
        if mail.notification in ("requester-answered", "answered-while-away")
    ]


def test_answers_also_reach_who_stands_in_while_they_still_can(world: World, now: datetime) -> None:
    number = a_ticket(world, now)
    with unit_of_work():
        assign(db.session.get_one(Ticket, number), to=world.agnes, by=world.agnes, now=now)
    an_answer(world, number, now, "Before.")
    leave(world, now, now.date(), date(2026, 12, 7), substitute=world.oskar)
    before = len(told(number))
    an_answer(world, number, now, "While she is away.")
    assert told(number)[before:] == [
        ("requester-answered", "agnes@example.org"),
        ("answered-while-away", "oskar@example.org"),
    ]
    # Internal words go to nobody who works here no more.
    with unit_of_work():
        db.session.query(Grant).filter_by(person_id=world.oskar_id).delete()
    db.session.expire_all()
    assert substitute_of(world.agnes_id, now=now) is None
    before = len(told(number))
    an_answer(world, number, now, "And again.")
    assert told(number)[before:] == [("requester-answered", "agnes@example.org")]


def test_afterwards_nobody_stands_in(world: World, now: datetime) -> None:
    number = a_ticket(world, now)
    with unit_of_work():
        assign(db.session.get_one(Ticket, number), to=world.agnes, by=world.agnes, now=now)
    leave(world, now, now.date(), date(2026, 12, 7), substitute=world.oskar)
    back = datetime(2026, 12, 7, 8, tzinfo=UTC)
    before = len(told(number))
    an_answer(world, number, back, "She is here again.")
    assert told(number)[before:] == [("requester-answered", "agnes@example.org")]
