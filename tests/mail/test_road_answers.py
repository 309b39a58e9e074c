"""Who speaks on a ticket that is there: requesters, watchers, agents, machines, and latecomers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from helpdesk.core import clock
from helpdesk.core.db import unit_of_work
from helpdesk.domain.accounts.administering import switch_person
from helpdesk.domain.correspondence.models import InboundMail, InboundState
from helpdesk.domain.correspondence.tokens import Audience, reply_address
from helpdesk.domain.tickets.actions import assign, move, watch
from helpdesk.domain.tickets.models import LinkKind
from helpdesk.domain.tickets.queries import history, links_of, ticket_to_change, watchers_of
from helpdesk.mail.guard import MAIL_BOMB_PER_HOUR
from tests.mail.letters import (
    Road,
    in_words,
    letter,
    message_of,
    messages,
    outbox,
    sent_to,
    ticket_of,
    tickets,
)
from tests.world import World

pytestmark = pytest.mark.one_database

ADDRESS = "helpdesk@example.org"
QUOTED = (
    "Restart it.\n\nOn Tue, 24 Nov 2026 at 08:00, IT helpdesk wrote:\n> Secret words\n> below\n"
)


@pytest.fixture
def number(road: Road, world: World) -> int:
    """A ticket of Eva's that Agnes works on."""
    number = road.ticket(letter()).number
    with unit_of_work():
        ticket = ticket_to_change(world.agnes, number)
        assign(ticket, to=world.agnes, by=world.agnes, now=clock.now())
    return number


def resolve(world: World, number: int, *, close: bool = False) -> None:
    with unit_of_work():
        ticket = ticket_to_change(world.agnes, number)
        move(ticket, target="resolved", told=True, by=world.agnes, now=clock.now())
        if close:
            move(ticket, target="closed", by=None, now=clock.now())


@contextmanager
def days_later(days: int) -> Iterator[None]:
    with clock.stopped_at(clock.now() + timedelta(days=days)):
        yield


def by_address(number: int, audience: Audience, person_id: int) -> str:
    return reply_address(ADDRESS, number, audience, person_id)


def answer(number: int, text: str = "It is dead again.", **headers: str) -> bytes:
    return letter(subject=f"Re: The printer [#{number}]", text=text, **headers)


def test_an_answer_tells_the_one_who_works_on_it(road: Road, number: int) -> None:
    road.take(answer(number))
    assert outbox()[-1] == ("requester-answered", "agnes@example.org")


def test_an_answer_reopens_a_resolved_ticket_for_a_while(
    road: Road, world: World, number: int
) -> None:
    resolve(world, number)
    with days_later(14):
        row = road.take(answer(number))
    assert (row.ticket_id, ticket_of(row).state) == (number, "open")


def test_later_an_answer_makes_a_new_ticket_that_follows(
    road: Road, world: World, number: int
) -> None:
    resolve(world, number)
    with days_later(15):
        row = road.take(answer(number))
    new = ticket_of(row)
    assert new.id != number
    assert [(kind, other.id) for kind, _, other in links_of(new)] == [
        (LinkKind.FOLLOWS.value, number)
    ]
    assert "is over, so a new one follows it" in in_words(row)
    assert new.subject == "The printer"


def test_a_closed_ticket_is_followed_by_a_new_one(road: Road, world: World, number: int) -> None:
    resolve(world, number, close=True)
    row = road.take(answer(number))
    assert row.ticket_id != number
    assert [kind for kind, _, _ in links_of(ticket_of(row))] == [LinkKind.FOLLOWS.value]


@pytest.mark.parametrize("days", [0, 30])
def test_a_mere_thanks_is_filed_but_reopens_nothing(
    road: Road, world: World, number: int, days: int
) -> None:
    resolve(world, number, close=days > 0)
    with days_later(days):
        row = road.take(answer(number, text="Tack för hjälpen!\n\n/Eva\n"))
    assert row.ticket_id == number
    assert ticket_of(row).standing == "done"
    assert len(tickets()) == 1


def test_thanks_with_a_question_reopens(road: Road, world: World, number: int) -> None:
    resolve(world, number)
    row = road.take(answer(number, text="Thanks! And the scanner?\n"))
    assert ticket_of(row).state == "open"


def test_thanks_with_a_file_reopens(road: Road, world: World, number: int) -> None:
    resolve(world, number)
    subject = f"Re: [#{number}]"
    row = road.take(letter(subject=subject, text="Thanks!\n", files={"log.txt": b"error"}))
    assert ticket_of(row).state == "open"


def test_a_waiting_ticket_hears_also_a_thanks(road: Road, world: World, number: int) -> None:
    with unit_of_work():
        ticket = ticket_to_change(world.agnes, number)
        move(ticket, target="waiting", by=world.agnes, now=clock.now())
    assert ticket_of(road.take(answer(number, text="Ok, thanks!\n"))).state == "open"


def test_a_machines_answer_reopens_nothing_and_opens_nothing(
    road: Road, world: World, number: int
) -> None:
    resolve(world, number)
    with days_later(30):
        row = road.take(answer(number, Auto_Submitted="auto-generated"))
    assert (row.ticket_id, row.state) == (number, InboundState.QUIETLY.value)
    assert ticket_of(row).state == "resolved"


def test_new_people_on_an_answer_follow_when_a_participant_put_them_there(
    road: Road, number: int
) -> None:
    ours = f"<{sent_to('eva@example.com', 'received').rfc_message_id}>"
    cc = "Bo <bo@example.com>, helpdesk+tag@example.org"
    row = road.take(answer(number, Cc=cc, In_Reply_To=ours))
    assert [person.email for person in watchers_of(ticket_of(row))] == ["bo@example.com"]


def test_new_people_on_a_strangers_answer_do_not_follow(
    road: Road, world: World, number: int
) -> None:
    to = by_address(number, Audience.REQUESTER, world.eva_id)
    row = road.take(letter("dan@example.net", to=to, Cc="evil@example.net"))
    assert row.ticket_id == number
    assert watchers_of(ticket_of(row)) == []


def test_the_newest_words_are_kept_apart_from_the_quotation(road: Road, number: int) -> None:
    message = message_of(road.take(answer(number, text=QUOTED)))
    assert message.newest.strip() == "Restart it."
    assert "Secret words" in message.text


def test_an_agents_answer_to_the_signed_address_goes_to_the_requester(
    road: Road, world: World, number: int
) -> None:
    to = by_address(number, Audience.REQUESTER, world.agnes_id)
    row = road.take(letter("agnes@example.org", text=QUOTED, to=to, html="<p>Restart it.</p>"))
    message = message_of(row)
    assert (message.direction, message.author_id, message.verified) == ("out", world.agnes_id, True)
    # Below the new words stands the internal mail; it goes nowhere.
    assert "Secret words" not in message.text
    assert message.html is None
    assert outbox()[-1] == ("answered", "eva@example.com")
    assert ticket_of(row).state == "open"


def test_an_internal_mail_that_hides_among_the_new_words_is_not_passed_on(
    road: Road, world: World, number: int
) -> None:
    to = by_address(number, Audience.REQUESTER, world.agnes_id)
    internal = by_address(number, Audience.INTERNAL, world.agnes_id)
    # No mail program's manner of quoting, so nothing says that it is a quotation.
    unmarked = f"Restart it.\n\nWrite a note: {internal}\nSecret words\n"
    row = road.take(letter("agnes@example.org", text=unmarked, to=to))
    assert message_of(row).direction == "out"
    assert message_of(row).text == "Restart it."
    nothing_else = f"Write a note: {internal}\nSecret words\n"
    row = road.take(letter("agnes@example.org", text=nothing_else, to=to))
    assert message_of(row).kind == "note"


def test_an_agents_answer_to_the_internal_address_is_a_note(
    road: Road, world: World, number: int
) -> None:
    before = outbox()
    to = by_address(number, Audience.INTERNAL, world.agnes_id)
    message = message_of(road.take(letter("agnes@example.org", to=to)))
    assert (message.kind, message.verified) == ("note", True)
    assert outbox() == before


def test_an_agents_answer_to_an_internal_mail_is_a_note(
    road: Road, world: World, number: int
) -> None:
    road.take(answer(number))
    our_id = sent_to("agnes@example.org", "requester-answered").rfc_message_id
    before = outbox()
    message = message_of(road.take(letter("agnes@example.org", In_Reply_To=f"<{our_id}>")))
    assert (message.kind, message.verified) == ("note", True)
    assert outbox() == before


def test_the_signed_address_outweighs_the_internal_mail_that_is_answered(
    road: Road, world: World, number: int
) -> None:
    road.take(answer(number))
    our_id = sent_to("agnes@example.org", "requester-answered").rfc_message_id
    to = by_address(number, Audience.REQUESTER, world.agnes_id)
    row = road.take(letter("agnes@example.org", to=to, In_Reply_To=f"<{our_id}>"))
    assert message_of(row).direction == "out"


def test_an_agent_without_a_mark_writes_a_note_with_a_badge(road: Road, number: int) -> None:
    before = outbox()
    message = message_of(road.take(answer(number, sender="agnes@example.org")))
    assert (message.kind, message.verified) == ("note", False)
    assert outbox() == before


def test_a_mark_of_another_agent_passes_nothing_on(road: Road, world: World, number: int) -> None:
    before = outbox()
    to = by_address(number, Audience.REQUESTER, world.agnes_id)
    message = message_of(road.take(letter("oskar@example.org", to=to)))
    assert (message.kind, message.verified) == ("note", False)
    assert outbox() == [*before, ("note-written", "agnes@example.org")]


def test_a_stranger_with_an_agents_mark_is_heard_but_not_passed_on(
    road: Road, world: World, number: int
) -> None:
    to = by_address(number, Audience.REQUESTER, world.agnes_id)
    message = message_of(road.take(letter("dan@example.net", to=to)))
    assert (message.direction, message.verified) == ("in", False)
    assert outbox()[-1] == ("requester-answered", "agnes@example.org")


def test_both_addresses_at_once_mean_the_one_that_tells_nobody(
    road: Road, world: World, number: int
) -> None:
    both = ", ".join(
        by_address(number, audience, world.agnes_id)
        for audience in (Audience.REQUESTER, Audience.INTERNAL)
    )
    assert message_of(road.take(letter("agnes@example.org", to=both))).kind == "note"


def test_an_agent_who_asked_speaks_as_the_requester(road: Road, world: World) -> None:
    number = road.ticket(letter("oskar@example.org")).number
    our_id = sent_to("oskar@example.org", "received").rfc_message_id
    by_id = message_of(road.take(letter("oskar@example.org", In_Reply_To=f"<{our_id}>")))
    by_subject = message_of(road.take(answer(number, sender="oskar@example.org")))
    assert [by_id.direction, by_subject.direction] == ["in", "in"]
    assert (by_id.verified, by_subject.verified) == (True, False)


def test_an_agent_who_follows_speaks_from_the_requesters_side(
    road: Road, world: World, number: int
) -> None:
    with unit_of_work():
        ticket = ticket_to_change(world.agnes, number)
        watch(ticket, person=world.oskar, by=world.agnes, now=clock.now())
    message = message_of(road.take(answer(number, sender="oskar@example.org")))
    assert (message.kind, message.direction) == ("message", "in")


def test_people_on_an_agents_reply_follow_and_on_a_note_they_do_not(
    road: Road, world: World, number: int
) -> None:
    internal = by_address(number, Audience.INTERNAL, world.agnes_id)
    row = road.take(letter("agnes@example.org", to=internal, Cc="bo@example.com"))
    assert watchers_of(ticket_of(row)) == []
    outside = by_address(number, Audience.REQUESTER, world.agnes_id)
    row = road.take(letter("agnes@example.org", to=outside, Cc="bo@example.com"))
    assert [person.email for person in watchers_of(ticket_of(row))] == ["bo@example.com"]


def test_an_absence_notice_is_set_aside_and_noted_on_its_ticket(
    road: Road, world: World, number: int
) -> None:
    resolve(world, number)
    our_id = sent_to("eva@example.com", "received").rfc_message_id
    before = outbox()
    row = road.take(letter(Auto_Submitted="auto-replied", In_Reply_To=f"<{our_id}>"))
    assert (row.state, row.ticket_id, row.message_id) == (
        InboundState.SET_ASIDE.value,
        number,
        None,
    )
    ticket = ticket_of(row)
    assert ticket.state == "resolved"
    assert history(ticket)[-1].kind == "absence notice"
    assert history(ticket)[-1].facts == {"from": "eva@example.com", "inbound": row.id}
    assert "Noted on ticket #1" in in_words(row)
    assert outbox() == before
    assert len(messages()) == 1


def test_an_agents_absence_notice_never_reaches_the_requester(
    road: Road, world: World, number: int
) -> None:
    before = outbox()
    to = by_address(number, Audience.REQUESTER, world.agnes_id)
    row = road.take(letter("agnes@example.org", to=to, Auto_Submitted="auto-replied"))
    assert row.state == InboundState.SET_ASIDE.value
    assert outbox() == before


def test_a_strangers_absence_notice_is_noted_nowhere(road: Road, number: int) -> None:
    row = road.take(answer(number, sender="dan@example.net", Auto_Submitted="auto-replied"))
    assert (row.state, row.ticket_id) == (InboundState.SET_ASIDE.value, None)
    assert len(tickets()) == 1


def test_a_flood_of_answers_wakes_nobody(road: Road, world: World, number: int) -> None:
    with unit_of_work() as session:
        session.add_all(
            InboundMail(
                mailbox_id=world.helpdesk_id,
                door="smtp",
                kept_at=clock.now(),
                due_at=clock.now(),
                content_key=f"{place:064}",
                state=InboundState.FILED.value,
                from_address="eva@example.com",
            )
            for place in range(MAIL_BOMB_PER_HOUR)
        )
    before = outbox()
    row = road.take(answer(number))
    assert (row.state, row.ticket_id) == (InboundState.QUIETLY.value, number)
    assert outbox() == before


@pytest.mark.parametrize("audience", [Audience.REQUESTER, Audience.INTERNAL])
def test_who_was_kept_out_passes_no_words_on_by_an_old_signed_address(
    road: Road, world: World, number: int, audience: Audience
) -> None:
    address = by_address(number, audience, world.agnes_id)
    with unit_of_work():
        switch_person(world.agnes, active=False, by=world.admin, now=clock.now())
    row = road.take(letter("agnes@example.org", "Re: The printer", "Goodbye.", to=address))
    assert row.ticket_id != number
    assert [said.ticket_id for said in messages()].count(number) == 1
    # What became of it tells nobody outside but its own sender, who is told nothing either.
    assert ("answered", "eva@example.com") not in outbox()
