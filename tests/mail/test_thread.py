"""Which ticket a mail belongs to: the evidence, from the strongest to the weakest."""

from __future__ import annotations

from helpdesk.core import signing
from helpdesk.core.db import unit_of_work
from helpdesk.domain.correspondence.tokens import Audience, reply_address
from helpdesk.domain.tickets.actions import reply, watch
from helpdesk.domain.tickets.actions.speaking import Words
from helpdesk.domain.tickets.models import LinkKind, Ticket
from helpdesk.domain.tickets.queries import links_of, ticket_to_change
from tests.conftest import SECRET
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

BO = "Bo Berg <bo@example.com>"
ADDRESS = "helpdesk@example.org"


def acknowledged(road: Road, **headers: str) -> tuple[Ticket, str]:
    """A ticket of Eva's, and the Message-ID of its acknowledgement."""
    ticket = road.ticket(letter(**headers))
    return ticket, sent_to("eva@example.com", "received").rfc_message_id


def test_an_answer_to_our_mail_joins_its_ticket(road: Road) -> None:
    ticket, our_id = acknowledged(road)
    row = road.take(letter(subject="Quite another subject", In_Reply_To=f"<{our_id}>"))
    assert row.ticket_id == ticket.id
    assert "Answers a mail that we sent about ticket #1" in in_words(row)
    assert [message.direction for message in messages()] == ["in", "in"]


def test_our_message_id_is_found_far_back_in_references(road: Road) -> None:
    ticket, our_id = acknowledged(road)
    others = " ".join(f"<x{number}@example.com>" for number in range(9))
    assert road.ticket(letter(References=f"<{our_id}> {others}")).id == ticket.id


def test_an_answer_to_the_signed_address_joins_whoever_sends_it(road: Road, world: World) -> None:
    ticket, _ = acknowledged(road)
    address = reply_address(ADDRESS, ticket.number, Audience.REQUESTER, world.eva_id)
    mine = road.take(letter(to=address))
    theirs = road.take(letter(BO, to=address.upper()))
    assert mine.ticket_id == theirs.ticket_id == ticket.id
    # Eva forwarded it, and Bo answered: the words are his, and the badge says so.
    assert message_of(mine).verified
    assert not message_of(theirs).verified


def test_the_signed_address_is_also_found_where_the_servers_write_it(
    road: Road, world: World
) -> None:
    ticket, _ = acknowledged(road)
    address = reply_address(ADDRESS, ticket.number, Audience.REQUESTER, world.eva_id)
    assert road.ticket(letter(Delivered_To=address)).id == ticket.id
    assert road.ticket(letter(X_Original_To=address)).id == ticket.id
    assert road.ticket(letter(), envelope_to=address).id == ticket.id


def test_a_forged_address_is_no_evidence(road: Road, world: World) -> None:
    ticket, _ = acknowledged(road)
    signing.use("another secret, of somebody who wants to get in")
    forged = reply_address(ADDRESS, ticket.number, Audience.REQUESTER, world.eva_id)
    signing.use(SECRET)
    assert road.ticket(letter(BO, to=forged)).id != ticket.id


def test_an_answer_to_the_requesters_own_mail_joins_for_those_who_take_part(road: Road) -> None:
    first = letter(Message_ID="<first@example.com>", Cc=BO)
    ticket = road.ticket(first)
    by_requester = road.ticket(letter(In_Reply_To="<first@example.com>"))
    by_watcher = road.ticket(letter(BO, References="<first@example.com>"))
    assert by_requester.id == by_watcher.id == ticket.id


def test_a_stranger_answering_gets_a_ticket_of_his_own(road: Road) -> None:
    ticket = road.ticket(letter(Message_ID="<first@example.com>"))
    row = road.take(letter(BO, In_Reply_To="<first@example.com>"))
    own = ticket_of(row)
    assert own.id != ticket.id
    assert [(kind, ours, other.id) for kind, ours, other in links_of(own)] == [
        (LinkKind.MAY_FOLLOW.value, True, ticket.id)
    ]
    assert "takes no part in it" in in_words(row)
    # He is a requester like any other, and Eva's ticket tells him nothing.
    assert outbox()[-1] == ("received", "bo@example.com")


def test_an_id_that_was_only_referenced_ties_mails_together(road: Road) -> None:
    # Somebody outside wrote to both; neither of us has seen that mail.
    ticket = road.ticket(letter(Cc=BO, References="<root@example.net> <leaf@example.net>"))
    assert road.ticket(letter(BO, In_Reply_To="<root@example.net>")).id == ticket.id


def test_a_mail_that_was_overtaken_by_its_answer_joins_it(road: Road) -> None:
    ticket = road.ticket(letter(to=f"{ADDRESS}, {BO}", In_Reply_To="<late@example.com>"))
    assert road.ticket(letter(BO, Message_ID="<late@example.com>")).id == ticket.id


def test_an_id_that_is_used_twice_is_no_evidence(road: Road) -> None:
    first = road.ticket(letter(Message_ID="<same@example.com>", text="One"))
    second = road.ticket(letter(Message_ID="<same@example.com>", text="Two"))
    assert first.id != second.id
    assert links_of(second) == []


def test_the_number_in_the_subject_is_enough_for_those_who_take_part(road: Road) -> None:
    ticket, _ = acknowledged(road)
    assert road.ticket(letter(subject=f"SV: The printer [#{ticket.number}]")).id == ticket.id
    assert road.ticket(letter(subject=f"Re: [ #{ticket.number} ] The printer")).id == ticket.id


def test_a_participant_who_forwards_is_still_a_participant(road: Road) -> None:
    ticket, _ = acknowledged(road)
    for prefix in ("Fwd:", "VB:", "WG:"):
        assert road.ticket(letter(subject=f"{prefix} Done? [#{ticket.number}]")).id == ticket.id


def test_a_strangers_number_in_the_subject_only_suggests(road: Road) -> None:
    ticket, _ = acknowledged(road)
    own = road.ticket(letter(BO, subject=f"Re: The printer [#{ticket.number}]"))
    assert own.id != ticket.id
    assert [kind for kind, _, _ in links_of(own)] == [LinkKind.MAY_FOLLOW.value]


def test_a_number_without_our_brackets_says_nothing(road: Road) -> None:
    ticket, _ = acknowledged(road)
    own = road.ticket(letter(subject=f"Order #{ticket.number}"))
    assert own.id != ticket.id
    assert links_of(own) == []


def test_a_number_that_does_not_exist_makes_a_new_ticket(road: Road) -> None:
    row = road.take(letter(subject="Re: [#999999999] The printer"))
    assert len(tickets()) == 1
    assert "Nothing ties it to an earlier ticket" in in_words(row)


def test_the_strongest_evidence_wins(road: Road, world: World) -> None:
    first, first_id = acknowledged(road)
    second, second_id = acknowledged(road, subject="The screen")
    third = road.ticket(letter(subject="The mouse"))
    address = reply_address(ADDRESS, first.number, Audience.REQUESTER, world.eva_id)
    by_address = letter(subject=f"[#{third.number}]", to=address, In_Reply_To=f"<{second_id}>")
    by_id = letter(subject=f"[#{third.number}]", In_Reply_To=f"<{second_id}>")
    assert road.ticket(by_address).id == first.id
    assert road.ticket(by_id).id == second.id
    # Among ids the newest: In-Reply-To, then the end of References.
    both = letter(References=f"<{first_id}> <{second_id}>")
    assert road.ticket(both).id == second.id
    crossed = letter(In_Reply_To=f"<{first_id}>", References=f"<{second_id}>")
    assert road.ticket(crossed).id == first.id


def test_a_taken_id_weighs_more_than_a_referenced_one(road: Road) -> None:
    root = road.ticket(letter(Message_ID="<root@example.com>"))
    side = road.ticket(letter(subject="Side", Cc=BO, References="<other@example.com>"))
    row = road.take(letter(References="<root@example.com> <other@example.com>"))
    assert row.ticket_id == root.id != side.id


def test_watchers_take_part_by_any_sign(road: Road, world: World) -> None:
    ticket, _ = acknowledged(road)
    with unit_of_work():
        watch(
            ticket_to_change(world.agnes, ticket.number),
            person=world.admin,
            by=world.agnes,
            now=ticket.opened_at,
        )
    row = road.take(letter("admin@example.org", subject=f"[#{ticket.number}]"))
    assert row.ticket_id == ticket.id


def test_an_answer_to_an_agents_reply_joins(road: Road, world: World) -> None:
    ticket, _ = acknowledged(road)
    with unit_of_work():
        mine = ticket_to_change(world.agnes, ticket.number)
        reply(mine, Words("Which floor?"), then="waiting", by=world.agnes, now=mine.opened_at)
    our_id = sent_to("eva@example.com", "answered").rfc_message_id
    row = road.take(letter(text="The third.", In_Reply_To=f"<{our_id}>"))
    assert row.ticket_id == ticket.id
    assert ticket_of(row).state == "open"
