"""Tickets change hands: in portions, with a line each, told once, and not lost in a crash."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select

from helpdesk.core.db import db, unit_of_work
from helpdesk.core.errors import Refused
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.correspondence.models import OutboundMail
from helpdesk.domain.tickets.actions import assign, move, prioritise
from helpdesk.domain.tickets.handing_over import (
    Reason,
    begin_hand_over,
    carry_on,
    hand_over_by_id,
    unfinished_hand_overs,
)
from helpdesk.domain.tickets.models import Ticket
from helpdesk.domain.tickets.queries import history
from tests.web.tickets import a_ticket
from tests.world import World


def hers(world: World, now: datetime, count: int) -> list[int]:
    """So many open tickets of Agnes."""
    numbers = [a_ticket(world, now, subject=f"Matter {each}") for each in range(count)]
    with unit_of_work():
        for number in numbers:
            assign(db.session.get_one(Ticket, number), to=world.agnes, by=world.admin, now=now)
    return numbers


def assignees(numbers: list[int]) -> list[int | None]:
    return [db.session.get_one(Ticket, number).assignee_id for number in numbers]


def begin(world: World, now: datetime, *, to: Person | None, only_urgent: bool = False) -> int:
    with unit_of_work():
        return begin_hand_over(
            world.agnes,
            to=to,
            reason=Reason.LEFT,
            only_urgent=only_urgent,
            by=world.admin,
            now=now,
        ).id


def one_portion(hand_over_id: int, now: datetime, limit: int = 2) -> bool:
    with unit_of_work():
        return carry_on(hand_over_id, now=now, limit=limit)


def mails_to(person: Person) -> list[str]:
    return list(
        db.session.scalars(
            select(OutboundMail.notification)
            .where(OutboundMail.person_id == person.id)
            .order_by(OutboundMail.id)
        )
    )


def test_they_go_in_portions_each_with_its_line_and_one_mail_for_all(
    world: World, now: datetime
) -> None:
    numbers = hers(world, now, 5)
    with unit_of_work():
        move(db.session.get_one(Ticket, numbers[0]), target="resolved", by=world.agnes, now=now)
    hand_over_id = begin(world, now, to=world.oskar)
    assert one_portion(hand_over_id, now)
    assert assignees(numbers[1:]) == [world.oskar_id] * 2 + [world.agnes_id] * 2
    # Whoever goes on is not who began: the row says all that is needed.
    assert list(unfinished_hand_overs()) == [hand_over_id]
    assert one_portion(hand_over_id, now)
    assert not one_portion(hand_over_id, now)
    assert not one_portion(hand_over_id, now)
    assert assignees(numbers) == [world.agnes_id] + [world.oskar_id] * 4
    assert (hand_over_by_id(hand_over_id).moved, list(unfinished_hand_overs())) == (4, [])
    line = history(db.session.get_one(Ticket, numbers[1]))[-1]
    assert (line.kind, line.by_id) == ("assigned", world.admin_id)
    assert line.facts == {"from": world.agnes_id, "to": world.oskar_id, "because": "left"}
    assert mails_to(world.oskar) == ["handed-over-to-you"]
    mail = db.session.scalars(
        select(OutboundMail).where(OutboundMail.person_id == world.oskar_id)
    ).one()
    assert (mail.facts["count"], mail.facts["of"]) == (4, "Agnes Agent")


def test_only_what_is_urgent_goes_where_that_was_asked(world: World, now: datetime) -> None:
    numbers = hers(world, now, 3)
    with unit_of_work():
        for number, (impact, urgency) in zip(numbers, ((1, 1), (1, 2), (2, 2)), strict=True):
            ticket = db.session.get_one(Ticket, number)
            prioritise(ticket, impact=impact, urgency=urgency, by=world.admin, now=now)
    hand_over_id = begin(world, now, to=world.oskar, only_urgent=True)
    while one_portion(hand_over_id, now):
        pass
    assert assignees(numbers) == [world.oskar_id, world.oskar_id, world.agnes_id]


def test_who_was_to_get_them_may_leave_meanwhile(world: World, now: datetime) -> None:
    numbers = hers(world, now, 3)
    hand_over_id = begin(world, now, to=world.oskar)
    one_portion(hand_over_id, now)
    with unit_of_work():
        world.oskar.active = False
    while one_portion(hand_over_id, now):
        pass
    assert assignees(numbers) == [world.oskar_id, world.oskar_id, None]


def test_nobody_gets_them_who_does_not_work_on_tickets(world: World, now: datetime) -> None:
    for person in (world.eva, world.agnes):
        with pytest.raises(Refused), unit_of_work():
            begin_hand_over(world.agnes, to=person, reason=Reason.LEFT, by=world.admin, now=now)


def test_a_portion_that_fails_moves_nothing_and_is_done_again(world: World, now: datetime) -> None:
    numbers = hers(world, now, 3)
    hand_over_id = begin(world, now, to=None)

    def a_portion_in_which_the_machine_stops() -> None:
        with unit_of_work():
            carry_on(hand_over_id, now=now, limit=2)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        a_portion_in_which_the_machine_stops()
    assert assignees(numbers) == [world.agnes_id] * 3
    while one_portion(hand_over_id, now):
        pass
    assert assignees(numbers) == [None] * 3
    assert hand_over_by_id(hand_over_id).moved == 3
