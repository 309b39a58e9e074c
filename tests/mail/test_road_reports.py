"""Delivery reports: they change what we know of a mail of ours, and wake nobody."""

from __future__ import annotations

import pytest

from helpdesk.core import signing
from helpdesk.domain.correspondence.models import DeliveryState, InboundState
from helpdesk.domain.correspondence.tokens import Audience, new_message_id
from helpdesk.domain.tickets.queries import history
from tests.conftest import SECRET
from tests.mail.letters import (
    Road,
    from_file,
    in_words,
    letter,
    mail_row,
    messages,
    outbox,
    sent_to,
    ticket_of,
    tickets,
)

pytestmark = pytest.mark.one_database


@pytest.fixture
def our_id(road: Road) -> str:
    """The Message-ID of an acknowledgement to Eva about ticket #1."""
    road.take(letter())
    return sent_to("eva@example.com", "received").rfc_message_id


def bounce(our_id: str, name: str = "postfix-bounce", action: str = "failed") -> bytes:
    status = "5.1.1" if action == "failed" else "4.4.1"
    return from_file(name, message_id=our_id, action=action, status=status)


@pytest.mark.parametrize("name", ["postfix-bounce", "bare-bounce"])
def test_a_bounce_marks_the_mail_and_shows_on_the_ticket(
    road: Road, our_id: str, name: str
) -> None:
    before = outbox()
    row = road.take(bounce(our_id, name), envelope_from="")
    sent = sent_to("eva@example.com", "received")
    assert (row.state, row.outbound_id) == (InboundState.REPORT.value, sent.id)
    assert sent.state == DeliveryState.BOUNCED.value
    assert "5.1.1" in sent.last_error
    (line,) = history(ticket_of(row))[1:]
    assert line.kind == "mail bounced"
    assert (line.facts["to"], line.facts["outbound"]) == ("eva@example.com", sent.id)
    assert "marked as not delivered, also on ticket #1" in in_words(row)
    assert outbox() == before
    assert (len(tickets()), len(messages())) == (1, 1)


def test_a_second_bounce_of_a_mail_adds_nothing(road: Road, our_id: str) -> None:
    road.take(bounce(our_id))
    row = road.take(bounce(our_id, "bare-bounce"))
    assert row.state == InboundState.REPORT.value
    assert [line.kind for line in history(ticket_of(row))] == ["opened", "mail bounced"]


def test_a_bounce_of_a_mail_that_we_do_not_know_is_set_aside(road: Road) -> None:
    row = road.take(bounce(new_message_id(1, Audience.REQUESTER, "example.org")))
    assert row.state == InboundState.SET_ASIDE.value
    assert row.reason == "A report about a mail that we do not know"
    assert (tickets(), outbox()) == ([], [])


def test_a_forged_bounce_marks_nothing(road: Road, our_id: str) -> None:
    signing.use("another secret, of somebody who wants to stop our mail")
    forged = new_message_id(1, Audience.REQUESTER, "example.org")
    signing.use(SECRET)
    row = road.take(bounce(forged))
    assert row.state == InboundState.SET_ASIDE.value
    assert sent_to("eva@example.com", "received").state == DeliveryState.WAITING.value


@pytest.mark.parametrize("action", ["delayed", "relayed", "delivered"])
def test_a_report_of_a_delay_is_noted_and_changes_nothing(
    road: Road, our_id: str, action: str
) -> None:
    row = road.take(bounce(our_id, action=action))
    sent = sent_to("eva@example.com", "received")
    assert (row.state, row.outbound_id) == (InboundState.REPORT.value, sent.id)
    assert sent.state == DeliveryState.WAITING.value
    assert [line.kind for line in history(ticket_of(row))] == ["opened"]
    assert f"It says: {action}" in in_words(row)


def test_a_read_receipt_is_noted_and_makes_no_message(road: Road, our_id: str) -> None:
    row = road.take(from_file("read-receipt", message_id=our_id))
    assert row.state == InboundState.REPORT.value
    assert len(messages()) == 1
    assert mail_row(row.id).outbound_id == sent_to("eva@example.com", "received").id
