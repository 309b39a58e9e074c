"""When it is written down that mails left: after they did, a few together, and never late."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

from helpdesk.core import clock
from helpdesk.core.config import Settings
from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.accounts.actions import add_person
from helpdesk.domain.correspondence.delivery import MARKED_TOGETHER, claim_due, take_back
from helpdesk.domain.correspondence.models import OutboundMail
from helpdesk.mail.deliver import LONGEST_UNMARKED_SECONDS, deliver_due
from tests.conftest import SECRET
from tests.mail.outbox import answer, ask, outbox, settings_towards
from tests.mail.test_deliver import CRASHING
from tests.peers.smtp import Sink
from tests.world import World

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def settings(database: str, tmp_path: Path, sink: Sink) -> Settings:
    return settings_towards(sink.port, database, tmp_path)


def an_answer_to(world: World, readers: int, now: datetime) -> None:
    """One answer that goes to so many people, and nothing else in the outbox."""
    with unit_of_work():
        people = [add_person(f"p{n}@example.net", now=now) for n in range(readers - 1)]
    number = ask(world, now, watchers=tuple(people))
    with unit_of_work():
        db.session.execute(db.delete(OutboundMail))
    answer(world, number, now)


def states(app: Flask) -> list[str]:
    with app.app_context():
        return [row.state for row in outbox()]


def test_no_mail_is_marked_before_it_left_and_few_wait_for_their_mark(
    app: Flask, world: World, settings: Settings, sink: Sink, now: datetime
) -> None:
    an_answer_to(world, 24, now)
    seen: list[list[str]] = []

    async def look(server: SMTP, session: Session, envelope: Envelope) -> str:
        seen.append(await asyncio.to_thread(states, app))
        sink._keep(server, session, envelope)
        return "250 2.0.0 Taken"

    sink.handle_DATA = look  # type: ignore[method-assign]
    assert deliver_due(settings) == 24
    assert states(app) == ["sent"] * 24
    assert len(seen) == 24
    for taken, marked in enumerate(found.count("sent") for found in seen):
        assert taken - MARKED_TOGETHER < marked <= taken


def test_a_slow_server_makes_no_mark_wait_for_others(
    app: Flask, world: World, settings: Settings, sink: Sink, now: datetime
) -> None:
    an_answer_to(world, 4, now)
    seen: list[int] = []

    async def think(server: SMTP, session: Session, envelope: Envelope) -> str:
        seen.append((await asyncio.to_thread(states, app)).count("sent"))
        await asyncio.sleep(LONGEST_UNMARKED_SECONDS * 1.1)
        sink._keep(server, session, envelope)
        return "250 2.0.0 Taken"

    sink.handle_DATA = think  # type: ignore[method-assign]
    deliver_due(settings)
    # What left waits for the one mail that is under way, and then no longer.
    assert seen == [0, 0, 2, 2]


def test_ten_mails_that_left_cost_one_commit(
    world: World, settings: Settings, sink: Sink, now: datetime
) -> None:
    an_answer_to(world, 20, now)
    commits: list[Connection] = []

    def count(connection: Connection) -> None:
        commits.append(connection)

    event.listen(Engine, "commit", count)
    try:
        deliver_due(settings, limit=20)
    finally:
        event.remove(Engine, "commit", count)
    # One for the lease, and two for the marks.
    assert len(commits) == 3
    assert len(sink.mails) == 20


def test_a_sender_who_is_killed_leaves_few_mails_to_be_sent_once_more(
    world: World, settings: Settings, sink: Sink, database: str, tmp_path: Path, now: datetime
) -> None:
    an_answer_to(world, 20, now)
    # The child runs on the real clock.
    with unit_of_work():
        for row in db.session.scalars(db.select(OutboundMail)):
            row.due_at = datetime.fromtimestamp(0, tz=UTC)
    take = sink.handle_DATA

    async def fall_silent(server: SMTP, session: Session, envelope: Envelope) -> str:
        if sink.attempts >= 17:
            sink.attempts += 1
            await asyncio.sleep(3600)
        return await take(server, session, envelope)

    sink.handle_DATA = fall_silent  # type: ignore[method-assign]
    child = subprocess.Popen(
        [sys.executable, "-c", CRASHING, str(tmp_path), database, str(sink.port)],
        cwd=ROOT,
        env={**os.environ, "HELPDESK_SECRET_KEY": SECRET},
    )
    try:
        deadline = time.monotonic() + 30
        while sink.attempts < 18 and time.monotonic() < deadline:
            time.sleep(0.02)
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
    assert len(sink.mails) == 17
    held = [row for row in outbox() if row.state == "sending"]
    assert 20 - 17 <= len(held) < 20 - 17 + MARKED_TOGETHER
    sink.handle_DATA = take  # type: ignore[method-assign]
    with clock.stopped_at(held[0].due_at - timedelta(minutes=5)):
        while deliver_due(settings):
            pass
    rows = outbox()
    assert {row.state for row in rows} == {"sent"}
    came = Counter(mail.message["Message-ID"] for mail in sink.mails)
    assert set(came) == {f"<{row.rfc_message_id}>" for row in rows}
    assert sum(came.values()) - 20 == len(held) - (20 - 17) < MARKED_TOGETHER


def test_a_mail_that_kills_its_senders_takes_no_other_along(
    world: World, settings: Settings, sink: Sink, now: datetime
) -> None:
    an_answer_to(world, 15, now)
    until = now + timedelta(hours=1)

    def attempts_after_a_death(*, sent: int) -> list[int]:
        with unit_of_work():
            held = claim_due("dead", until=until, now=now, limit=50)
        for row in outbox():
            if row.id in sorted(held)[:sent]:
                row.state = "sent"
        db.session.commit()
        with unit_of_work():
            take_back("dead", now=now)
        return [row.attempts for row in outbox() if row.state == "sending"]

    # The fourth kills him, and none of the first four is marked: any of ten could be to blame.
    assert attempts_after_a_death(sent=0) == [1] * 10 + [0] * 5
    # From now on each is marked by itself, so the first that is not is to blame, and it alone.
    assert attempts_after_a_death(sent=3) == [2, 1, 1, 1, 1, 1, 1] + [0] * 5
    for deaths in range(3, 12):
        assert attempts_after_a_death(sent=0) == [deaths, 1, 1, 1, 1, 1, 1] + [0] * 5
    deliver_due(settings)
    assert Counter(row.state for row in outbox()) == {"sent": 14, "failed": 1}
    assert len(sink.mails) == 11


def test_a_mail_that_was_tried_before_is_marked_before_the_next_leaves(
    app: Flask, world: World, settings: Settings, sink: Sink, now: datetime
) -> None:
    an_answer_to(world, 4, now)
    with unit_of_work():
        list(db.session.scalars(db.select(OutboundMail).order_by(OutboundMail.id)))[2].attempts = 1
    seen: list[list[str]] = []

    async def look(server: SMTP, session: Session, envelope: Envelope) -> str:
        seen.append(await asyncio.to_thread(states, app))
        sink._keep(server, session, envelope)
        return "250 2.0.0 Taken"

    sink.handle_DATA = look  # type: ignore[method-assign]
    deliver_due(settings)
    # Those before it are marked before it is begun, so that its death would be its own.
    assert [found.count("sent") for found in seen] == [0, 0, 2, 3]
