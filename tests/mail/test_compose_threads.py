"""Mails that are read together for sending: each keeps to its own thread and its own history."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import event
from sqlalchemy.engine import Engine

from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.correspondence.ids import remember_id
from helpdesk.domain.correspondence.models import IdSource, OutboundMail
from helpdesk.domain.notifications.letters import Letter, letters
from helpdesk.domain.tickets.actions import Words, assign, receive_answer, reply
from helpdesk.domain.tickets.queries import ticket_by_number
from tests.mail.outbox import FROM_EVA, answer, ask, outbox
from tests.world import World


def read(*rows: OutboundMail) -> list[Letter]:
    found = letters([row.id for row in rows])
    assert all(isinstance(letter, Letter) for letter in found)
    return [letter for letter in found if isinstance(letter, Letter)]


def test_mails_of_several_tickets_refer_each_to_their_own(world: World, now: datetime) -> None:
    numbers = [ask(world, now, subject=f"Ticket {turn}") for turn in range(3)]
    with unit_of_work():
        for number in numbers:
            remember_id(number, f"taken-{number}@mail.example.com", IdSource.TAKEN)
    for number in numbers:
        answer(world, number, now)
    rows = outbox()
    for letter in read(*rows):
        number = letter.topic.number if letter.topic else 0
        assert letter.in_reply_to == f"taken-{number}@mail.example.com"
        own = [row.rfc_message_id for row in rows if row.ticket_id == number]
        # Of our own mails those that were written before it, and none of another ticket.
        earlier = own[: own.index(letter.rfc_message_id)]
        assert set(letter.references) == {FROM_EVA, letter.in_reply_to, *earlier}


def test_two_mails_of_one_ticket_know_what_each_of_them_can_know(
    world: World, now: datetime
) -> None:
    number = ask(world, now)
    answer(world, number, now, "First.")
    answer(world, number, now, "Second.")
    acknowledged, first, second = outbox()
    letter, last = read(first, second)
    assert letter.references == (acknowledged.rfc_message_id, FROM_EVA)
    assert last.references == (acknowledged.rfc_message_id, FROM_EVA, first.rfc_message_id)
    assert [said.words for said in letter.older] == ["It prints every page twice."]
    assert [said.words for said in last.older] == ["First.", "It prints every page twice."]


def test_what_was_said_before_is_of_the_same_ticket_and_at_most_four(
    world: World, now: datetime
) -> None:
    long, short = ask(world, now, text="Long begins."), ask(world, now, text="Short begins.")
    with unit_of_work():
        ticket = ticket_by_number(long, lock=True)
        assert ticket is not None
        for turn in range(5):
            receive_answer(ticket, Words(f"Long {turn}."), by=world.eva, now=now)
        reply(ticket, Words("The answer."), by=world.agnes, now=now)
    answer(world, short, now)
    of_long, of_short = read(*outbox("answered"))
    assert [said.words for said in of_long.older] == ["Long 4.", "Long 3.", "Long 2.", "Long 1."]
    assert [said.words for said in of_short.older] == ["Short begins."]


def test_who_is_given_a_ticket_reads_its_last_words_once(world: World, now: datetime) -> None:
    number = ask(world, now, text="It begins.")
    with unit_of_work():
        ticket = ticket_by_number(number, lock=True)
        assert ticket is not None
        for turn in range(6):
            receive_answer(ticket, Words(f"Answer {turn}."), by=world.eva, now=now)
        assign(ticket, to=world.oskar, by=world.agnes, now=now)
    (letter,) = read(*outbox("assigned-to-you"))
    assert letter.words == "Answer 5."
    assert [said.words for said in letter.older] == [f"Answer {turn}." for turn in (4, 3, 2, 1)]


def test_internal_mail_refers_only_to_what_its_own_reader_got(world: World, now: datetime) -> None:
    number = ask(world, now)
    with unit_of_work():
        ticket = ticket_by_number(number, lock=True)
        assert ticket is not None
        for to, by in (("oskar", "agnes"), ("agnes", "oskar"), ("oskar", "agnes")):
            assign(ticket, to=getattr(world, to), by=getattr(world, by), now=now)
    first, other, again = read(*outbox("assigned-to-you"))
    assert (first.to.address, first.references) == ("oskar@example.org", ())
    assert (other.to.address, other.references) == ("agnes@example.org", ())
    assert again.references == (first.rfc_message_id,)
    assert again.in_reply_to == first.rfc_message_id


def test_twenty_mails_are_read_with_as_many_statements_as_two(world: World, now: datetime) -> None:
    for turn in range(20):
        answer(world, ask(world, now, subject=f"Ticket {turn}"), now)
    ids = [row.id for row in outbox("answered")]
    db.session.rollback()
    asked: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        counts = []
        for some in (ids[:2], ids):
            asked.clear()
            assert len(letters(some)) == len(some)
            db.session.rollback()
            counts.append(len([statement for statement in asked if "SELECT" in statement]))
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert counts[0] == counts[1] > 0
