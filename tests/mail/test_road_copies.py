"""One mail through several mailboxes: one ticket, placed by the first mailbox in order."""

from __future__ import annotations

from sqlalchemy import select

from helpdesk.core import clock
from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.correspondence.models import InboundMail, InboundState
from helpdesk.domain.tickets.actions import assign
from helpdesk.domain.tickets.queries import history, ticket_to_change
from tests.mail.letters import (
    Road,
    from_file,
    in_words,
    letter,
    mail_row,
    messages,
    outbox,
    ticket_of,
    tickets,
)
from tests.world import World

HIDDEN = "undisclosed-recipients:;"


def test_a_mail_to_two_of_our_mailboxes_is_one_ticket(road: Road, world: World) -> None:
    raw = letter(to="orders@example.org, helpdesk@example.org")
    # The second mailbox is the first to hand it over.
    first = road.take(b"Delivered-To: orders@example.org\r\n" + raw, mailbox="orders")
    second = road.take(b"Delivered-To: helpdesk@example.org\r\n" + raw)
    assert [ticket.queue_id for ticket in tickets()] == [world.queue_id]
    assert (first.state, second.state) == (InboundState.FILED.value, InboundState.COPY.value)
    assert second.copy_of_id == first.id
    assert (second.ticket_id, second.message_id) == (first.ticket_id, first.message_id)
    assert f"The same mail as delivery {first.id}, which came before" in in_words(second)
    assert len(messages()) == 1
    assert outbox() == [("received", "eva@example.com")]


def test_of_copies_that_wait_together_the_first_mailbox_decides(road: Road, world: World) -> None:
    raw = letter(to=HIDDEN)
    one = road.keep(raw, mailbox="orders")
    other = road.keep(raw, mailbox="helpdesk")
    road.file()
    assert [ticket.process for ticket in tickets()] == ["incident"]
    assert {mail_row(one).state, mail_row(other).state} == {
        InboundState.FILED.value,
        InboundState.COPY.value,
    }


def test_a_late_copy_through_an_earlier_mailbox_places_the_ticket_anew(
    road: Road, world: World
) -> None:
    raw = letter(to=HIDDEN)
    ticket = road.ticket(raw, mailbox="orders")
    assert (ticket.process, ticket.queue_id) == ("request", world.requests_id)
    row = road.take(raw)
    ticket = ticket_of(row)
    assert (ticket.process, ticket.queue_id) == ("incident", world.queue_id)
    assert ticket.mailbox_id == world.helpdesk_id
    assert "Placed anew, for the mailbox “helpdesk” comes first" in in_words(row)


def test_a_late_copy_does_not_move_what_somebody_works_on(road: Road, world: World) -> None:
    raw = letter(to=HIDDEN)
    ticket = road.ticket(raw, mailbox="orders")
    with unit_of_work():
        mine = ticket_to_change(world.agnes, ticket.number)
        assign(mine, to=world.agnes, by=world.agnes, now=clock.now())
    row = road.take(raw)
    assert ticket_of(row).process == "request"
    assert "More has happened to it already" in in_words(row)


def test_a_late_copy_through_a_later_mailbox_changes_nothing(road: Road) -> None:
    raw = letter(to=HIDDEN)
    road.take(raw)
    row = road.take(raw, mailbox="orders")
    assert ticket_of(row).process == "incident"
    assert [line.kind for line in history(ticket_of(row))] == ["opened"]
    assert "Placed anew" not in in_words(row)


def test_a_copy_of_an_answer_moves_no_ticket(road: Road) -> None:
    ticket = road.ticket(letter(to="orders@example.org"), mailbox="orders")
    answer = letter(subject=f"[#{ticket.number}]", to=HIDDEN)
    road.take(answer, mailbox="orders")
    row = road.take(answer)
    assert row.state == InboundState.COPY.value
    assert ticket_of(row).process == "request"


def test_a_server_that_hands_over_a_mail_again_makes_a_copy(road: Road) -> None:
    raw = letter()
    road.take(raw)
    again = road.take(raw)
    assert again.state == InboundState.COPY.value
    assert len(tickets()) == 1


def test_a_copy_of_what_was_set_aside_is_set_beside_it(road: Road) -> None:
    raw = letter("orders@example.org")
    first = road.take(raw)
    copy = road.take(raw, mailbox="orders")
    assert (copy.state, copy.copy_of_id) == (InboundState.COPY.value, first.id)
    assert tickets() == []


def test_the_same_message_id_with_other_words_is_another_mail(road: Road) -> None:
    rows = [road.take(letter(text=text, Message_ID="<same@example.com>")) for text in ("1", "2")]
    assert [row.state for row in rows] == [InboundState.FILED.value] * 2
    assert len(tickets()) == 2


def test_two_identical_deliveries_can_not_both_be_the_first(road: Road) -> None:
    raw = letter()
    ids = [road.keep(raw, mailbox=name) for name in ("helpdesk", "orders", "helpdesk")]
    road.file()
    firsts = db.session.scalars(select(InboundMail.id).where(InboundMail.first_of_content)).all()
    assert list(firsts) == [ids[0]]


def test_a_copy_through_a_list_keeps_its_ticket(road: Road) -> None:
    direct = road.take(from_file("outlook-swedish"))
    by_list = road.take(
        b"List-Id: <all.example.org>\r\nPrecedence: list\r\n" + from_file("outlook-swedish")
    )
    assert by_list.ticket_id == direct.ticket_id
    assert by_list.state == InboundState.COPY.value
