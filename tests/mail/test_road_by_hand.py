"""What a person decides about a mail: file it again, make a ticket of it, put it on one."""

from __future__ import annotations

import pytest

from helpdesk.core import clock
from helpdesk.core.db import unit_of_work
from helpdesk.core.errors import Forbidden, NotFound, Refused
from helpdesk.core.storage import storage
from helpdesk.domain.correspondence.models import InboundState
from helpdesk.mail.pipeline import attach_to, file_again, file_as_new
from tests.mail.letters import (
    Road,
    in_words,
    letter,
    mail_row,
    message_of,
    messages,
    outbox,
    ticket_of,
    tickets,
)
from tests.world import World

pytestmark = pytest.mark.one_database


def test_a_failed_mail_can_be_filed_again(road: Road, world: World) -> None:
    raw = letter()
    inbound_id = road.keep(raw)
    path = storage().path_of(mail_row(inbound_id).raw_sha256 or "")
    path.unlink()
    road.file()
    with unit_of_work():
        mail_row(inbound_id).state = InboundState.FAILED.value
    storage().keep(raw)
    row = file_again(inbound_id, road.settings, by=world.admin, now=clock.now())
    assert (row.state, row.error) == (InboundState.FILED.value, "")
    assert "Ada Admin asked for it to be filed again" in in_words(row)
    assert outbox() == [("received", "eva@example.com")]


def test_filing_again_that_fails_says_so_on_the_mail(road: Road, world: World) -> None:
    inbound_id = road.keep(letter())
    storage().path_of(mail_row(inbound_id).raw_sha256 or "").unlink()
    row = file_again(inbound_id, road.settings, by=world.admin, now=clock.now())
    assert (row.state, row.attempts) == (InboundState.WAITING.value, 1)
    assert "not in the data folder" in row.error


def test_a_mail_that_was_set_aside_can_be_judged_again(road: Road, world: World) -> None:
    row = road.take(letter("orders@example.org"))
    with unit_of_work():
        world.orders.address = "bestall@example.org"
    row = file_again(row.id, road.settings, by=world.admin, now=clock.now())
    assert row.state == InboundState.FILED.value
    assert len(tickets()) == 1


def test_a_mail_is_made_a_ticket_whatever_the_guards_think(road: Road, world: World) -> None:
    raw = letter(Auto_Submitted="auto-replied", subject="Out of office")
    row = road.take(raw)
    copy = road.take(raw, mailbox="orders")
    assert row.state == InboundState.SET_ASIDE.value
    row = file_as_new(row.id, road.settings, by=world.admin, now=clock.now())
    assert row.state == InboundState.FILED.value
    assert ticket_of(row).requester_id == world.eva_id
    # Nobody is answered whom the guards would have spared, and the copies find the ticket.
    assert outbox() == []
    assert mail_row(copy.id).ticket_id == row.ticket_id
    assert "Ada Admin asked for it to be filed as a new ticket" in in_words(row)


def test_a_mail_is_put_on_a_ticket_whoever_wrote_it(road: Road, world: World) -> None:
    ticket = road.ticket(letter())
    row = road.take(letter("dan@example.net", Auto_Submitted="auto-replied"))
    row = attach_to(row.id, ticket.number, road.settings, by=world.admin, now=clock.now())
    assert (row.ticket_id, message_of(row).sender) == (ticket.number, "dan@example.net")
    assert f"asked for it to be put on ticket #{ticket.number}" in in_words(row)


def test_a_mail_that_is_on_a_ticket_is_not_filed_twice(road: Road, world: World) -> None:
    row = road.take(letter())
    copy = road.take(letter(Message_ID="<a@b>"), mailbox="orders")
    with pytest.raises(Refused, match="on ticket #1 already"):
        file_again(row.id, road.settings, by=world.admin, now=clock.now())
    with pytest.raises(Refused, match="on ticket #1 already"):
        file_as_new(row.id, road.settings, by=world.admin, now=clock.now())
    with pytest.raises(Refused, match="on ticket #2 already"):
        attach_to(copy.id, 1, road.settings, by=world.admin, now=clock.now())
    assert len(messages()) == 2


def test_a_copy_is_not_filed_beside_its_original(road: Road, world: World) -> None:
    raw = letter("orders@example.org")
    first = road.take(raw)
    copy = road.take(raw)
    with pytest.raises(Refused, match=f"file the first delivery, mail {first.id}"):
        file_as_new(copy.id, road.settings, by=world.admin, now=clock.now())


def test_only_those_who_may_decide_about_mail(road: Road, world: World) -> None:
    row = road.take(letter("orders@example.org"))
    with pytest.raises(Forbidden):
        file_as_new(row.id, road.settings, by=world.agnes, now=clock.now())
    with pytest.raises(Forbidden):
        file_again(row.id, road.settings, by=world.eva, now=clock.now())
    assert tickets() == []


def test_what_does_not_exist_is_said_to_be_missing(road: Road, world: World) -> None:
    row = road.take(letter("orders@example.org"))
    with pytest.raises(NotFound, match="ticket #77"):
        attach_to(row.id, 77, road.settings, by=world.admin, now=clock.now())
    with pytest.raises(NotFound):
        file_as_new(9999, road.settings, by=world.admin, now=clock.now())
    assert mail_row(row.id).state == InboundState.SET_ASIDE.value
