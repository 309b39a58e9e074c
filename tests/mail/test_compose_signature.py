"""The signature of an agent below the words of a mail, and mails that were taken back."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from helpdesk.core import clock
from helpdesk.core.config import Settings
from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.correspondence.delivery import send_again
from helpdesk.domain.correspondence.models import OutboundMail
from helpdesk.domain.replies.taking_back import take_back
from helpdesk.domain.tickets.actions import Opening, Words, add_note, assign, reply, write_first
from helpdesk.domain.tickets.queries import message_for, ticket_by_number
from helpdesk.mail.deliver import deliver_due
from tests.mail.outbox import answer, ask, captured, html_of, outbox, text_of
from tests.world import World

pytestmark = pytest.mark.one_database

SIGNATURE = "Agnes Agent\nService desk <1st floor>"


@pytest.fixture(autouse=True)
def signature(world: World) -> None:
    with unit_of_work():
        world.agnes.signature = SIGNATURE


def test_a_reply_is_signed_once_in_text_and_html(
    world: World, settings: Settings, now: datetime
) -> None:
    number = ask(world, now)
    answer(world, number, now, "Please try again.")
    deliver_due(settings)
    mail = captured(outbox("answered")[0])
    assert f"Please try again.\n\n{SIGNATURE}\n" in text_of(mail)
    assert text_of(mail).count("1st floor") == html_of(mail).count("1st floor") == 1
    assert "Service desk &lt;1st floor&gt;" in html_of(mail)


def test_words_that_end_with_the_signature_are_not_signed_again(
    world: World, settings: Settings, now: datetime
) -> None:
    number = ask(world, now)
    # Long enough that the preview of the mail, which holds its beginning, does not reach it.
    answer(world, number, now, f"{'Please try again. ' * 9}\n\n{SIGNATURE}")
    deliver_due(settings)
    mail = captured(outbox("answered")[0])
    assert text_of(mail).count("1st floor") == html_of(mail).count("1st floor") == 1


def test_who_is_written_to_first_reads_who_writes(
    world: World, settings: Settings, now: datetime
) -> None:
    with unit_of_work():
        opening = Opening("A screen", world.eva, "incident", world.queue)
        write_first(opening, Words("Do you want it?"), by=world.agnes, now=now)
    deliver_due(settings)
    assert f"Do you want it?\n\n{SIGNATURE}" in text_of(captured(outbox()[0]))


def test_no_other_mail_is_signed(world: World, settings: Settings, now: datetime) -> None:
    number = ask(world, now)
    with unit_of_work():
        ticket = ticket_by_number(number, lock=True)
        assert ticket
        add_note(ticket, Words("Between us"), by=world.agnes, now=now)
        assign(ticket, to=world.oskar, by=world.agnes, now=now)
    deliver_due(settings)
    assert len(outbox()) == 2
    assert not any("1st floor" in text_of(captured(mail)) for mail in outbox())


def test_a_reply_that_was_taken_back_never_leaves_not_even_by_hand(
    world: World, settings: Settings, now: datetime
) -> None:
    number = ask(world, now)
    with unit_of_work():
        ticket = ticket_by_number(number, lock=True)
        assert ticket
        hold = timedelta(seconds=10)
        said = reply(ticket, Words("To the wrong one"), hold=hold, by=world.agnes, now=now)
        message_id = said.id
    deliver_due(settings)
    assert [mail.state for mail in outbox()] == ["captured", "waiting"]
    with unit_of_work():
        ticket = ticket_by_number(number, lock=True)
        assert ticket
        take_back(ticket, message_for(world.agnes, message_id), by=world.agnes, now=now)
    answer(world, number, now, "To the right one")
    with unit_of_work():
        mail = db.session.scalars(
            db.select(OutboundMail).where(OutboundMail.message_id == message_id)
        ).one()
        send_again(mail, by=world.admin, now=now)
    with clock.stopped_at(now + timedelta(minutes=1)):
        while deliver_due(settings):
            pass
    first, second = outbox("answered")
    assert (first.state, first.raw_sha256) == ("cancelled", None) or first.state == "failed"
    assert first.raw_sha256 is None
    assert "To the wrong one" not in text_of(captured(second)) + html_of(captured(second))


def test_a_reply_that_is_held_is_in_no_other_mail(
    world: World, settings: Settings, now: datetime
) -> None:
    number = ask(world, now)
    with unit_of_work():
        ticket = ticket_by_number(number, lock=True)
        assert ticket
        hold = timedelta(seconds=10)
        reply(ticket, Words("Not yet"), hold=hold, by=world.agnes, now=now)
        assign(ticket, to=world.oskar, by=world.agnes, now=now)
    deliver_due(settings)
    assert outbox("answered")[0].state == "waiting"
    told = captured(outbox("assigned-to-you")[0])
    assert "Not yet" not in text_of(told) + html_of(told)
