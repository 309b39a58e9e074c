from __future__ import annotations

import signal
import smtplib
import socket
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from helpdesk.core import clock, heartbeat
from helpdesk.core.config import Settings
from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.correspondence.models import (
    InboundMail,
    OldMail,
    OutboundMail,
)
from helpdesk.domain.tickets.actions import Opening, Words, move, open_ticket
from helpdesk.domain.tickets.models import Ticket
from tests.jobs.workers import wait_until, worker
from tests.mail.letters import Road
from tests.mail.mailboxes import imap_mailbox, letter, letters, mailbox_of, numbers_kept
from tests.peers.dovecot import Dovecot
from tests.peers.imap_proxy import silent_server
from tests.peers.postgresql import Cluster, free_port
from tests.peers.smtp import smtp_sink
from tests.world import World

# Both mailboxes and the way out are given thirty seconds to say a word; who waited for that when
# they are to stop would need longer than this.
LESS_THAN_A_SILENCE = 20


@pytest.fixture
def log(tmp_path: Path) -> Path:
    file = tmp_path / "worker.log"
    file.touch()
    return file


def count(table: type) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def filed() -> int:
    db.session.rollback()
    return (
        db.session.scalar(
            select(func.count())
            .select_from(InboundMail)
            .where(InboundMail.state.in_(["filed", "filed quietly"]))
        )
        or 0
    )


def sending() -> int:
    db.session.rollback()
    return len(
        db.session.scalars(select(OutboundMail).where(OutboundMail.state == "sending")).all()
    )


def in_world(world: World, dovecot: Dovecot, user: str, **more: object) -> int:
    """A mailbox that is fetched, and whose mail makes incidents."""
    return imap_mailbox(dovecot, user, queue_id=world.queue_id, position=5, **more)  # type: ignore[arg-type]


def test_from_a_mail_on_the_server_to_an_acknowledgement_on_the_wire(
    world: World, settings: Settings, dovecot: Dovecot, log: Path
) -> None:
    user = dovecot.new_user()
    mailbox = in_world(world, dovecot, user)
    with (
        smtp_sink() as sink,
        worker(
            settings, log, smtp_host="127.0.0.1", smtp_port=str(sink.port), smtp_security="none"
        ),
    ):
        wait_until(lambda: mailbox_of(mailbox).worked_at is not None, log=log)
        now = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime())
        began = time.monotonic()
        dovecot.put(user, [letter(Date=now, To=user)])
        mails = sink.wait_for(1, 30)

        # Who only looked now and then would come after minutes.
        assert time.monotonic() - began < 30
    assert mails[0].rcpt_tos == ("eva@example.com",)
    assert mails[0].message["In-Reply-To"] == "<letter-1@example.com>"
    assert count(Ticket) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.one_database
def test_a_worker_stops_within_seconds_also_while_a_mailbox_hangs(
    world: World, settings: Settings, dovecot: Dovecot, log: Path, number: signal.Signals
) -> None:
    user = dovecot.new_user()
    mailbox = in_world(world, dovecot, user)
    with silent_server() as port:
        in_world(world, dovecot, user, name="x", address="x@example.org", port=port)
        with worker(settings, log, smtp_listen=f"127.0.0.1:{free_port()}") as process:
            wait_until(lambda: mailbox_of(mailbox).worked_at is not None, log=log)
            began = time.monotonic()
            process.send_signal(number)

            assert process.wait(60) == 0
            # On a machine that does nothing else it takes two seconds.
            assert time.monotonic() - began < LESS_THAN_A_SILENCE
    assert mailbox_of(mailbox).leased_by is None
    assert heartbeat.beats(settings.data_dir) == []


@pytest.mark.one_database
def test_a_worker_stops_within_seconds_also_while_the_way_out_hangs(
    world: World, settings: Settings, log: Path
) -> None:
    # Old mail is not acknowledged, and then nothing would leave.
    Road(settings).take(letter(Date=time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime())))
    with silent_server() as port:
        way = {"smtp_host": "127.0.0.1", "smtp_port": str(port), "smtp_security": "none"}
        with worker(settings, log, **way) as process:
            wait_until(lambda: sending() == 1, log=log)
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0
            assert time.monotonic() - began < LESS_THAN_A_SILENCE


def test_a_mailbox_that_is_made_while_the_worker_runs_is_fetched(
    world: World, settings: Settings, dovecot: Dovecot, log: Path
) -> None:
    user = dovecot.new_user()
    dovecot.put(user, letters(1))
    with worker(settings, log):
        wait_until(lambda: bool(heartbeat.beats(settings.data_dir)), log=log)
        mailbox = in_world(world, dovecot, user, old_mail=OldMail.ASK)
        wait_until(lambda: mailbox_of(mailbox).first_count == 1, log=log)

    assert numbers_kept(mailbox) == []


@pytest.mark.one_database
def test_mail_through_the_smtp_door_is_filed_at_once(
    world: World, settings: Settings, log: Path
) -> None:
    port = free_port()
    with worker(settings, log, smtp_listen=f"127.0.0.1:{port}"):
        wait_until(lambda: _answers(port), log=log)
        with smtplib.SMTP("127.0.0.1", port) as client:
            client.sendmail("eva@example.com", ["helpdesk@example.org"], letter())
            assert count(InboundMail) == 1
        assert wait_until(lambda: count(Ticket) == 1, log=log) < 10


@pytest.mark.one_database
def test_a_port_that_a_stranger_has_ends_the_worker_with_a_sentence(
    world: World, settings: Settings, log: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        port = stranger.getsockname()[1]
        with worker(settings, log, smtp_listen=f"127.0.0.1:{port}") as process:
            assert process.wait(60) == 98

    assert f"Port {port} on 127.0.0.1 is in use." in log.read_text()
    assert "HELPDESK_SMTP_LISTEN" in log.read_text()


@pytest.mark.timeout(180)
def test_a_database_that_goes_away_and_comes_back_is_waited_for(
    world: World, settings: Settings, log: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if not settings.database_url.get_secret_value().startswith("postgresql"):
        pytest.skip("SQLite is a file and does not go away")
    cluster: Cluster = request.getfixturevalue("cluster")
    port = free_port()
    with worker(settings, log, smtp_listen=f"127.0.0.1:{port}") as process:
        wait_until(lambda: _answers(port), log=log)
        db.session.remove()
        db.engine.dispose()
        cluster.control("stop", "-m", "immediate")
        try:
            time.sleep(2)
            with smtplib.SMTP("127.0.0.1", port) as client:
                client.ehlo()
                client.mail("eva@example.com")
                assert client.rcpt("helpdesk@example.org")[0] == 451
        finally:
            cluster.start()
        with smtplib.SMTP("127.0.0.1", port) as client:
            client.sendmail("eva@example.com", ["helpdesk@example.org"], letter())
        wait_until(lambda: count(Ticket) == 1, log=log)
        assert process.poll() is None
    # The database's absence is told in lines, not in tracebacks.
    assert "Traceback" not in _without_doors(log.read_text())


def test_resolved_tickets_are_closed_when_their_time_has_come(
    world: World, settings: Settings, log: Path
) -> None:
    now = clock.now()
    ages = {"old": 8, "young": 6}
    numbers: dict[str, int] = {}
    for name, days in ages.items():
        then = now - timedelta(days=days)
        with unit_of_work():
            ticket, _ = open_ticket(
                Opening(
                    subject=name,
                    requester=world.eva,
                    process="incident",
                    queue=world.queue,
                ),
                Words(text=name),
                by=world.eva,
                now=then,
            )
            move(ticket, target="resolved", by=world.agnes, now=then)
            numbers[name] = ticket.number

    def state(name: str) -> str:
        db.session.rollback()
        return db.session.get_one(Ticket, numbers[name]).state

    with worker(settings, log):
        wait_until(lambda: state("old") == "closed", log=log)
    assert state("young") == "resolved"


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as client:
            return client.recv(100).startswith(b"220")
    except OSError:
        return False


def _without_doors(words: str) -> str:
    """What the worker said, without the doors' own: they tell each mail that was put off."""
    return "\n".join(part for part in words.split("\n20") if "could not be" not in part)
