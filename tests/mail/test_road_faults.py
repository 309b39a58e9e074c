"""When filing fails: nothing is half done, the next mail goes on, and the fault can be read."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError

from helpdesk.core import clock, events
from helpdesk.core.db import db, unit_of_work
from helpdesk.core.storage import storage
from helpdesk.domain.correspondence.models import InboundMail, InboundState
from helpdesk.domain.reactions import REACTIONS
from helpdesk.domain.tickets.events import TicketOpened
from helpdesk.mail.faults import BACK_OFF, MOST_ATTEMPTS
from tests.mail.letters import Road, in_words, letter, mail_row, messages, outbox, tickets


@pytest.fixture
def broken(road: Road) -> Iterator[None]:
    """A reaction to new tickets that fails for those whose subject says so."""

    def fail(event: TicketOpened) -> None:
        if "poison" in event.ticket.subject:
            raise ValueError("the reaction cannot stand it")

    events.connect({**REACTIONS, TicketOpened: (*REACTIONS[TicketOpened], fail)})
    yield
    events.connect(REACTIONS)


def lose_bytes(inbound_id: int) -> bytes:
    path = storage().path_of(mail_row(inbound_id).raw_sha256 or "")
    data = path.read_bytes()
    path.unlink()
    return data


@pytest.mark.usefixtures("broken")
def test_one_bad_mail_never_stops_the_next(road: Road) -> None:
    bad = road.keep(letter(subject="poison"))
    good = road.keep(letter(subject="good"))
    assert road.file() == 2
    assert mail_row(good).state == InboundState.FILED.value
    assert [ticket.subject for ticket in tickets()] == ["good"]
    assert (mail_row(bad).state, mail_row(bad).attempts) == (InboundState.WAITING.value, 1)


@pytest.mark.usefixtures("broken")
def test_a_fault_leaves_nothing_half_done_and_is_written_down(road: Road) -> None:
    row = road.take(letter("new@example.com", subject="poison"))
    assert (tickets(), messages(), outbox()) == ([], [], [])
    assert row.error.startswith("ValueError: the reaction cannot stand it (test_road_faults.py:")
    assert "Attempt 1 failed: ValueError" in in_words(row)
    assert row.due_at == clock.now() + timedelta(minutes=1)


@pytest.mark.usefixtures("broken")
def test_a_bad_mail_is_tried_again_ever_later_and_then_given_up(road: Road) -> None:
    inbound_id = road.keep(letter(subject="poison"))
    instant = clock.now()
    for attempt, pause in enumerate(BACK_OFF, start=1):
        with clock.stopped_at(instant):
            assert road.file() == 1
        assert (mail_row(inbound_id).attempts, mail_row(inbound_id).due_at) == (
            attempt,
            instant + pause,
        )
        with clock.stopped_at(instant + pause - timedelta(seconds=1)):
            assert road.file() == 0
        instant += pause
    with clock.stopped_at(instant):
        road.file()
    row = mail_row(inbound_id)
    assert (row.state, row.attempts) == (InboundState.FAILED.value, MOST_ATTEMPTS)
    assert "Given up; it can be filed again from here" in in_words(row)
    with clock.stopped_at(instant + timedelta(days=9)):
        assert road.file() == 0


def test_a_mail_that_failed_once_is_filed_the_next_time(road: Road) -> None:
    inbound_id = road.keep(letter())
    data = lose_bytes(inbound_id)
    road.file()
    assert "not in the data folder" in mail_row(inbound_id).error
    storage().keep(data)
    with clock.stopped_at(clock.now() + BACK_OFF[0]):
        road.file()
    row = mail_row(inbound_id)
    assert (row.state, row.error) == (InboundState.FILED.value, "")
    assert len(messages()) == 1


def test_a_disk_that_refuses_is_not_the_mails_fault(road: Road) -> None:
    raw = letter(files={"log.txt": b"a file that finds no place"})
    inbound_id = road.keep(raw)
    other = road.keep(letter(subject="Without files"))
    # A file where a folder is wanted: the disk says no to this attachment and to nothing else.
    sha256 = hashlib.sha256(b"a file that finds no place").hexdigest()
    in_the_way = storage().path_of(sha256).parent
    shutil.rmtree(in_the_way, ignore_errors=True)
    in_the_way.write_text("in the way")
    road.file()
    row = mail_row(inbound_id)
    assert (row.state, row.attempts) == (InboundState.WAITING.value, 0)
    assert row.due_at == clock.now() + timedelta(minutes=1)
    assert mail_row(other).state == InboundState.FILED.value
    with clock.stopped_at(clock.now() + timedelta(minutes=1)):
        road.file()
    # The same line again would bury the trace.
    assert in_words(mail_row(inbound_id)).count("Put off") == 1
    in_the_way.unlink()
    with clock.stopped_at(clock.now() + timedelta(hours=1)):
        road.file()
    assert mail_row(inbound_id).state == InboundState.FILED.value


def test_a_mail_that_the_server_never_handed_over_fails_by_name(road: Road) -> None:
    inbound_id = road.keep(letter())
    with unit_of_work():
        db.session.execute(update(InboundMail).values(raw_sha256=None))
    road.file()
    assert "could not hand this mail over" in mail_row(inbound_id).error


def test_a_database_that_is_away_is_no_mails_fault(road: Road, database: str) -> None:
    inbound_id = road.keep(letter())
    with db.engine.connect() as connection:
        connection.exec_driver_sql("ALTER TABLE mailboxes RENAME TO somewhere_else")
        connection.commit()
    with pytest.raises(DBAPIError):
        road.file()
    db.session.rollback()
    with db.engine.connect() as connection:
        connection.exec_driver_sql("ALTER TABLE somewhere_else RENAME TO mailboxes")
        connection.commit()
    assert mail_row(inbound_id).attempts == 0
    road.file()
    assert mail_row(inbound_id).state == InboundState.FILED.value
