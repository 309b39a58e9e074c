"""Canned replies, drafts, and taking back what has not left."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest

from helpdesk.core import clock
from helpdesk.core.db import db, unit_of_work
from helpdesk.core.errors import Invalid, Refused
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.configuration.queries import changes
from helpdesk.domain.correspondence.delivery import claim_due
from helpdesk.domain.correspondence.models import OutboundMail
from helpdesk.domain.replies.actions import (
    add_canned_reply,
    change_canned_reply,
    delete_canned_reply,
    forget_draft,
    keep_draft,
)
from helpdesk.domain.replies.models import Draft
from helpdesk.domain.replies.queries import at_hand, canned_replies, drafts_of
from helpdesk.domain.replies.rules import filled, in_language, is_signed, unknown_variables
from helpdesk.domain.replies.taking_back import take_back
from helpdesk.domain.tickets.actions import Words, move, reply, watch
from helpdesk.domain.tickets.models import Message, Ticket, Watcher
from helpdesk.domain.tickets.queries import (
    conversation,
    history,
    message_for,
    ticket_by_number,
    ticket_for,
)
from helpdesk.domain.tickets.search import tickets_found
from tests.web.tickets import a_file, a_ticket, an_answer
from tests.world import World

HOLD = timedelta(seconds=10)
LATER = timedelta(seconds=4)


@pytest.mark.parametrize(
    ("words", "unknown"),
    [
        ("Hello {{requester}}, {{ number }}", []),
        ("Hello {{requestor}}", ["requestor"]),
        ("{{agent}} {{x}} {{x}}", ["x"]),
        ("Hello {{requester", ["{{"]),
        ("Hello requester}}", ["}}"]),
        ("{{}}", [""]),
        ("{requester}", []),
    ],
)
def test_a_variable_that_nothing_fills_is_found(words: str, unknown: list[str]) -> None:
    assert unknown_variables(words) == unknown


def test_what_is_filled_in_is_not_filled_in_again() -> None:
    values = {"requester": "{{agent}}", "agent": "Agnes"}
    assert filled("{{requester}} and {{ agent }}", values) == "{{agent}} and Agnes"


def test_who_reads_a_language_that_was_not_written_gets_the_other() -> None:
    assert in_language("sv", english="Hello", swedish="Hej") == "Hej"
    assert in_language("sv", english="Hello", swedish=" ") == "Hello"
    assert in_language("en", english="", swedish="Hej") == "Hej"


def test_a_signature_is_known_again_however_its_lines_are_broken() -> None:
    assert is_signed("Hello\n\nAgnes\nService desk", "Agnes Service desk")
    assert not is_signed("Agnes\nService desk\nHello", "Agnes Service desk")
    assert not is_signed("Hello", "")


def a_canned(world: World, now: datetime, name: str = "Restart", **values: object) -> None:
    given = {"words_en": "Hello {{requester}}", "words_sv": "", "function_id": None, **values}
    with unit_of_work():
        add_canned_reply({"name": name, **given}, by=world.admin, now=now)


def test_a_canned_reply_is_for_all_for_ones_functions_or_for_where_the_ticket_lies(
    world: World, now: datetime
) -> None:
    number = a_ticket(world, now)
    a_canned(world, now, "for all", words_en="{{requester}} {{number}} {{subject}} {{agent}}")
    a_canned(world, now, "for the desk", function_id=world.desk_id)
    a_canned(world, now, "for technical", function_id=world.technical_id)
    ticket = ticket_for(world.agnes, number)
    hand = at_hand(ticket, world.agnes)
    assert [each.name for each in hand.canned] == ["for all", "for the desk"]
    assert hand.canned[0].words == f"Eva Ek #{number} The printer prints stripes Agnes Agent"
    assert [each.name for each in at_hand(ticket, world.oskar).canned] == [
        "for all",
        "for technical",
        "for the desk",
    ]


def test_the_words_are_in_the_language_that_the_requester_reads(
    world: World, now: datetime
) -> None:
    number = a_ticket(world, now)
    a_canned(world, now, words_sv="Hej {{requester}}")
    with unit_of_work():
        world.eva.language = "sv"
    assert at_hand(ticket_for(world.agnes, number), world.agnes).canned[0].words == "Hej Eva Ek"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": "Restart", "words_en": "x"}, "name"),
        ({"name": "New", "words_en": " ", "words_sv": ""}, "words_en"),
        ({"name": "New", "words_en": "{{reqester}}"}, "words_en"),
        ({"name": "New", "words_en": "x", "words_sv": "{{beställare}}"}, "words_sv"),
    ],
)
def test_a_canned_reply_that_could_not_be_sent_is_refused(
    world: World, now: datetime, values: dict[str, str], field: str
) -> None:
    a_canned(world, now)
    with pytest.raises(Invalid) as refused, unit_of_work():
        add_canned_reply(values, by=world.admin, now=now)
    assert refused.value.field == field


def test_every_change_of_a_canned_reply_is_written_down(world: World, now: datetime) -> None:
    a_canned(world, now)
    with unit_of_work():
        (row,) = canned_replies()
        change_canned_reply(row, values={"words_en": "Hi"}, by=world.admin, now=now)
        delete_canned_reply(row, by=world.admin, now=now)
    assert canned_replies() == []
    lines = changes(kind="canned reply")
    assert [line.what for line in lines] == ["deleted", "changed", "added"]
    assert lines[1].facts == {"words_en": ["Hello {{requester}}", "Hi"]}


def begun(number: int, person: Person, words: str, seen: str | None = None, **more: str) -> str:
    with unit_of_work():
        ticket = ticket_by_number(number)
        assert ticket
        return keep_draft(
            ticket, "reply", words=words, seen=seen, by=person, now=clock.now(), **more
        )


def test_a_draft_is_one_a_person_and_kind_and_goes_when_nothing_is_left(
    world: World, now: datetime
) -> None:
    number = a_ticket(world, now)
    begun(number, world.agnes, "One")
    begun(number, world.agnes, "Two", cc="nils@example.com")
    begun(number, world.oskar, "Of Oskar's")
    ticket = ticket_for(world.agnes, number)
    kept = at_hand(ticket, world.agnes).drafts
    assert {kind: (draft.words, draft.cc) for kind, draft in kept.items()} == {
        "reply": ("Two", "nils@example.com")
    }
    assert begun(number, world.agnes, " ") == ""
    assert at_hand(ticket, world.agnes).drafts == {}
    assert list(drafts_of(world.oskar, ticket)) == ["reply"]


def test_a_page_that_has_an_old_draft_does_not_write_over_a_newer_one(
    world: World, now: datetime
) -> None:
    number = a_ticket(world, now)
    first = begun(number, world.agnes, "Here", seen="")
    with clock.stopped_at(now + LATER):
        second = begun(number, world.agnes, "There", seen=first)
        with pytest.raises(Refused):
            begun(number, world.agnes, "Here, and more", seen=first)
        assert begun(number, world.agnes, "There", seen=second)
    with unit_of_work():
        forget_draft(ticket_for(world.agnes, number), "reply", by=world.agnes)
    # It was sent, and a page that is late does not bring it back.
    with pytest.raises(Refused):
        begun(number, world.agnes, "Here, and more", seen=second)
    assert db.session.scalars(db.select(Draft)).all() == []


def sent(world: World, number: int, now: datetime, text: str = "Try now.", **more: object) -> int:
    with unit_of_work():
        ticket = ticket_by_number(number, lock=True)
        assert ticket
        words = Words(text, files=more.pop("files", ()))
        return reply(ticket, words, hold=HOLD, by=world.agnes, now=now, **more).id


def taken_back(number: int, message_id: int, person: Person, now: datetime) -> Ticket:
    with unit_of_work():
        ticket = ticket_by_number(number, lock=True)
        assert ticket
        take_back(ticket, message_for(person, message_id), by=person, now=now)
    found = ticket_by_number(number)
    assert found
    return found


def outbox() -> list[tuple[str, str]]:
    rows = db.session.scalars(db.select(OutboundMail).order_by(OutboundMail.id))
    return [(mail.notification, mail.state) for mail in rows]


def kinds(ticket: Ticket) -> Iterable[str]:
    return [line.kind for line in history(ticket)]


def test_a_held_reply_leaves_when_its_time_is_over_and_not_before(
    world: World, now: datetime
) -> None:
    number = a_ticket(world, now)
    sent(world, number, now)
    ticket = ticket_by_number(number)
    assert ticket
    with unit_of_work():
        assert len(claim_due("a", until=now + HOLD, now=now + LATER, limit=9)) == 1  # received
    assert [each.text for each in conversation(ticket, internal=False)] == [
        "Every page is grey on the left."
    ]
    assert len(conversation(ticket, internal=True)) == 2
    with clock.stopped_at(now + HOLD):
        assert len(conversation(ticket, internal=False)) == 2


def test_a_reply_is_taken_back_as_a_whole(world: World, now: datetime) -> None:
    number = a_ticket(world, now)
    with unit_of_work():
        ticket = ticket_by_number(number, lock=True)
        assert ticket
        watch(ticket, person=world.admin, by=None, now=now)
    file = a_file(b"a plan", "plan.txt", "text/plain")
    message_id = sent(world, number, now, files=(file,), cc=[world.oskar], then="waiting")
    ticket = ticket_by_number(number)
    assert ticket
    assert ticket.state == "waiting"

    ticket = taken_back(number, message_id, world.agnes, now + LATER)

    assert (ticket.state, ticket.standing) == ("new", "open")
    assert outbox() == [("received", "waiting"), *[("answered", "cancelled")] * 3]
    assert db.session.scalars(db.select(Watcher.person_id)).all() == [world.admin_id]
    draft = drafts_of(world.agnes, ticket)["reply"]
    assert (draft.words, draft.cc) == ("Try now.", "Oskar Operator <oskar@example.org>")
    assert [each[0] for each in draft.files] == ["plan.txt"]
    for internal in (True, False):
        assert len(conversation(ticket, internal=internal)) == 1
    # Nothing is taken out of the history.
    assert kinds(ticket) == [
        *("opened", "watched", "watched", "reply sent", "moved"),
        *("reply withdrawn", "moved", "unwatched"),
    ]
    assert db.session.get_one(Message, message_id).text == "Try now."
    assert [tickets_found(each, by=world.agnes) for each in ("try", "plan")] == [[], []]
    assert tickets_found("grey stripes eva", by=world.agnes) == [ticket]


def test_what_a_sender_has_taken_up_is_not_taken_back(world: World, now: datetime) -> None:
    number = a_ticket(world, now)
    message_id = sent(world, number, now, cc=[world.oskar])
    with unit_of_work() as session:
        one = session.scalars(db.select(OutboundMail).order_by(OutboundMail.id.desc())).first()
        assert one
        one.state, one.attempts, one.leased_by = "sending", 1, "somebody"
    with pytest.raises(Refused):
        taken_back(number, message_id, world.agnes, now + LATER)
    db.session.rollback()
    ticket = ticket_by_number(number)
    assert ticket
    assert ticket.state == "open"
    assert outbox() == [("received", "waiting"), ("answered", "waiting"), ("answered", "sending")]
    assert len(conversation(ticket, internal=True)) == 2
    assert db.session.scalars(db.select(Draft)).all() == []


def test_only_its_author_takes_a_reply_back_once_and_in_time(world: World, now: datetime) -> None:
    number = a_ticket(world, now)
    message_id = sent(world, number, now)
    with pytest.raises(Refused, match="Only who wrote"):
        taken_back(number, message_id, world.oskar, now)
    with pytest.raises(Refused, match="has left"):
        taken_back(number, message_id, world.agnes, now + HOLD)
    taken_back(number, message_id, world.agnes, now + LATER)
    with pytest.raises(Refused, match="already"):
        taken_back(number, message_id, world.agnes, now + LATER)


def test_what_others_decided_meanwhile_stands(world: World, now: datetime) -> None:
    number = a_ticket(world, now)
    message_id = sent(world, number, now, then="waiting")
    an_answer(world, number, now + timedelta(seconds=2), "It works again")
    ticket = taken_back(number, message_id, world.agnes, now + LATER)
    assert ticket.state == "open"


def test_a_ticket_that_was_done_is_done_since_the_same_instant(world: World, now: datetime) -> None:
    number = a_ticket(world, now)
    with unit_of_work():
        ticket = ticket_by_number(number, lock=True)
        assert ticket
        move(ticket, target="resolved", by=world.agnes, now=now)
    later = now + timedelta(hours=2)
    message_id = sent(world, number, later, then="open")
    ticket = taken_back(number, message_id, world.agnes, later + LATER)
    assert (ticket.state, ticket.resolved_at) == ("resolved", now)


def test_what_was_begun_after_the_sending_is_not_lost(world: World, now: datetime) -> None:
    number = a_ticket(world, now)
    message_id = sent(world, number, now)
    begun(number, world.agnes, "And one more thing")
    ticket = taken_back(number, message_id, world.agnes, now + LATER)
    assert drafts_of(world.agnes, ticket)["reply"].words == "Try now.\n\nAnd one more thing"
