"""Loops end, whatever the headers say and however slow they are; no mail of them is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.correspondence.models import InboundMail, InboundState
from helpdesk.domain.tickets.actions import Words, move, reply
from helpdesk.domain.tickets.models import Message, Ticket
from helpdesk.domain.tickets.queries import ticket_by_number
from helpdesk.mail.deliver import deliver_due
from helpdesk.mail.loops import ANSWERS_BY_ITSELF, IN_VAIN, MOST_IN_VAIN, alike
from helpdesk.mail.subjects import stem
from tests.conftest import A_TUESDAY
from tests.mail.desks import Desk, Responder, new_desk, recipients, without_signs_of_a_machine
from tests.mail.letters import letter

AT_ONCE, AN_HOUR, A_DAY = timedelta(0), timedelta(hours=1), timedelta(days=1)
# Far more than any loop may have.
ROUNDS = 40


@pytest.fixture
def desk(tmp_path: Path, sqlite_template: Path) -> Desk:
    return new_desk(tmp_path / "desk", sqlite_template, name="desk")


def first_mail(machine: Responder, desk: Desk, at: datetime) -> bytes:
    return letter(
        f"Somebody <{machine.address}>",
        subject="Our order",
        text="Good morning,\n\nwhen will the chairs arrive that we have ordered from you?\n",
        to=desk.address,
        date=at,
    )


def exchange(desk: Desk, machine: Responder) -> int:
    """Let them talk after one mail of a person; how many mails the desk sent."""
    now = A_TUESDAY
    on_the_way = [first_mail(machine, desk, now)]
    for _ in range(ROUNDS):
        if not on_the_way:
            return len(desk.sent)
        now += timedelta(seconds=2)
        left = desk.take(on_the_way.pop(0), now)
        now += machine.delay + timedelta(seconds=2)
        on_the_way += [machine.answer(raw, now) for raw in left]
    raise AssertionError(f"it did not end: {len(desk.sent)} mails of the desk")


def trace_of_last(desk: Desk) -> InboundMail:
    with desk.app.app_context():
        row = db.session.scalars(select(InboundMail).order_by(InboundMail.id.desc())).first()
        assert row is not None
        db.session.expunge(row)
        return row


@pytest.mark.parametrize("delay", [AT_ONCE, AN_HOUR, A_DAY])
@pytest.mark.parametrize("quotes", [False, True])
def test_a_machine_that_opens_a_ticket_with_each_answer_is_seen_through(
    desk: Desk, delay: timedelta, quotes: bool
) -> None:
    machine = Responder(delay=delay, quotes=quotes)
    # Its first mail is a person's; three answers have to be alike before they are told from his.
    assert exchange(desk, machine) == 3
    row = trace_of_last(desk)
    assert (row.state, row.reason) == (InboundState.QUIETLY.value, ANSWERS_BY_ITSELF)
    # Each of its mails is on a ticket all the same.
    assert desk.number_of(Message) == 1 + machine.answers == 4


@pytest.mark.parametrize("delay", [AT_ONCE, AN_HOUR, A_DAY])
def test_a_machine_that_keeps_the_thread_gets_one_mail(desk: Desk, delay: timedelta) -> None:
    machine = Responder(delay=delay, threads=True, quotes=True)
    assert exchange(desk, machine) == 1
    assert (desk.number_of(Ticket), desk.number_of(Message)) == (1, 2)


def test_a_machine_with_new_words_each_day_is_not_answered_for_ever(desk: Desk) -> None:
    machine = Responder(delay=A_DAY, varies=True)
    assert exchange(desk, machine) == MOST_IN_VAIN
    row = trace_of_last(desk)
    assert (row.state, row.reason) == (InboundState.FILED.value, IN_VAIN)


def test_a_machine_with_new_words_that_answers_at_once_is_seen_through(desk: Desk) -> None:
    machine = Responder(varies=True)
    assert exchange(desk, machine) == 3


def test_a_machine_does_not_open_a_solved_ticket_again_for_ever(desk: Desk) -> None:
    """Each solution is told to it, and it answers each time that it has registered that."""
    machine = Responder(threads=True)
    now = A_TUESDAY
    left = desk.take(first_mail(machine, desk, now), now)
    open_again = []
    for _ in range(6):
        now += timedelta(seconds=5)
        assert len(left) == 1
        assert desk.take(machine.answer(left[0], now), now) == []
        now += AN_HOUR
        with desk.at(now), unit_of_work():
            ticket = ticket_by_number(1, lock=True)
            assert ticket is not None
            open_again.append(ticket.resolved_at is None)
            if ticket.resolved_at is not None:
                return_to_work(ticket, now)
            agent = db.session.scalars(select(Person).where(Person.name == "Agnes Agent")).one()
            move(ticket, target="resolved", by=agent, now=now)
        left = desk.take(letter("x@example.net", to=desk.address, date=now), now)[:1]
    # Before it was solved for the first time; then because an answer might have been a person's.
    assert open_again == [True, True, False, False, False, False]


def return_to_work(ticket: Ticket, now: datetime) -> None:
    move(ticket, target="open", by=None, now=now)


@pytest.mark.parametrize(
    ("passed_on", "most"),
    [
        (lambda raw: raw, 1),
        (without_signs_of_a_machine, 2),
        (partial(without_signs_of_a_machine, threads=False), 6),
    ],
    ids=["as it is", "without signs", "without thread"],
)
@pytest.mark.parametrize("delay", [timedelta(seconds=3), AN_HOUR, A_DAY])
def test_two_of_our_desks_that_are_requesters_of_each_other_fall_silent(
    tmp_path: Path,
    sqlite_template: Path,
    delay: timedelta,
    passed_on: Callable[[bytes], bytes],
    most: int,
) -> None:
    """Somebody mails one desk in the name of the other, perhaps past a careless gateway."""
    north = new_desk(tmp_path / "north", sqlite_template, name="north")
    south = new_desk(tmp_path / "south", sqlite_template, name="south")
    desks = {desk.address: desk for desk in (north, south)}
    now = A_TUESDAY
    on_the_way = [letter(f"North <{north.address}>", subject="Chairs", to=south.address, date=now)]
    for _ in range(ROUNDS):
        if not on_the_way:
            break
        now += delay
        raw = on_the_way.pop(0)
        (to,) = recipients(raw)
        on_the_way += [passed_on(answer) for answer in desks[to].take(raw, now)]
    assert on_the_way == []
    assert 1 <= len(north.sent) + len(south.sent) <= most


def test_our_own_mail_that_comes_back_by_a_list_is_set_aside(desk: Desk) -> None:
    now = A_TUESDAY
    (ours,) = desk.take(letter("list@lists.example", to=desk.address, date=now), now)
    mail = message_from_bytes(without_signs_of_a_machine(ours), policy=policy.default)
    # As lists do it for the sake of DMARC (RFC 7960 section 4.1.3.1).
    mail.replace_header("From", "IT helpdesk via the list <list@lists.example>")
    assert desk.take(mail.as_bytes(), now + timedelta(minutes=1)) == []
    row = trace_of_last(desk)
    assert (row.state, row.reason) == (InboundState.SET_ASIDE.value, "Our own mail came back")


class TestPeople:
    """Whoever is no machine is not taken for one."""

    def test_somebody_who_reports_many_things_is_acknowledged_each_time(self, desk: Desk) -> None:
        now = A_TUESDAY
        for number, what in enumerate(("printer", "screen", "lamp", "door", "phone", "chair")):
            now += timedelta(hours=1)
            text = (
                f"Hello,\n\nthe {what} in room {number} is broken again. Can you send somebody?\n"
            )
            text += {
                0: "It is urgent.",
                1: "Tomorrow will do.",
                2: "We need it for a meeting.",
            }.get(number % 4, "Thanks a lot for all that you do for us, as always.")
            raw = letter(subject=f"The {what}", text=text, to=desk.address, date=now)
            assert len(desk.take(raw, now)) == 1

    def test_somebody_who_is_not_content_opens_the_ticket_each_time(self, desk: Desk) -> None:
        now = A_TUESDAY
        person = Responder("eva@example.com", threads=True)
        left = desk.take(first_mail(person, desk, now), now)
        for _ in range(5):
            now += AN_HOUR
            with desk.at(now), unit_of_work():
                ticket = ticket_by_number(1, lock=True)
                assert ticket is not None
                agent = db.session.scalars(select(Person).where(Person.name == "Agnes Agent")).one()
                move(ticket, target="resolved", by=agent, now=now)
            with desk.at(now):
                deliver_due(desk.settings)
            now += timedelta(minutes=5)
            answer = letter(
                subject=f"Re: {message_from_bytes(left[0], policy=policy.default)['Subject']}",
                text="It still does not work.\n",
                to=desk.address,
                date=now,
            )
            desk.take(answer, now)
            with desk.at(now):
                assert db.session.get_one(Ticket, 1).state != "resolved"

    def test_a_reply_of_an_agent_makes_it_a_conversation(self, desk: Desk) -> None:
        machine = Responder(delay=A_DAY, varies=True)
        now = A_TUESDAY
        left = desk.take(first_mail(machine, desk, now), now)
        for number in range(MOST_IN_VAIN + 5):
            now += A_DAY
            if number == 10:
                with desk.at(now), unit_of_work():
                    ticket = ticket_by_number(1, lock=True)
                    agent = db.session.scalars(
                        select(Person).where(Person.name == "Agnes Agent")
                    ).one()
                    assert ticket is not None
                    reply(ticket, Words("They come on Monday."), by=agent, now=now)
            left = desk.take(machine.answer(left[-1], now), now)
            assert left


@pytest.mark.parametrize(
    ("subject", "kept"),
    [
        ("[Case 7001] We have registered it", "we have registered it"),
        ("Re: SV: [#12] Ticket 4711-B: done", "ticket done"),
        ("INC0012345 – received", "received"),
        ("1234", ""),
    ],
)
def test_the_stem_of_a_subject_has_no_numbers(subject: str, kept: str) -> None:
    assert stem(subject) == kept


def test_texts_are_alike_when_only_numbers_and_names_differ() -> None:
    form = "Thank you {}. Your request was registered as {} and somebody will look at it soon."
    assert alike(form.format("Eva", 17), form.format("Nils", 18))
    link = "\nFollow it: https://help.example/follow/{}"
    assert alike(form + link.format("xYzAbC.dEfG-hIj"), form + link.format("QrSt.uVwX-yZaB.cDe"))
    assert not alike(form.format("Eva", 17), "Hello, the printer on the third floor is dead again.")
    assert not alike("It still does not work.", "It still does not work.")
