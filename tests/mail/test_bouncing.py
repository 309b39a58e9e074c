"""Bouncing addresses: who is not reached is not written to, until they write or are freed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from helpdesk.core import clock
from helpdesk.core.config import Settings
from helpdesk.core.db import db, unit_of_work
from helpdesk.core.errors import Forbidden, Refused
from helpdesk.domain.correspondence.bouncing import NOT_REACHED, bouncing_address, free
from helpdesk.domain.correspondence.delivery import send_again
from helpdesk.domain.correspondence.models import BouncingAddress, OutboundMail
from helpdesk.domain.correspondence.rules import SOFT_BOUNCES
from helpdesk.domain.tickets.models import Ticket
from helpdesk.domain.tickets.queries import history
from helpdesk.mail.deliver import deliver_due
from tests.mail.letters import Road, from_file, in_words, letter, sent_to
from tests.mail.outbox import answer, ask, outbox, settings_towards
from tests.peers.smtp import Sink
from tests.world import World

pytestmark = pytest.mark.one_database

EVA = "eva@example.com"


@pytest.fixture
def settings(database: str, tmp_path: Path, sink: Sink) -> Settings:
    return settings_towards(sink.port, database, tmp_path)


Tell = Callable[..., datetime]


@pytest.fixture
def tell(world: World, settings: Settings, road: Road, now: datetime) -> Tell:
    """Write to Eva, let the mail leave, and let a report come about it; when it came."""
    number = ask(world, now)

    def wrote_and_came_back(
        status: str = "5.1.1", action: str = "failed", *, at: datetime = now, **places: str
    ) -> datetime:
        with clock.stopped_at(at):
            answer(world, number, at)
            deliver_due(settings)
        later = at + timedelta(minutes=1)
        with clock.stopped_at(later):
            our_id = sent_to(EVA, "answered").rfc_message_id
            report = from_file(
                "postfix-bounce", message_id=our_id, action=action, status=status, **places
            )
            road.take(report, envelope_from="")
        return later

    return wrote_and_came_back


def eva() -> BouncingAddress | None:
    db.session.rollback()
    db.session.expire_all()
    return bouncing_address(EVA)


def suppressed() -> bool:
    row = eva()
    return row is not None and row.suppressed_since is not None


@pytest.mark.parametrize("status", ["5.1.1", "5.1.2", "5.2.1", "5.4.4", "5.1.10"])
def test_one_hard_bounce_is_enough(tell: Tell, status: str) -> None:
    at = tell(status)
    row = eva()
    assert row is not None
    assert (row.suppressed_since, row.hard_bounces, row.last_status) == (at, 1, status)
    assert row.last_outbound_id == sent_to(EVA, "answered").id
    assert row.last_inbound_id is not None


@pytest.mark.parametrize("status", ["5.7.1", "5.2.2", "4.4.7", "4.2.2"])
def test_a_soft_bounce_only_counts(tell: Tell, status: str) -> None:
    tell(status)
    row = eva()
    assert row is not None
    assert (row.suppressed_since, row.soft_bounces, row.hard_bounces) == (None, 1, 0)


@pytest.mark.parametrize(("status", "action"), [("5.3.4", "failed"), ("4.4.1", "delayed")])
def test_a_mail_that_is_too_large_and_one_that_is_late_say_nothing_of_the_address(
    tell: Tell, status: str, action: str
) -> None:
    tell(status, action)
    assert eva() is None


def test_soft_bounces_that_never_end_suppress(tell: Tell, now: datetime) -> None:
    for number in range(SOFT_BOUNCES + 1):
        assert not suppressed()
        tell("5.2.2", at=now + timedelta(days=number + 2))
        if number == SOFT_BOUNCES - 1:
            # Five of them, but within four days: a holiday is longer.
            assert not suppressed()
    row = eva()
    assert row is not None
    assert row.soft_bounces == SOFT_BOUNCES + 1
    tell("5.2.2", at=now + timedelta(days=10))
    assert suppressed()


def test_a_mail_that_gets_through_begins_the_count_anew(
    tell: Tell, world: World, settings: Settings, now: datetime
) -> None:
    for number in range(SOFT_BOUNCES - 1):
        tell("5.2.2", at=now + timedelta(days=number))
    through = now + timedelta(days=10)
    with clock.stopped_at(through):
        answer(world, 1, through)
        deliver_due(settings)
    tell("5.2.2", at=now + timedelta(days=20))
    row = eva()
    assert row is not None
    assert (row.soft_bounces, row.suppressed_since) == (1, None)


def test_nothing_is_sent_to_a_suppressed_address_and_the_ticket_says_so(
    tell: Tell, world: World, settings: Settings, sink: Sink, now: datetime
) -> None:
    tell()
    left = len(sink.mails)
    answer(world, 1, now + timedelta(hours=1))
    with clock.stopped_at(now + timedelta(hours=1)):
        deliver_due(settings)
    assert len(sink.mails) == left
    row = outbox()[-1]
    assert (row.state, row.fault, row.last_error) == ("failed", "suppressed", NOT_REACHED)
    ticket = ticket_of_first()
    line = history(ticket)[-1]
    assert line.kind == "mail suppressed"
    assert (line.facts["to"], line.facts["mail"]) == (EVA, row.id)
    assert line.facts["since"] == (now + timedelta(minutes=1)).isoformat()
    assert "unknown" in line.facts["because"].lower()


def ticket_of_first() -> Ticket:
    db.session.expire_all()
    return db.session.get_one(Ticket, 1)


def test_no_mail_tells_anybody_of_the_bounce_least_of_all_the_address(tell: Tell) -> None:
    tell()
    written = {(row.notification, row.to_address) for row in outbox()}
    assert written == {("received", EVA), ("answered", EVA)}


def test_a_mail_from_the_address_frees_it_and_is_acknowledged(
    tell: Tell, road: Road, settings: Settings, sink: Sink, now: datetime
) -> None:
    tell()
    assert suppressed()
    later = now + timedelta(days=1)
    with clock.stopped_at(later):
        row = road.take(letter(date=later))
        deliver_due(settings)
    assert f"They wrote, so mail is sent to {EVA} again" in in_words(row)
    freed = eva()
    assert freed is not None
    assert (freed.suppressed_since, freed.hard_bounces) == (None, 0)
    assert (freed.freed_at, freed.freed_by_mail_id) == (later, row.id)
    assert sink.mails[-1].rcpt_tos == (EVA,)


def test_an_absence_notice_frees_it_too(tell: Tell, road: Road, now: datetime) -> None:
    tell()
    road.take(letter(subject="Out of office", Auto_Submitted="auto-replied"))
    assert not suppressed()


def test_a_forged_mail_from_the_address_frees_nothing(tell: Tell, road: Road, world: World) -> None:
    tell()
    with unit_of_work():
        world.helpdesk.authserv_ids = ["mx.example.org"]
    said = b"Authentication-Results: mx.example.org; dmarc=fail header.from=example.com\n"
    row = road.take(said + letter())
    assert row.dmarc == "fail"
    assert suppressed()


def test_another_address_of_the_same_person_frees_nothing(tell: Tell, road: Road) -> None:
    tell()
    road.take(letter("Eva Ek <eva.ek@example.net>"))
    assert suppressed()


def test_the_address_that_a_report_names_is_not_believed(
    tell: Tell, road: Road, world: World, now: datetime
) -> None:
    """Whoever gets a mail of ours could otherwise keep us from writing to anybody."""
    number = ask(world, now, requester=world.oskar)
    answer(world, number, now)
    our_id = sent_to("oskar@example.org", "answered").rfc_message_id
    report = from_file("postfix-bounce", message_id=our_id, action="failed", status="5.1.1")
    assert EVA.encode() in report
    road.take(report, envelope_from="")
    assert eva() is None
    assert bouncing_address("oskar@example.org") is not None


def test_a_report_alone_does_not_outweigh_what_the_address_wrote_since(
    tell: Tell, road: Road, world: World, settings: Settings, now: datetime
) -> None:
    """Others who are shown an answer know its Message-ID, and could make up a report."""
    answer(world, 1, now)
    deliver_due(settings)
    our_id = sent_to(EVA, "answered").rfc_message_id
    road.take(letter(In_Reply_To=f"<{our_id}>"))
    report = from_file("postfix-bounce", message_id=our_id, action="failed", status="5.1.1")
    road.take(report, envelope_from="")
    row = eva()
    assert row is not None
    assert (row.suppressed_since, row.soft_bounces) == (None, 1)


def test_a_refusal_by_our_own_server_counts_like_a_bounce(
    world: World, settings: Settings, sink: Sink, now: datetime
) -> None:
    ask(world, now)
    sink.unknown.add(EVA)
    deliver_due(settings)
    row = eva()
    assert row is not None
    assert (row.suppressed_since, row.last_inbound_id) == (now, None)
    assert row.last_outbound_id == outbox()[0].id
    assert row.last_words == outbox()[0].last_error


def test_an_administrator_frees_an_address_and_it_is_known_who_did(
    tell: Tell, world: World, settings: Settings, sink: Sink, now: datetime
) -> None:
    tell()
    row = eva()
    assert row is not None
    with pytest.raises(Forbidden), unit_of_work():
        free(row.id, by=world.agnes, now=now)
    with unit_of_work():
        free(row.id, by=world.admin, now=now)
    freed = eva()
    assert freed is not None
    assert (freed.suppressed_since, freed.freed_by_id) == (None, world.admin_id)
    with pytest.raises(Refused), unit_of_work():
        free(freed.id, by=world.admin, now=now)
    answer(world, 1, now + timedelta(hours=2))
    with clock.stopped_at(now + timedelta(hours=2)):
        deliver_due(settings)
    assert outbox()[-1].state == "sent"


def test_a_mail_to_a_suppressed_address_is_not_sent_again_in_vain(
    tell: Tell, world: World, now: datetime
) -> None:
    tell()
    mail = db.session.get_one(OutboundMail, sent_to(EVA, "answered").id)
    with pytest.raises(Refused):
        send_again(mail, by=world.admin, now=now)


def test_a_late_report_about_an_earlier_sending_counts_for_the_earlier_address(
    world: World, road: Road, settings: Settings, now: datetime
) -> None:
    ask(world, now)
    deliver_due(settings)
    mail = outbox()[0]
    with unit_of_work():
        row = db.session.get_one(OutboundMail, mail.id)
        row.state = "failed"
        world.eva.email = "eva.ek@example.com"
        send_again(row, by=world.admin, now=now)
    deliver_due(settings)
    report = from_file(
        "postfix-bounce", message_id=mail.rfc_message_id, action="failed", status="5.1.1"
    )
    row_in = road.take(report, envelope_from="")
    assert "It is about an earlier sending" in in_words(row_in)
    assert suppressed()
    assert bouncing_address("eva.ek@example.com") is None
    assert outbox()[0].state == "sent"
