"""Whom the outbox is sent to: people of today, each by an envelope of their own."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from helpdesk.core.config import Settings
from helpdesk.core.db import db, unit_of_work
from helpdesk.core.storage import storage
from helpdesk.domain.accounts.actions import add_person
from helpdesk.domain.correspondence.models import Mailbox
from helpdesk.mail.deliver import deliver_due
from tests.conftest import settings_for
from tests.mail.outbox import answer, ask, captured, outbox, settings_towards
from tests.peers.smtp import Sink
from tests.world import World


@pytest.fixture
def settings(database: str, tmp_path: Path, sink: Sink) -> Settings:
    return settings_towards(sink.port, database, tmp_path)


def test_each_recipient_has_an_envelope_of_their_own(
    world: World, settings: Settings, sink: Sink, now: datetime
) -> None:
    with unit_of_work():
        nils = add_person("nils@example.net", name="Nils", now=now)
    number = ask(world, now, watchers=(nils,))
    answer(world, number, now)
    while deliver_due(settings):
        pass
    assert [mail.rcpt_tos for mail in sink.mails] == [
        ("eva@example.com",),
        ("nils@example.net",),
        ("eva@example.com",),
    ]


def test_mail_is_not_sent_to_people_who_left_nor_to_ourselves(
    world: World, settings: Settings, sink: Sink, now: datetime
) -> None:
    ask(world, now)
    with unit_of_work():
        nils = add_person("nils@example.net", name="Nils", now=now)
    ask(world, now, requester=nils)
    with unit_of_work():
        world.eva.active = False
        db.session.get_one(Mailbox, world.orders_id).aliases = ["nils@example.net"]
    deliver_due(settings)
    assert sink.mails == []
    assert [(row.state, row.last_error) for row in outbox()] == [
        ("cancelled", "The person is no longer active."),
        ("cancelled", "This is an address of ours: the mail would come back."),
    ]


def test_a_mailbox_that_is_switched_off_lets_another_speak(
    world: World, settings: Settings, sink: Sink, now: datetime
) -> None:
    ask(world, now)
    with unit_of_work():
        db.session.get_one(Mailbox, world.helpdesk_id).active = False
    deliver_due(settings)
    assert sink.mails[0].mail_from == "orders@example.org"
    ask(world, now, subject="Again")
    with unit_of_work():
        db.session.get_one(Mailbox, world.orders_id).active = False
    deliver_due(settings)
    row = outbox()[-1]
    assert (row.state, row.attempts, row.fault) == ("waiting", 0, "server")


def test_an_address_beyond_ascii_is_sent_to_where_the_server_can(
    world: World, settings: Settings, sink: Sink, now: datetime
) -> None:
    with unit_of_work():
        åke = add_person("åke@exämple.com", name="Åke Ö", now=now)
    ask(world, now, requester=åke)
    deliver_due(settings)
    (mail,) = sink.mails
    assert mail.rcpt_tos == ("åke@xn--exmple-cua.com",)
    assert "åke@xn--exmple-cua.com" in mail.raw.decode("utf-8")


def test_who_can_only_be_written_beyond_ascii_is_not_shown_to_others(
    world: World, settings: Settings, sink: Sink, now: datetime
) -> None:
    with unit_of_work():
        åke = add_person("åke@example.com", name="Åke", now=now)
    number = ask(world, now, requester=åke, watchers=(world.eva,))
    answer(world, number, now)
    while deliver_due(settings):
        pass
    to_eva = next(mail for mail in sink.mails if mail.rcpt_tos == ("eva@example.com",))
    assert to_eva.message["To"] == "Eva Ek <eva@example.com>"
    assert to_eva.raw.isascii()


def test_the_capture_keeps_the_whole_mail(
    world: World, database: str, tmp_path: Path, now: datetime
) -> None:
    number = ask(world, now)
    assert deliver_due(settings_for(tmp_path, database)) == 1
    (row,) = outbox()
    assert (row.state, row.sent_at) == ("captured", now)
    assert captured(row)["Subject"] == f"Re: The printer on floor 3 [#{number}]"
    assert storage().holds(row.raw_sha256 or "")
