"""When mail does not leave: whose fault it is, when it is tried again, and who sees it."""

from __future__ import annotations

import socket
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from helpdesk.core import clock
from helpdesk.core.config import Settings
from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.accounts.actions import add_person
from helpdesk.domain.correspondence.models import OutboundMail
from helpdesk.domain.correspondence.queries import failed_mail, sending_trouble
from helpdesk.domain.tickets.queries import history, ticket_for
from helpdesk.mail.deliver import Patience, deliver_due
from helpdesk.mail.retries import RETRY_MINUTES
from tests.mail.outbox import ask, outbox, settings_towards
from tests.peers.postgresql import free_port
from tests.peers.smtp import Manner, Sink, smtp_sink
from tests.world import World


@pytest.fixture
def settings(database: str, tmp_path: Path, sink: Sink) -> Settings:
    return settings_towards(sink.port, database, tmp_path)


def test_a_refused_recipient_fails_at_once_with_the_servers_own_words(
    world: World, settings: Settings, sink: Sink, now: datetime
) -> None:
    number = ask(world, now)
    with unit_of_work():
        nils = add_person("nils@example.net", name="Nils", now=now)
    ask(world, now, requester=nils)
    sink.unknown.add("eva@example.com")
    deliver_due(settings)
    failed, sent = outbox()
    assert (failed.state, failed.fault) == ("failed", "recipient")
    assert failed.last_error == "550 5.1.1 No such person here"
    assert sent.state == "sent"
    # The agents see it on the ticket, and whoever looks after mail in its list.
    line = history(ticket_for(world.agnes, number))[-1]
    assert line.kind == "mail failed"
    assert line.facts == {
        "mail": failed.id,
        "to": "eva@example.com",
        "error": "550 5.1.1 No such person here",
    }
    assert [mail.id for mail in failed_mail()] == [failed.id]
    assert failed_mail(before=failed.id) == []
    assert sending_trouble() is None


@pytest.mark.parametrize(
    ("manner", "state"), [(Manner.REFUSE, "failed"), (Manner.LATER, "waiting")]
)
def test_what_the_server_says_of_the_mail_decides(
    world: World, settings: Settings, sink: Sink, now: datetime, manner: Manner, state: str
) -> None:
    ask(world, now)
    sink.manner = manner
    deliver_due(settings)
    (row,) = outbox()
    assert (row.state, row.attempts) == (state, 1)
    assert row.last_error.startswith(("550 5.7.1", "451 4.3.0"))


def test_a_mail_is_tried_for_two_days_and_then_somebody_has_to_act(
    world: World, settings: Settings, sink: Sink, now: datetime
) -> None:
    number = ask(world, now)
    sink.manner = Manner.LATER
    at = now
    waits = []
    for _ in range(20):
        with clock.stopped_at(at):
            deliver_due(settings)
        (row,) = outbox()
        if row.state == "failed":
            break
        waits.append((row.due_at - at) / timedelta(minutes=1))
        at = row.due_at
    assert row.state == "failed"
    assert len(waits) == len(RETRY_MINUTES)
    for waited, minutes in zip(waits, RETRY_MINUTES, strict=True):
        assert minutes <= waited <= minutes * 1.2
    assert timedelta(days=2) <= at - now <= timedelta(days=2.5)
    assert history(ticket_for(world.agnes, number))[-1].kind == "mail failed"


@pytest.mark.parametrize("manner", [Manner.DROP, Manner.KEEP_AND_DROP, Manner.HANG])
def test_a_connection_that_is_lost_costs_time_and_never_a_mail(
    world: World, settings: Settings, sink: Sink, now: datetime, manner: Manner
) -> None:
    for turn in range(6):
        ask(world, now, subject=f"Ticket {turn}")
    sink.manner = manner
    deliver_due(settings, patience=Patience(answer=1))
    assert {row.state for row in outbox()} == {"waiting"}
    assert {row.fault for row in outbox()} == {"server"}
    # One that hangs is asked once, one that drops three times; the rest was not its own fault.
    tried = [row.attempts for row in outbox()]
    assert sorted(tried) == ([0, 0, 0, 0, 0, 1] if manner is Manner.HANG else [0, 0, 0, 1, 1, 1])
    sink.manner = Manner.ACCEPT
    with clock.stopped_at(now + timedelta(minutes=2)):
        deliver_due(settings)
    assert {row.state for row in outbox()} == {"sent"}
    ids = {f"<{row.rfc_message_id}>" for row in outbox()}
    came = [mail.message["Message-ID"] for mail in sink.mails]
    assert set(came) == ids
    assert len(came) == (9 if manner is Manner.KEEP_AND_DROP else 6)


def test_a_server_that_is_away_is_an_alarm_and_mail_waits_as_long_as_it_takes(
    world: World, database: str, tmp_path: Path, now: datetime
) -> None:
    port = free_port()
    settings = settings_towards(port, database, tmp_path)
    for turn in range(3):
        ask(world, now, subject=f"Ticket {turn}")
    at = now
    while at < now + timedelta(days=4):
        with clock.stopped_at(at):
            deliver_due(settings)
        at += timedelta(hours=6)
    assert {(row.state, row.attempts, row.fault) for row in outbox()} == {("waiting", 0, "server")}
    trouble = sending_trouble()
    assert trouble is not None
    assert (trouble.waiting, trouble.since) == (3, now)
    assert f"127.0.0.1:{port}" in trouble.error
    # It is back, and within a quarter of an hour so is all the mail.
    with smtp_sink(port=port) as sink, clock.stopped_at(at):
        deliver_due(settings)
        assert len(sink.mails) == 3
    assert sending_trouble() is None


def test_a_server_that_does_not_know_us_fails_no_mail(
    world: World, database: str, tmp_path: Path, now: datetime
) -> None:
    ask(world, now)
    with smtp_sink(login=("desk", "right")) as sink:
        # Without signing in it refuses each mail with 530, with a wrong password the sign-in.
        for more in ({}, {"smtp_username": "desk", "smtp_password": "wrong"}):
            with unit_of_work():
                for row in db.session.scalars(db.select(OutboundMail)):
                    row.due_at = now
            deliver_due(settings_towards(sink.port, database, tmp_path, **more))
            (row,) = outbox()
            assert (row.state, row.attempts, row.fault) == ("waiting", 0, "server")
            assert row.last_error[:4] in ("530 ", "127.")
        with unit_of_work():
            for row in db.session.scalars(db.select(OutboundMail)):
                row.due_at = now
        right = {"smtp_username": "desk", "smtp_password": "right"}
        deliver_due(settings_towards(sink.port, database, tmp_path, **right))
        assert [mail.user for mail in sink.mails] == ["desk"]


def test_a_connection_that_the_server_ended_between_two_mails_is_opened_again(
    world: World, settings: Settings, sink: Sink, now: datetime
) -> None:
    for turn in range(3):
        ask(world, now, subject=f"Ticket {turn}")
    ended = threading.Event()

    async def one_a_connection(server, session, envelope, address, options):  # type: ignore[no-untyped-def]
        if getattr(session, "had_one", False):
            ended.set()
            await server.push("421 4.7.0 One a connection")
            session.loop.call_soon(server.transport.close)
        session.had_one = True
        envelope.mail_from = address
        return "250 OK"

    sink.handle_MAIL = one_a_connection  # type: ignore[method-assign]
    deliver_due(settings)
    assert ended.is_set()
    assert {(row.state, row.attempts) for row in outbox()} == {("sent", 1)}
    assert len(sink.mails) == 3


def test_a_busy_server_is_left_alone_for_a_while(
    world: World, settings: Settings, sink: Sink, now: datetime
) -> None:
    for turn in range(4):
        ask(world, now, subject=f"Ticket {turn}")
    sink.manner = Manner.BUSY
    deliver_due(settings)
    assert {(row.state, row.attempts) for row in outbox()} == {("waiting", 0)}
    assert deliver_due(settings) == 0


def test_an_answer_that_drips_cannot_outlive_the_lease(
    world: World, database: str, tmp_path: Path, now: datetime
) -> None:
    ask(world, now)
    ask(world, now, subject="Another")
    with socket.create_server(("127.0.0.1", 0)) as server:
        over = threading.Event()

        def drip() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(b"220 drip\r\n")
                connection.recv(1000)
                connection.sendall(b"250 drip\r\n")
                connection.recv(1000)
                while not over.is_set():
                    try:
                        connection.sendall(b"2")
                    except OSError:
                        return
                    time.sleep(0.05)

        dripping = threading.Thread(target=drip)
        dripping.start()
        settings = settings_towards(server.getsockname()[1], database, tmp_path)
        began = time.monotonic()
        deliver_due(settings, patience=Patience(answer=1, lease=5))
        took = time.monotonic() - began
        over.set()
        dripping.join()
    assert took < 5
    assert {row.state for row in outbox()} == {"waiting"}
