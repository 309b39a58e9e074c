"""Several workers at once: every mail is filed exactly once, on both databases."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from sqlalchemy import func, select

from helpdesk.core import clock
from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.correspondence.models import InboundMail, InboundState
from helpdesk.domain.tickets.models import Message
from helpdesk.mail.pipeline import file_waiting
from tests.conftest import A_TUESDAY
from tests.mail.letters import Road, letter, mail_row, messages, outbox, tickets

WORKERS = 3


def together(app: Flask, work: Callable[[], object]) -> list[BaseException]:
    """Run the same work in several threads, each with an application context of its own."""
    begin = threading.Barrier(WORKERS)
    faults: list[BaseException] = []

    def one() -> None:
        with app.app_context():
            begin.wait()
            try:
                work()
            except BaseException as fault:
                faults.append(fault)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=one) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return faults


def file_all(road: Road) -> None:
    while file_waiting(road.settings, limit=7):
        pass


def test_workers_side_by_side_file_each_mail_once(app: Flask, road: Road) -> None:
    for number in range(40):
        road.keep(letter(f"p{number}@example.com", f"Number {number}"))
    assert together(app, lambda: file_all(road)) == []
    states = Counter(row.state for row in db.session.scalars(select(InboundMail)))
    assert states == {InboundState.FILED.value: 40}
    assert sorted(ticket.subject for ticket in tickets()) == sorted(
        f"Number {number}" for number in range(40)
    )
    assert len(messages()) == 40
    assert Counter(outbox()) == {("received", f"p{number}@example.com"): 1 for number in range(40)}


def test_copies_that_meet_in_two_workers_are_still_one_ticket(app: Flask, road: Road) -> None:
    for number in range(12):
        raw = letter("eva@example.com", f"Number {number}", Auto_Submitted="auto-generated")
        for mailbox in ("orders", "helpdesk", "orders"):
            road.keep(raw, mailbox=mailbox)
    assert together(app, lambda: file_all(road)) == []
    states = Counter(row.state for row in db.session.scalars(select(InboundMail)))
    assert states == {InboundState.QUIETLY.value: 12, InboundState.COPY.value: 24}
    assert len(tickets()) == len(messages()) == 12


def test_one_new_sender_in_two_workers_is_one_person(app: Flask, road: Road) -> None:
    for number in range(20):
        road.keep(letter("Nils Ny <nils@example.com>", f"Number {number}", Cc="bo@example.com"))
    assert together(app, lambda: file_all(road)) == []
    assert len(tickets()) == 20
    people = db.session.scalars(
        select(Person.email).where(Person.email.in_(["nils@example.com", "bo@example.com"]))
    ).all()
    assert sorted(people) == ["bo@example.com", "nils@example.com"]
    attempts = db.session.scalar(select(func.max(InboundMail.attempts)))
    assert attempts == 0


def test_answers_that_meet_on_one_ticket_all_join_it(app: Flask, road: Road) -> None:
    ticket = road.ticket(letter(Message_ID="<first@example.com>"))
    for number in range(20):
        road.keep(letter(text=f"Answer {number}", In_Reply_To="<first@example.com>"))
    assert together(app, lambda: file_all(road)) == []
    db.session.expire_all()
    assert [each.number for each in tickets()] == [ticket.number]
    assert len(messages()) == 21
    numbers = db.session.scalars(select(Message.id).where(Message.ticket_id == ticket.number)).all()
    assert len(numbers) == 21


def test_an_answer_waits_a_moment_for_an_original_in_another_worker(road: Road) -> None:
    original = road.keep(letter(Message_ID="<first@example.com>"))
    with unit_of_work():
        mail_row(original).due_at = clock.now() + timedelta(seconds=3)
    answer = road.keep(letter(In_Reply_To="<first@example.com>"))
    road.file()
    assert (mail_row(answer).state, mail_row(answer).attempts) == (InboundState.WAITING.value, 0)
    for seconds in (3, 5):
        with clock.stopped_at(A_TUESDAY + timedelta(seconds=seconds)):
            road.file()
    assert mail_row(answer).ticket_id == mail_row(original).ticket_id is not None
    assert len(tickets()) == 1


def test_an_answer_does_not_wait_for_ever(road: Road) -> None:
    original = road.keep(letter(Message_ID="<first@example.com>"))
    with unit_of_work():
        mail_row(original).due_at = clock.now() + timedelta(days=1)
    answer = road.keep(letter(In_Reply_To="<first@example.com>"))
    with clock.stopped_at(A_TUESDAY + timedelta(seconds=61)):
        road.file()
    assert mail_row(answer).state == InboundState.FILED.value
