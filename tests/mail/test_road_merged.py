"""Where answers land when tickets were merged, separated again, or split, by each evidence."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from helpdesk.core import clock
from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.correspondence.models import InboundMail, MailId, OutboundMail
from helpdesk.domain.correspondence.tokens import Audience, reply_address
from helpdesk.domain.tickets.actions import Words, merge, reply, separate, split, watch
from helpdesk.domain.tickets.models import Message, Ticket
from helpdesk.domain.tickets.queries import history, ticket_by_number
from helpdesk.mail.crowds import MAIL_BOMB_PER_HOUR
from helpdesk.mail.floods import OF_ONE
from tests.mail.letters import Road, in_words, letter, mail_row, outbox, sent_to, tickets
from tests.mail.test_floods import came_already, rain
from tests.world import World

ADDRESS = "helpdesk@example.org"
BO = "Bo Berg <bo@example.com>"


def two_of_eva(road: Road) -> tuple[int, int, str]:
    """Two tickets of Eva's, and the Message-ID of our mail about the second."""
    first = road.ticket(letter(subject="The printer", Message_ID="<one@example.com>")).id
    second = road.ticket(letter(subject="It prints not", Message_ID="<two@example.com>")).id
    return first, second, sent_to("eva@example.com", "received").rfc_message_id


def locked(number: int) -> Ticket:
    ticket = ticket_by_number(number, lock=True)
    assert ticket is not None
    return ticket


def by_each_evidence(road: Road, number: int, our_id: str, person_id: int) -> dict[str, int | None]:
    """Eva's answers about a ticket, each with one sign only: where they come to."""
    address = reply_address(ADDRESS, number, Audience.REQUESTER, person_id)
    signs = {
        "reply address": letter(subject="Hello", to=address),
        "our Message-ID": letter(subject="Hello", In_Reply_To=f"<{our_id}>"),
        "known Message-ID": letter(subject="Hello", References="<two@example.com>"),
        "number": letter(subject=f"Re: something [#{number}]"),
    }
    return {sign: road.take(raw).ticket_id for sign, raw in signs.items()}


def test_answers_follow_a_merged_ticket_and_come_home_when_it_is_separated(
    road: Road, world: World
) -> None:
    first, second, our_id = two_of_eva(road)
    with unit_of_work():
        merge(locked(second), into=locked(first), by=world.agnes, now=clock.now())
    assert outbox()[-1] == ("goes-on-together", "eva@example.com")
    landed = by_each_evidence(road, second, our_id, world.eva_id)
    assert set(landed.values()) == {first}, landed
    db.session.expire_all()
    assert db.session.get_one(Ticket, second).state == "merged"
    # Each mail is one message on one ticket, and what was said before stays where it was said.
    stands = db.session.execute(select(InboundMail.ticket_id, Message.ticket_id).join(Message))
    assert [pair for pair in stands if pair[0] != pair[1]] == []
    assert db.session.scalars(select(Message.ticket_id).order_by(Message.id)).all() == [
        *(first, second),
        *([first] * 4),
    ]
    with unit_of_work():
        separate(locked(second), by=world.agnes, now=clock.now())
    landed = by_each_evidence(road, second, our_id, world.eva_id)
    assert set(landed.values()) == {second}, landed
    assert len(tickets()) == 2


@pytest.mark.one_database
def test_answers_find_their_way_through_a_chain_of_merged_tickets(road: Road, world: World) -> None:
    first, second, our_id = two_of_eva(road)
    third = road.ticket(letter(subject="Still the printer")).id
    with unit_of_work():
        merge(locked(second), into=locked(third), by=world.agnes, now=clock.now())
        merge(locked(third), into=locked(first), by=world.agnes, now=clock.now())
    landed = by_each_evidence(road, second, our_id, world.eva_id)
    assert set(landed.values()) == {first}, landed


@pytest.mark.one_database
def test_who_follows_only_the_merged_ticket_is_heard_and_a_stranger_still_is_not(
    road: Road, world: World
) -> None:
    first, second, _ = two_of_eva(road)
    watching = road.ticket(letter(subject="With Bo", Cc=BO, Message_ID="<bo@example.com>")).id
    with unit_of_work():
        merge(locked(watching), into=locked(first), by=world.agnes, now=clock.now())
    sent = len(outbox())
    heard = road.take(letter(BO, References="<bo@example.com>"))
    assert heard.ticket_id == first
    stranger = road.take(letter("Nils <nils@example.com>", References="<bo@example.com>"))
    assert stranger.ticket_id not in (first, second, watching)
    assert "takes no part in it" in in_words(stranger)
    # Bo follows the other ticket as little as before, so what is said there is not told to him.
    with unit_of_work():
        reply(locked(first), Words("About the printer"), by=world.agnes, now=clock.now())
    told = {address for name, address in outbox()[sent:] if name == "answered"}
    assert told == {"eva@example.com"}


def test_answers_to_words_that_were_split_off_land_where_the_words_stand_now(
    road: Road, world: World
) -> None:
    first = road.ticket(letter(subject="The printer", Message_ID="<one@example.com>")).id
    other = road.take(letter(References="<one@example.com>", Message_ID="<two@example.com>"))
    with unit_of_work():
        said = reply(locked(first), Words("About the other"), by=world.agnes, now=clock.now())
        message_id = said.id
    our_id = sent_to("eva@example.com", "answered").rfc_message_id
    with unit_of_work():
        chosen = [other.message_id or 0, message_id]
        new = split(
            locked(first), message_ids=chosen, subject="Another", by=world.agnes, now=clock.now()
        ).id
    old_address = reply_address(ADDRESS, first, Audience.REQUESTER, world.eva_id)
    new_address = reply_address(ADDRESS, new, Audience.REQUESTER, world.eva_id)
    landed = {
        "old address, answering what moved": road.take(
            letter(to=old_address, In_Reply_To=f"<{our_id}>")
        ).ticket_id,
        "our Message-ID": road.take(letter(In_Reply_To=f"<{our_id}>")).ticket_id,
        "known Message-ID": road.take(letter(In_Reply_To="<two@example.com>")).ticket_id,
        "new address": road.take(letter(to=new_address)).ticket_id,
        "number": road.take(letter(subject=f"Re: [#{new}]")).ticket_id,
    }
    assert set(landed.values()) == {new}, landed
    stays = {
        "old address": road.take(letter(to=old_address)).ticket_id,
        "the mail that stayed": road.take(letter(In_Reply_To="<one@example.com>")).ticket_id,
        "number": road.take(letter(subject=f"Re: [#{first}]")).ticket_id,
    }
    assert set(stays.values()) == {first}, stays
    # Mail in and out went with its messages, and its trace tells.
    row = mail_row(other.id)
    assert row.ticket_id == new
    assert f"split it off from ticket #{first}" in in_words(row)
    about = select(OutboundMail.ticket_id).where(OutboundMail.message_id == message_id)
    assert set(db.session.scalars(about)) == {new}
    # A stranger who names a Message-ID gets in nowhere by it.
    stranger = road.take(letter(BO, In_Reply_To="<two@example.com>"))
    assert stranger.ticket_id not in (first, new)


@pytest.mark.one_database
def test_who_holds_a_mark_of_the_old_ticket_only_is_not_let_into_what_was_split_off(
    road: Road, world: World
) -> None:
    first = road.ticket(letter(subject="Ours", Cc=BO)).id
    bos = road.take(letter(BO, subject=f"Something else [#{first}]", Message_ID="<b@example.com>"))
    with unit_of_work():
        new = split(
            locked(first),
            message_ids=[bos.message_id or 0],
            subject="Something else",
            by=world.agnes,
            now=clock.now(),
        )
        number, requester = new.id, new.requester_id
    assert db.session.get_one(Message, bos.message_id).author_id == requester != world.eva_id
    address = reply_address(ADDRESS, first, Audience.REQUESTER, world.eva_id)
    row = road.take(letter(to=address, In_Reply_To="<b@example.com>"))
    assert row.ticket_id == first != number


@pytest.mark.one_database
def test_a_mail_can_be_led_out_of_a_flood_which_goes_on_where_it_was(
    road: Road, world: World
) -> None:
    came_already(world, MAIL_BOMB_PER_HOUR, address="bomb@example.com", subject="Alarm {n}")
    kept = rain(road, 3, sender="bomb@example.com", subject="Alarm {n}")
    taken = [mail_row(each) for each in kept if mail_row(each).reason == OF_ONE]
    flood = taken[-1].ticket_id
    assert flood is not None
    led_out, message_id = taken[-1].id, taken[-1].message_id
    with unit_of_work():
        new = split(
            locked(flood),
            message_ids=[message_id or 0],
            subject="A real one",
            by=world.agnes,
            now=clock.now(),
        ).id
    assert mail_row(led_out).ticket_id == new
    (later,) = rain(road, 1, sender="bomb@example.com", subject="Alarm again")
    assert mail_row(later).ticket_id == flood


@pytest.mark.one_database
def test_a_merged_ticket_that_waits_for_nothing_hears_of_mail_that_came_back(
    road: Road, world: World
) -> None:
    first, second, our_id = two_of_eva(road)
    with unit_of_work():
        watch(locked(second), person=world.oskar, by=None, now=clock.now())
        merge(locked(second), into=locked(first), by=world.agnes, now=clock.now())
    bounce = (
        "This is the mail system. Your mail could not be delivered.\n\n"
        f"<eva@example.com>: 550 5.1.1 no such user\n\nMessage-ID: <{our_id}>\n"
    )
    road.take(
        letter(
            "MAILER-DAEMON@mail.example.com",
            "Undelivered Mail Returned to Sender",
            bounce,
            In_Reply_To=f"<{our_id}>",
        )
    )
    told = [line.kind for line in history(locked(first))]
    assert "mail bounced" in told
    assert db.session.scalar(select(MailId.ticket_id).where(MailId.rfc_id == our_id)) == second
