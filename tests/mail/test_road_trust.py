"""Who is believed on the road: agents, requesters, forgers; and whom we never write to for them."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from helpdesk.core.config import Settings
from helpdesk.core.db import unit_of_work
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.correspondence.models import InboundState
from helpdesk.domain.correspondence.tokens import Audience, reply_address
from helpdesk.domain.tickets.actions import assign
from helpdesk.domain.tickets.models import LinkKind
from helpdesk.domain.tickets.queries import links_of, ticket_to_change, watchers_of
from tests.conftest import settings_for
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
MX = "mx.example.org"


@pytest.fixture
def believing(world: World) -> World:
    """The mailbox believes its own border server."""
    with unit_of_work():
        world.helpdesk.authserv_ids = [MX]
    return world


@pytest.fixture
def number(road: Road, world: World, now: object) -> int:
    """A ticket of Eva's that Agnes works on."""
    number = road.ticket(letter()).number
    with unit_of_work():
        ticket = ticket_to_change(world.agnes, number)
        assign(ticket, to=world.agnes, by=world.agnes, now=ticket.opened_at)
    return number


def said(raw: bytes, result: str, *, domain: str, by: str = MX) -> bytes:
    """The mail as a border server hands it on."""
    head = (
        f"Authentication-Results: {by}; dmarc={result} (p=none) header.from={domain}\n"
        f"Received: from somewhere.example.net by {by} with ESMTPS id 1\n"
    )
    return head.encode() + raw


def from_agnes(number: int, *, to: str = ADDRESS, text: str = "Restart it.") -> bytes:
    return letter("agnes@example.org", f"Re: The printer [#{number}]", text, to=to)


def test_an_agents_from_is_believed_when_our_server_vouches_for_it(
    road: Road, believing: World, number: int
) -> None:
    row = road.take(said(from_agnes(number), "pass", domain="example.org"))
    message = message_of(row)
    assert (message.kind, message.verified, message.author_id) == (
        "note",
        True,
        believing.agnes_id,
    )
    assert row.dmarc == "pass"
    assert "mx.example.org vouches for its From (DMARC)" in in_words(row)
    # The server knows who wrote, not that the words were meant for the requester.
    assert [mail for mail in outbox() if mail[0] == "answered"] == []


def test_a_new_mail_of_an_agent_is_verified_when_our_server_vouches_for_it(
    road: Road, believing: World
) -> None:
    proven = road.take(said(letter("agnes@example.org"), "pass", domain="example.org"))
    unproven = road.take(letter("agnes@example.org", "Another"))
    assert message_of(proven).verified
    assert not message_of(unproven).verified


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(
            said(b"", "pass", domain="example.org", by="mx.example.com"), id="another server"
        ),
        pytest.param(said(b"", "pass", domain="example.com"), id="another domain"),
        pytest.param(said(b"", "none", domain="example.org"), id="no result"),
        pytest.param(
            b"Received: from a by mx.example.org\nReceived: from b by evil.example\n"
            + said(b"", "pass", domain="example.org"),
            id="forged below the line of the real server",
        ),
    ],
)
def test_an_agents_from_is_not_believed_for_what_others_say(
    road: Road, believing: World, number: int, raw: bytes
) -> None:
    row = road.take(raw + from_agnes(number))
    message = message_of(row)
    assert (message.kind, message.verified, row.dmarc) == ("note", False, "")


def test_no_server_is_believed_where_none_was_named(road: Road, world: World, number: int) -> None:
    row = road.take(said(from_agnes(number), "pass", domain="example.org"))
    assert (message_of(row).verified, row.dmarc) == (False, "")


def test_the_signed_address_lets_words_out_and_a_refuted_from_keeps_them_in(
    road: Road, believing: World, number: int
) -> None:
    to = reply_address(ADDRESS, number, Audience.REQUESTER, believing.agnes_id)
    refuted = road.take(said(from_agnes(number, to=to), "fail", domain="example.org"))
    assert (message_of(refuted).kind, message_of(refuted).verified) == ("note", False)
    assert ("answered", "eva@example.com") not in outbox()
    road.take(from_agnes(number, to=to, text="Restart it now."))
    assert ("answered", "eva@example.com") in outbox()


def test_an_address_that_fails_gets_no_acknowledgement(road: Road, believing: World) -> None:
    row = road.take(said(letter(), "fail", domain="example.com"))
    assert (row.state, row.dmarc) == (InboundState.FILED.value, "fail")
    assert not message_of(row).verified
    assert outbox() == []
    assert "Its From is not genuine, as a server says (mx.example.org)" in in_words(row)
    assert in_words(row).count("not genuine") == 1


def test_a_refuted_requester_does_not_join_by_a_sign_that_anybody_can_write(
    road: Road, believing: World, number: int
) -> None:
    raw = letter(subject=f"Re: The printer [#{number}]", Cc="evil@example.net")
    row = road.take(said(raw, "fail", domain="example.com"))
    ticket = ticket_of(row)
    assert ticket.number != number
    assert [kind for kind, _, _ in links_of(ticket)] == [LinkKind.MAY_FOLLOW.value]
    assert watchers_of(ticket) == []
    assert outbox() == [("received", "eva@example.com")]


def test_a_requester_whom_our_server_vouches_for_may_bring_colleagues(
    road: Road, believing: World, number: int
) -> None:
    raw = letter(subject=f"Re: The printer [#{number}]", Cc="bo@example.com")
    row = road.take(said(raw, "pass", domain="example.com"))
    assert [person.email for person in watchers_of(ticket_of(row))] == ["bo@example.com"]


def test_whoever_writes_a_requesters_from_makes_nobody_listen(
    road: Road, world: World, number: int
) -> None:
    # Not even a server that we believe is needed to see that nothing proves it.
    row = road.take(letter(subject=f"Re: The printer [#{number}]", Cc="evil@example.net"))
    assert row.ticket_id == number
    assert watchers_of(ticket_of(row)) == []


def test_only_the_mailbox_that_a_mail_came_through_is_asked_whom_it_believes(
    road: Road, world: World
) -> None:
    with unit_of_work():
        world.orders.authserv_ids = [MX]
    raw = said(letter("agnes@example.org", to="orders@example.org"), "pass", domain="example.org")
    # Placed by “orders”, for which it was; but what “helpdesk”’s server let in is its own affair.
    row = road.take(raw, mailbox="helpdesk")
    assert row.dmarc == ""


def test_reply_to_is_not_proven_by_what_is_said_of_the_from(road: Road, believing: World) -> None:
    with unit_of_work():
        believing.helpdesk.trust_reply_to = True
    raw = letter("web@example.com", Reply_To="agnes@example.org")
    message = message_of(road.take(said(raw, "pass", domain="example.com")))
    assert (message.sender, message.verified) == ("agnes@example.org", False)


# The ways by which a stranger could make the desk write to somebody else.


def test_the_from_is_acknowledged_and_never_the_reply_to(road: Road) -> None:
    road.take(letter(Reply_To="victim@example.net"))
    assert outbox() == [("received", "eva@example.com")]


def test_senders_of_another_kind_are_not_looked_at(road: Road) -> None:
    road.take(
        letter(
            Sender="victim@example.net",
            Resent_From="victim@example.net",
            Resent_To="victim@example.net",
            Return_Receipt_To="victim@example.net",
            Disposition_Notification_To="victim@example.net",
            Errors_To="victim@example.net",
        ),
        envelope_from="victim@example.net",
    )
    assert outbox() == [("received", "eva@example.com")]


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(letter("eva@example.com, victim@example.net"), id="in one field"),
        pytest.param(b"From: victim@example.net\n" + letter(), id="in two fields"),
    ],
)
def test_a_mail_with_several_senders_is_filed_and_answered_to_none(road: Road, raw: bytes) -> None:
    row = road.take(raw)
    assert row.state == InboundState.FILED.value
    assert "It names several senders" in in_words(row)
    assert outbox() == []


def test_a_sender_whose_name_looks_like_an_address_is_one_sender(road: Road) -> None:
    road.take(letter('"eva@example.com" <eva@example.com>'))
    assert outbox() == [("received", "eva@example.com")]


def test_those_on_the_mail_of_a_stranger_are_not_acknowledged(road: Road) -> None:
    row = road.take(letter("new@example.net", Cc="victim@example.com", Bcc="other@example.com"))
    assert [person.email for person in watchers_of(ticket_of(row))] == ["victim@example.com"]
    assert outbox() == [("received", "new@example.net")]


def test_a_stranger_is_filed_but_not_answered_when_too_many_came(
    world: World, now: datetime, database: str, tmp_path: Path
) -> None:
    settings = settings_for(tmp_path, database, acknowledge_strangers_per_hour="10")
    # Whoever is here is known for long, whatever the machine's own clock says of this day.
    with unit_of_work() as session:
        session.execute(update(Person).values(created_at=now - timedelta(days=30)))
    road = Road(settings)
    for each in range(12):
        road.take(letter(f"stranger{each}@example.net"))
    assert len(tickets()) == 12
    assert len(outbox()) == 10
    known = settings_for(tmp_path, database)
    Road(known).take(letter("one-more@example.net"))
    assert ("received", "one-more@example.net") in outbox()


def test_a_web_forms_reply_to_is_written_to_no_more_often_than_anybody(
    road: Road, world: World, settings: Settings
) -> None:
    with unit_of_work():
        world.helpdesk.trust_reply_to = True
    for each in range(settings.acknowledge_cap_per_hour + 3):
        road.take(letter("web@example.org", f"Number {each}", Reply_To="victim@example.net"))
    assert len(tickets()) == settings.acknowledge_cap_per_hour + 3
    assert outbox() == [("received", "victim@example.net")] * settings.acknowledge_cap_per_hour


def test_an_acknowledgement_holds_no_word_of_the_mail(road: Road, now: object) -> None:
    road.take(letter("new@example.net", text="Buy at https://evil.example now"))
    mail = sent_to("new@example.net", "received")
    assert "evil.example" not in str(mail.facts)
    assert messages()[0].text.startswith("Buy")
