"""Mail that ends its worker, in real processes: it fails visibly, and all other mail is filed."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from helpdesk.core import clock
from helpdesk.core.config import Settings
from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.correspondence.models import InboundMail, InboundState
from helpdesk.mail.custody import GIVEN_UP, MOST_DEATHS
from tests.jobs.workers import environment, wait_until
from tests.mail.letters import Road, letter
from tests.world import World

# A worker in which one mail does what a fault in a library would do.
_PROGRAM = """
import os, sys
from helpdesk.application import create_app
from helpdesk.core.config import load_settings
from helpdesk.core.logs import configure_logs
from helpdesk.jobs.worker import run_worker
from helpdesk.mail import custody, pipeline

understand = pipeline.parse

def parse(raw):
    if b"Subject: poison" in raw:
        os.abort()
    if b"Subject: endless" in raw:
        # One call into C that does not come back for days and lets no other thread run.
        sum(range(10**14))
    return understand(raw)

pipeline.parse = parse
custody.begin.__kwdefaults__["seconds"] = 2.0
settings = load_settings(env_file=None)
configure_logs(log_format="text", level="INFO")
sys.exit(run_worker(settings, lambda: create_app(settings)))
"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    file = tmp_path / "worker.log"
    file.touch()
    return file


def states() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(InboundMail.state).order_by(InboundMail.id)))


def given_up() -> bool:
    return InboundState.FAILED.value in states()


def ended(process: subprocess.Popen[bytes]) -> bool:
    """Whether the worker has ended; meanwhile what waits is due, as if its pause were over."""
    without_waiting()
    return process.poll() is not None


def without_waiting() -> None:
    with unit_of_work():
        for mail in db.session.scalars(select(InboundMail).where(InboundMail.state == "waiting")):
            mail.due_at = clock.now()


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.one_database
@pytest.mark.parametrize(
    ("subject", "end"), [("poison", signal.SIGABRT), ("endless", signal.SIGPROF)]
)
def test_a_mail_that_ends_its_worker_is_given_up_and_the_others_are_filed(
    world: World, settings: Settings, log: Path, subject: str, end: signal.Signals
) -> None:
    road = Road(settings)
    for number in range(3):
        road.keep(letter(f"p{number}@example.com", subject="ordinary"))
    poison = road.keep(letter(subject=subject))
    for number in range(3, 6):
        road.keep(letter(f"p{number}@example.com", subject="ordinary"))
    deaths = 0
    with log.open("ab") as file:
        while deaths <= MOST_DEATHS:
            process = subprocess.Popen(
                [sys.executable, "-c", _PROGRAM],
                env=environment(settings),
                stdout=file,
                stderr=file,
            )
            try:
                wait_until(lambda: ended(process) or given_up(), log=log)  # noqa: B023
                if not ended(process):
                    wait_until(lambda: states().count("filed") == 6, log=log)
                    break
                assert process.returncode == -end
                deaths += 1
            finally:
                process.kill()
                process.wait()
    assert deaths == MOST_DEATHS
    db.session.rollback()
    mail = db.session.get_one(InboundMail, poison)
    assert (mail.state, mail.error) == (InboundState.FAILED.value, GIVEN_UP)
    assert states().count("filed") == 6
