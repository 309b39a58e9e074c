"""Sending what the outbox holds, to a real SMTP server: once, in order, under a lease."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from helpdesk.core import clock
from helpdesk.core.config import Settings
from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.accounts.actions import add_person
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.correspondence.delivery import claim_due, mark_sent, take_back
from helpdesk.domain.correspondence.models import OutboundMail
from helpdesk.mail.deliver import Patience, deliver_due
from tests.conftest import SECRET
from tests.mail.outbox import answer, ask, outbox, settings_towards
from tests.peers.smtp import Manner, Sink
from tests.world import World


@pytest.fixture
def settings(database: str, tmp_path: Path, sink: Sink) -> Settings:
    return settings_towards(sink.port, database, tmp_path)


def test_a_mail_leaves_once_with_the_words_and_the_id_of_its_row(
    world: World, settings: Settings, sink: Sink, now: datetime
) -> None:
    ask(world, now)
    assert deliver_due(settings) == 1
    assert deliver_due(settings) == 0
    (mail,) = sink.mails
    (row,) = outbox()
    assert (mail.mail_from, mail.rcpt_tos) == ("helpdesk@example.org", ("eva@example.com",))
    assert mail.message["Message-ID"] == f"<{row.rfc_message_id}>"
    assert (row.state, row.sent_at, row.attempts, row.last_error) == ("sent", now, 1, "")
    assert (row.leased_by, row.raw_sha256) == (None, None)


def test_mails_of_a_ticket_reach_a_person_in_the_order_in_which_they_were_written(
    world: World, settings: Settings, sink: Sink, now: datetime
) -> None:
    number = ask(world, now)
    answer(world, number, now, "First.")
    answer(world, number, now, "Second.")
    other = ask(world, now, subject="Another")
    sink.manner = Manner.LATER
    deliver_due(settings)
    sink.manner = Manner.ACCEPT
    # The first one waits for its next attempt, and the later ones wait for it.
    assert deliver_due(settings) == 0
    with clock.stopped_at(now + timedelta(minutes=2)):
        while deliver_due(settings):
            pass
    assert any(f"[#{other}]" in mail.message["Subject"] for mail in sink.mails)
    texts = [mail.raw.decode() for mail in sink.mails if f"[#{number}]" in mail.message["Subject"]]
    assert len(texts) == 3
    assert "We have received" in texts[0]
    assert "First." in texts[1]
    assert "Second." in texts[2]


def test_the_lease_is_committed_before_the_server_is_asked(
    app: Flask, world: World, settings: Settings, sink: Sink, now: datetime
) -> None:
    ask(world, now)
    sink.manner = Manner.HANG

    def send() -> None:
        with app.app_context():
            deliver_due(settings, patience=Patience(answer=2))

    sender = threading.Thread(target=send)
    sender.start()
    deadline = time.monotonic() + 10
    while not sink.attempts and time.monotonic() < deadline:
        time.sleep(0.02)
    (row,) = outbox()
    assert (row.state, row.attempts) == ("sending", 1)
    assert row.leased_by
    # Another sender leaves it alone, and so do people; nothing is locked meanwhile.
    assert deliver_due(settings) == 0
    sender.join()
    assert outbox()[0].state == "waiting"


def test_two_senders_never_send_the_same_mail(
    app: Flask, world: World, settings: Settings, sink: Sink, now: datetime
) -> None:
    for turn in range(40):
        ask(world, now, subject=f"Ticket {turn}")
    dealt_with: list[int] = []

    def send() -> None:
        with app.app_context():
            while taken := deliver_due(settings, limit=5):
                dealt_with.append(taken)

    senders = [threading.Thread(target=send) for _ in range(3)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert sum(dealt_with) == 40
    ids = [mail.message["Message-ID"] for mail in sink.mails]
    assert len(ids) == len(set(ids)) == 40
    assert {(row.state, row.attempts) for row in outbox()} == {("sent", 1)}


CRASHING = """
import sys
from tests.conftest import settings_for
from pathlib import Path
from helpdesk.application import create_app
from helpdesk.mail.deliver import deliver_due
folder, database, port = sys.argv[1:]
settings = settings_for(Path(folder), database, smtp_host="127.0.0.1", smtp_port=port,
                        smtp_security="none")
with create_app(settings).app_context():
    deliver_due(settings)
"""


def test_a_mail_whose_sender_was_killed_leaves_at_once_with_the_same_id(
    world: World, settings: Settings, sink: Sink, database: str, tmp_path: Path, now: datetime
) -> None:
    ask(world, now)
    sink.manner = Manner.HANG
    root = Path(__file__).resolve().parent.parent.parent
    # The child is told where its clock stands: it runs on the real one, a little later is enough.
    with unit_of_work():
        for row in db.session.scalars(db.select(OutboundMail)):
            row.due_at = datetime.fromtimestamp(0, tz=now.tzinfo)
    child = subprocess.Popen(
        [sys.executable, "-c", CRASHING, str(tmp_path), database, str(sink.port)],
        cwd=root,
        env={**os.environ, "HELPDESK_SECRET_KEY": SECRET},
    )
    try:
        deadline = time.monotonic() + 30
        while not sink.attempts and time.monotonic() < deadline:
            time.sleep(0.05)
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
    (row,) = outbox()
    assert (row.state, row.attempts) == ("sending", 1)
    sink.manner = Manner.ACCEPT
    # His clock was the real one; nothing of ours may lie in the future.
    with clock.stopped_at(row.due_at - timedelta(minutes=5)):
        assert deliver_due(settings) == 1
    (mail,) = sink.mails
    (row,) = outbox()
    assert mail.message["Message-ID"] == f"<{row.rfc_message_id}>"
    assert (row.state, row.attempts) == ("sent", 2)


def test_what_a_sender_far_away_left_behind_waits_until_its_lease_runs_out(
    world: World, settings: Settings, sink: Sink, now: datetime
) -> None:
    ask(world, now)
    until = now + timedelta(minutes=10)
    with unit_of_work():
        (outbound_id,) = claim_due("elsewhere/12345678/1/abc", until=until, now=now, limit=5)
    with clock.stopped_at(until - timedelta(seconds=1)):
        assert deliver_due(settings) == 0
    with clock.stopped_at(until):
        assert deliver_due(settings) == 1
    assert outbox()[0].id == outbound_id


def test_who_lost_the_lease_has_nothing_to_say_any_more(world: World, now: datetime) -> None:
    ask(world, now)
    with unit_of_work():
        (outbound_id,) = claim_due("slow", until=now, now=now, limit=5)
    with unit_of_work():
        assert claim_due("quick", until=now + timedelta(hours=1), now=now, limit=5) == [outbound_id]
    with unit_of_work():
        assert not mark_sent([outbound_id], lease="slow", now=now)
    assert outbox()[0].state == "sending"
    with unit_of_work():
        assert mark_sent([outbound_id], lease="quick", now=now)
    assert outbox()[0].state == "sent"


def test_a_mail_that_kills_each_sender_is_given_up_in_the_end(
    world: World, settings: Settings, sink: Sink, now: datetime
) -> None:
    ask(world, now)
    with unit_of_work():
        for row in db.session.scalars(db.select(OutboundMail)):
            row.attempts = 10
    deliver_due(settings)
    (row,) = outbox()
    assert row.state == "failed"
    assert "stopped in the middle" in row.last_error
    assert sink.attempts == 0


def test_mails_that_only_waited_for_their_turn_are_not_blamed_for_the_death_of_a_sender(
    world: World, settings: Settings, sink: Sink, now: datetime
) -> None:
    with unit_of_work():
        people: list[Person] = [add_person(f"p{n}@example.net", now=now) for n in range(3)]
    ask(world, now, watchers=tuple(people))
    answer(world, 1, now)
    for _ in range(12):
        with unit_of_work():
            claim_due("dead", until=now + timedelta(hours=1), now=now, limit=50)
        with unit_of_work():
            take_back("dead", now=now)

    # Any of them could have been in his hands the first time, and only the first ever after.
    assert [row.attempts for row in outbox()] == [12, 0, 1, 1, 1]
    deliver_due(settings)
    assert [row.state for row in outbox()] == ["failed", *["sent"] * 4]


def test_a_full_outbox_leaves_over_one_connection(
    world: World, settings: Settings, sink: Sink, now: datetime
) -> None:
    with unit_of_work():
        people: list[Person] = [add_person(f"p{n}@example.net", now=now) for n in range(70)]
    ask(world, now, watchers=tuple(people))
    answer(world, 1, now)
    assert deliver_due(settings, limit=200) == 72
    assert len(sink.mails) == 72
    assert {row.state for row in outbox()} == {"sent"}
