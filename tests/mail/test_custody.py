"""Who has which mail in hand: deaths are counted, and one mail does not end workers for ever."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from helpdesk.core import heartbeat
from helpdesk.core.config import Settings
from helpdesk.core.holders import new_holder
from helpdesk.domain.correspondence.models import InboundState
from helpdesk.mail import custody
from helpdesk.mail.custody import DIED, GIVEN_UP, take_over
from helpdesk.mail.pipeline import file_again
from tests.mail.letters import Road, in_words, letter, mail_row
from tests.world import World

pytestmark = pytest.mark.one_database


@pytest.fixture
def folder(settings: Settings) -> Path:
    return settings.data_dir


@pytest.fixture
def in_custody(folder: Path) -> Iterator[Path]:
    """The file in which this process says what it has in hand."""
    custody.begin(folder)
    (file,) = (folder / "in-hand").iterdir()
    yield file
    custody.end()


def died_with(folder: Path, inbound_id: int) -> Path:
    """What a worker leaves that ended while it had a mail in hand."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    host, boot, _, chance = new_holder().split("/")
    (folder / "in-hand").mkdir(exist_ok=True)
    file = folder / "in-hand" / ",".join([host, boot, str(ended.pid), chance])
    file.write_text(f"{inbound_id:020d}")
    return file


@pytest.mark.one_database
def test_what_is_in_hand_can_be_read_from_outside(in_custody: Path) -> None:
    with custody.taking_up(4711):
        assert int(in_custody.read_text()) == 4711
    assert int(in_custody.read_text()) == 0


@pytest.mark.one_database
def test_a_mail_whose_filing_fails_is_in_hand_no_more(in_custody: Path) -> None:
    with pytest.raises(ValueError, match="odd"), custody.taking_up(4711):
        raise ValueError("odd")
    assert int(in_custody.read_text()) == 0


def test_a_living_worker_is_left_alone(
    road: Road, in_custody: Path, folder: Path, now: datetime
) -> None:
    row = road.keep(letter())
    with custody.taking_up(row):
        assert take_over(folder, now=now - timedelta(days=9)) == 0
    assert mail_row(row).attempts == 0


def test_a_death_is_counted_once_and_the_mail_waits_a_moment(
    road: Road, folder: Path, now: datetime
) -> None:
    row = road.keep(letter())
    file = died_with(folder, row)
    left = file.read_text()
    assert take_over(folder, now=now) == 1
    # Whoever took it over was itself interrupted before it could sweep up.
    file.write_text(left)
    take_over(folder, now=now)
    mail = mail_row(row)
    assert (mail.state, mail.attempts) == (InboundState.WAITING.value, 1)
    # Longer than a supervisor's ten seconds, or it would give up the whole worker.
    assert mail.due_at == now + timedelta(seconds=15)
    assert not file.exists()


def test_after_three_deaths_the_mail_fails_and_says_so(
    road: Road, folder: Path, now: datetime
) -> None:
    row = road.keep(letter())
    for _ in range(custody.MOST_DEATHS):
        assert mail_row(row).state == InboundState.WAITING.value
        died_with(folder, row)
        take_over(folder, now=now)
    mail = mail_row(row)
    assert (mail.state, mail.error) == (InboundState.FAILED.value, GIVEN_UP)
    assert "time 3 of 3" in in_words(mail)
    assert mail.raw_sha256 is not None


def test_somebody_who_files_it_again_gives_it_three_lives_more(
    road: Road, settings: Settings, world: World, folder: Path, now: datetime
) -> None:
    # A mail of which nothing can be read, so that it goes on waiting.
    row = road.keep(letter())
    for _ in range(custody.MOST_DEATHS):
        died_with(folder, row)
        take_over(folder, now=now)
    assert file_again(row, settings, by=world.admin, now=now).state == InboundState.FILED.value
    assert [step["words"] for step in mail_row(row).trace].count(DIED) == custody.MOST_DEATHS


def test_a_worker_that_ended_with_nothing_in_hand_is_only_swept_up(
    road: Road, folder: Path, now: datetime
) -> None:
    file = died_with(folder, 0)
    assert take_over(folder, now=now) == 0
    assert not file.exists()


def test_a_mail_that_was_filed_before_the_end_is_not_blamed(
    road: Road, folder: Path, now: datetime
) -> None:
    row = road.take(letter())
    died_with(folder, row.id)
    take_over(folder, now=now)
    assert mail_row(row.id).state == InboundState.FILED.value


def test_a_worker_of_another_machine_is_gone_when_it_gives_no_sign_of_life(
    road: Road, folder: Path, now: datetime
) -> None:
    row = road.keep(letter())
    (folder / "in-hand").mkdir()
    file = folder / "in-hand" / f"elsewhere,0123abcd,{os.getpid()},00ff"
    file.write_text(f"{row:020d}")
    os.utime(file, (now.timestamp(), now.timestamp()))
    assert take_over(folder, now=now + timedelta(minutes=9)) == 0
    heartbeat.beat(folder, now=now)
    assert take_over(folder, now=now + timedelta(minutes=11)) == 1
    assert mail_row(row).attempts == 1


@pytest.mark.one_database
def test_a_worker_that_stops_on_purpose_blames_nothing(folder: Path, now: datetime) -> None:
    custody.begin(folder)
    with custody.taking_up(7):
        custody.end()
        assert list((folder / "in-hand").iterdir()) == []
