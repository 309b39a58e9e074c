"""Each kind of mail, wanted and not: what is chosen holds, and what must come comes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.accounts.absence import go_away
from helpdesk.domain.accounts.actions import know
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.accounts.permissions import ACTION_LABELS, ROLE_SENTENCES, Action, Role
from helpdesk.domain.correspondence.models import OutboundMail
from helpdesk.domain.correspondence.tokens import Audience
from helpdesk.domain.notifications.choosing import choose_mail, mail_offered_to
from helpdesk.domain.notifications.table import NOTIFICATIONS
from helpdesk.domain.tickets.actions import (
    Opening,
    Why,
    Words,
    add_note,
    assign,
    begin_conversation,
    merge,
    move,
    open_ticket,
    receive_answer,
    receive_from_supplier,
    reply,
    snooze,
    wake,
    write_first,
    write_to_supplier,
)
from helpdesk.domain.tickets.models import Conversation, Ticket
from tests.world import World

Deed = Callable[[World, datetime], None]


def opening(world: World, *, process: str = "incident") -> Opening:
    queue = world.queue if process == "incident" else world.technical_queue
    return Opening("It is dead", world.eva, process, queue, mailbox_id=world.helpdesk_id)


def opened(world: World, now: datetime, *, process: str = "incident") -> Ticket:
    ticket, _ = open_ticket(opening(world, process=process), Words("Help"), by=world.eva, now=now)
    return ticket


def assigned(world: World, now: datetime) -> Ticket:
    ticket = opened(world, now)
    assign(ticket, to=world.agnes, by=world.admin, now=now)
    return ticket


def write(world: World, now: datetime) -> None:
    write_first(opening(world), Words("Is it well?"), by=world.agnes, now=now)


def answer_while_away(world: World, now: datetime) -> None:
    go_away(
        world.oskar,
        from_on=now.date(),
        back_on=date(2026, 12, 7),
        note="",
        substitute=world.agnes,
        zone=ZoneInfo("Europe/Stockholm"),
        now=now,
    )
    ticket = opened(world, now)
    assign(ticket, to=world.oskar, by=world.admin, now=now)
    receive_answer(ticket, Words("More"), by=world.eva, now=now)


def merge_two(world: World, now: datetime) -> None:
    merge(opened(world, now), into=opened(world, now), by=world.agnes, now=now)


def put_off_until_now(world: World, now: datetime) -> None:
    ticket = opened(world, now)
    snooze(ticket, until=now + timedelta(days=1), by=world.agnes, now=now)
    wake(ticket, why=Why.TIME, by=None, now=now + timedelta(days=1))


def sara(now: datetime) -> Person:
    return know("sara@cables.example", now=now)


def asked_outside(ticket: Ticket, world: World, now: datetime) -> Conversation:
    conversation = begin_conversation(
        ticket, subject="Cables", people=[sara(now)], by=world.agnes, now=now
    )
    write_to_supplier(ticket, Words("When?"), conversation=conversation, by=world.agnes, now=now)
    return conversation


def hear_from_outside(world: World, now: datetime) -> None:
    ticket = assigned(world, now)
    conversation = asked_outside(ticket, world, now)
    receive_from_supplier(ticket, Words("Now"), conversation=conversation, by=sara(now), now=now)


# What happens, and who would get the mail.
DEEDS: dict[str, tuple[Deed, str]] = {
    "received": (lambda world, now: void(opened(world, now)), "eva"),
    "we-wrote-to-you": (write, "eva"),
    "answered": (
        lambda world, now: void(reply(opened(world, now), Words("So"), by=world.agnes, now=now)),
        "eva",
    ),
    "resolved": (
        lambda world, now: move(opened(world, now), target="resolved", by=world.agnes, now=now),
        "eva",
    ),
    "declined": (
        lambda world, now: move(
            opened(world, now, process="request"), target="declined", by=world.agnes, now=now
        ),
        "eva",
    ),
    "requester-answered": (
        lambda world, now: void(
            receive_answer(assigned(world, now), Words("More"), by=world.eva, now=now)
        ),
        "agnes",
    ),
    "answered-while-away": (answer_while_away, "agnes"),
    "assigned-to-you": (lambda world, now: void(assigned(world, now)), "agnes"),
    "goes-on-together": (merge_two, "eva"),
    "back-again": (put_off_until_now, "agnes"),
    "asked-of-you": (
        lambda world, now: void(asked_outside(opened(world, now), world, now)),
        "sara",
    ),
    "supplier-answered": (hear_from_outside, "agnes"),
    "mentioned-you": (
        lambda world, now: void(
            add_note(opened(world, now), Words("Ask @Agnes"), by=world.oskar, now=now)
        ),
        "agnes",
    ),
    "note-written": (
        lambda world, now: void(
            add_note(assigned(world, now), Words("Well"), by=world.oskar, now=now)
        ),
        "agnes",
    ),
}


def void(_result: object) -> None:
    """Let an expression stand where nothing is wanted of it."""


def got(name: str, person: Person) -> int:
    return len(
        db.session.scalars(
            select(OutboundMail).where(
                OutboundMail.notification == name, OutboundMail.person_id == person.id
            )
        ).all()
    )


@pytest.mark.one_database
@pytest.mark.parametrize("row", NOTIFICATIONS, ids=lambda row: row.name)
def test_each_kind_comes_as_it_was_chosen(row: object, world: World, now: datetime) -> None:
    name, must = row.name, bool(row.must)  # type: ignore[attr-defined]
    deed, who = DEEDS[name]
    with unit_of_work():
        deed(world, now)
    person = sara(now) if who == "sara" else getattr(world, who)
    assert got(name, person) == 1
    with unit_of_work():
        choose_mail(person, wanted=())
    with unit_of_work():
        deed(world, now)
    assert got(name, person) == (2 if must else 1)
    # Even where the row says so, what must come comes.
    with unit_of_work():
        person.unwanted_mail = [each.name for each in NOTIFICATIONS]
        deed(world, now)
    assert got(name, person) == (3 if must else 1)
    with unit_of_work():
        choose_mail(person, wanted=[each.name for each in NOTIFICATIONS])
        deed(world, now)
    assert got(name, person) == (4 if must else 2)


@pytest.mark.one_database
def test_every_kind_that_is_offered_says_in_the_settings_when_it_comes(world: World) -> None:
    assert [row.name for row in mail_offered_to(world.agnes) if not row.when] == []


def test_requesters_are_offered_only_what_they_can_get(world: World) -> None:
    assert {row.audience for row in mail_offered_to(world.eva)} == {Audience.REQUESTER}
    others = [row for row in NOTIFICATIONS if row.audience is not Audience.SUPPLIER]
    assert mail_offered_to(world.agnes) == others
    with unit_of_work():
        world.eva.unwanted_mail = ["assigned-to-you"]
        choose_mail(world.eva, wanted=["received"])
    # What is not theirs to see is left as it was.
    assert world.eva.unwanted_mail == ["assigned-to-you", "goes-on-together", "resolved"]


@pytest.mark.one_database
def test_every_action_and_role_has_words_for_those_who_give_them() -> None:
    assert set(ACTION_LABELS) == set(Action)
    assert set(ROLE_SENTENCES) == set(Role)
