"""Business units: whose mail is whose, no circles, and what a ticket keeps of its unit."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from helpdesk.core.db import db, unit_of_work
from helpdesk.core.errors import Invalid, Refused
from helpdesk.domain.accounts.actions import add_person, know
from helpdesk.domain.accounts.arranging import add_unit, change_unit, delete_unit, take_in
from helpdesk.domain.accounts.models import BusinessUnit, Person
from helpdesk.domain.accounts.rules import pattern_of
from helpdesk.domain.accounts.units import unit_whole
from helpdesk.domain.configuration.models import ConfigurationChange
from helpdesk.domain.tickets.actions import keep_private
from helpdesk.domain.tickets.models import Ticket
from helpdesk.domain.tickets.queries import visible_to
from tests.web.tickets import a_ticket
from tests.world import World


def a_unit(key: str, now: datetime, *, by: Person | None = None, **values: Any) -> int:
    """A unit in use with that key; gives its id."""
    with unit_of_work():
        names = {"name_en": key.title(), "name_sv": key.title()}
        return add_unit(key, values=names | values, by=by, now=now).id


def the(unit_id: int) -> BusinessUnit:
    unit = unit_whole(unit_id)
    assert unit is not None
    return unit


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("words", "pattern"),
    [
        ("Example.COM", "example.com"),
        ("@example.com", "example.com"),
        ("*@example.com", "example.com"),
        ("*.example.com", "example.com"),
        ("Anna@example.com", "anna@example.com"),
        ("com", None),
        ("anna@com", None),
        ("a b@example.com", None),
        ("example..com", None),
        ("two@at@example.com", None),
        ("ex*mple.com", None),
    ],
)
def test_a_sender_is_a_domain_or_an_address(words: str, pattern: str | None) -> None:
    assert pattern_of(words) == pattern


def test_who_writes_first_belongs_to_the_most_specific_unit(world: World, now: datetime) -> None:
    company = a_unit("company", now, senders=["example.net"])
    sales = a_unit("sales", now, senders=["sales.example.net"])
    board = a_unit("board", now, senders=["chair@sales.example.net"])
    closed = a_unit("closed", now, senders=["old.example.net"], active=False)
    belongs = {
        "a@example.net": company,
        "a@other.example.net": company,
        "a@sales.example.net": sales,
        "a@deep.sales.example.net": sales,
        "Chair@Sales.example.net": board,
        "a@old.example.net": company,
        "a@notexample.net": None,
    }
    with unit_of_work():
        found = {each: know(each, now=now).business_unit_id for each in belongs}
    assert found == belongs
    assert closed not in found.values()


def test_nobody_who_has_a_unit_is_moved_by_writing_again(world: World, now: datetime) -> None:
    with unit_of_work():
        person_id = know("a@example.net", now=now).id
    a_unit("late", now, senders=["example.net"])
    with unit_of_work():
        assert know("a@example.net", now=now).business_unit_id is None
        assert person_id


def test_people_known_already_are_taken_in_by_portions_and_never_from_another_unit(
    world: World, now: datetime
) -> None:
    with unit_of_work():
        for number in range(5):
            add_person(f"p{number}@example.net", now=now)
        add_person("q@sub.example.net", now=now)
        add_person("r@xexample.net", now=now)
    other = a_unit("other", now, senders=["p0@example.net"])
    unit_id = a_unit("unit", now, senders=["example.net"])
    with unit_of_work():
        db.session.scalars(
            select(Person).where(Person.email == "p1@example.net")
        ).one().business_unit_id = other
    taken, after, rounds = 0, 0, 0
    more: int | None = 0
    while more is not None:
        with unit_of_work():
            some, more = take_in(the(unit_id), by=world.admin, now=now, after=after, limit=2)
        taken, after, rounds = taken + some, more or 0, rounds + 1
    inside = db.session.scalars(
        select(Person.email).where(Person.business_unit_id == unit_id).order_by(Person.id)
    ).all()
    assert inside == ["p2@example.net", "p3@example.net", "p4@example.net", "q@sub.example.net"]
    assert (taken, rounds) == (4, 3)


def test_units_stand_in_no_circle(world: World, now: datetime) -> None:
    top = a_unit("top", now)
    middle = a_unit("middle", now, parent_id=top)
    low = a_unit("low", now, parent_id=middle)
    for below in (top, middle, low):
        with pytest.raises(Invalid, match="below itself"), unit_of_work():
            change_unit(the(top), values={"parent_id": below}, by=world.admin, now=now)
    assert the(top).parent_id is None


def test_a_sender_is_of_one_unit_and_readers_are_of_the_unit(world: World, now: datetime) -> None:
    a_unit("first", now, senders=["example.net"])
    with pytest.raises(Invalid, match="another unit"):
        a_unit("second", now, senders=["EXAMPLE.net"])
    with pytest.raises(Invalid, match="does not belong"):
        a_unit("third", now, reader_ids=[world.eva_id])


def test_what_is_used_stays_and_every_change_is_written_down(world: World, now: datetime) -> None:
    unit_id = a_unit("unit", now, by=world.admin)
    values = {"sharing": "everybody", "senders": ["example.net"]}
    with unit_of_work():
        change_unit(the(unit_id), values=values, by=world.admin, now=now)
    lines = db.session.scalars(
        select(ConfigurationChange).where(ConfigurationChange.kind == "business unit")
    ).all()
    assert [line.what for line in lines] == ["added", "changed"]
    assert lines[1].by_id == world.admin_id
    assert lines[1].facts == {"sharing": ["off", "everybody"], "senders": [[], ["example.net"]]}
    with unit_of_work():
        world.eva.business_unit_id = unit_id
    with pytest.raises(Refused), unit_of_work():
        delete_unit(the(unit_id), by=world.admin, now=now)
    with unit_of_work():
        world.eva.business_unit_id = None
    with unit_of_work():
        delete_unit(the(unit_id), by=world.admin, now=now)
    assert unit_whole(unit_id) is None


def test_a_ticket_stays_with_the_unit_in_which_it_was_opened(world: World, now: datetime) -> None:
    first, second = a_unit("first", now), a_unit("second", now)
    with unit_of_work():
        world.eva.business_unit_id = first
    number = a_ticket(world, now)
    with unit_of_work():
        world.eva.business_unit_id = second
    assert db.session.get_one(Ticket, number).business_unit_id == first


def test_shared_tickets_are_among_what_colleagues_see(world: World, now: datetime) -> None:
    unit_id = a_unit("unit", now, senders=["example.net"], sharing="everybody")
    with unit_of_work():
        carl = add_person("carl@example.net", name="Carl", now=now)
        dan = add_person("dan@example.com", name="Dan", now=now)
        world.eva.business_unit_id = unit_id
    shared, private = a_ticket(world, now), a_ticket(world, now)
    with unit_of_work():
        ticket = db.session.get_one(Ticket, private)
        keep_private(ticket, private=True, by=world.eva, now=now)

    def seen_by(person: Person) -> list[int]:
        return [ticket.id for ticket in db.session.scalars(visible_to(person))]

    assert (seen_by(carl), seen_by(dan)) == ([shared], [])
    with unit_of_work():
        change_unit(the(unit_id), values={"sharing": "chosen"}, by=world.admin, now=now)
    assert seen_by(carl) == []
    with unit_of_work():
        change_unit(the(unit_id), values={"reader_ids": [carl.id]}, by=world.admin, now=now)
    assert seen_by(carl) == [shared]
