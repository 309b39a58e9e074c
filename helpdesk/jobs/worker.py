"""The worker: takes mail in, files it, sends mail out, and keeps the timetable."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC
from functools import partial
from types import FrameType

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask
from sqlalchemy.exc import DBAPIError

from helpdesk.core import clock, heartbeat
from helpdesk.core.config import Settings
from helpdesk.core.listening import EXIT_PORT_IN_USE
from helpdesk.jobs.tasks import Shift
from helpdesk.jobs.timetable import TIMETABLE
from helpdesk.jobs.turns import Turn
from helpdesk.jobs.watchers import Watchers
from helpdesk.mail import custody
from helpdesk.mail.listen import Doors, DoorTaken

# Who stops us kills us when we take longer than a few seconds; what is interrupted is taken up
# again at the next start, as after a crash.
GRACE_SECONDS = 2.0

# Each run of each task, every second, is no news.
logging.getLogger("apscheduler").setLevel(logging.ERROR)

log = logging.getLogger(__name__)


def run_worker(settings: Settings, make_app: Callable[[], Flask]) -> int:
    """Work until SIGTERM or SIGINT, then stop within seconds; must be called in the main thread.

    `make_app` makes the application. Ends the process itself, with 0; returns only 98, after a
    sentence on standard error, when a stranger has a door.
    """
    stopping = threading.Event()
    _stop_on_signals(stopping)
    worker = Worker(make_app(), settings, stopping)
    try:
        worker.start()
    except DoorTaken as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_PORT_IN_USE
    log.info("The worker is at work.")
    stopping.wait()
    log.info("The worker stops.")
    if not worker.stop():
        log.warning("Something did not end in time and is left; it will be taken up again.")
    _leave_at_once()
    return 0


class Worker:
    """One worker's life: doors, watchers of mailboxes, and the timetable."""

    def __init__(self, app: Flask, settings: Settings, stopping: threading.Event) -> None:
        self._app = app
        self._settings = settings
        self._stopping = stopping
        self._doors = Doors(app, settings, on_kept=self._wake_filing)
        self._watchers = Watchers(app, settings, on_kept=self._wake_filing)
        shift = Shift(settings, self._doors, self._watchers, stopping, self.wake)
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            daemon=True,
            executors={"default": ThreadPoolExecutor(len(TIMETABLE))},
            # A task that is late runs once, and never beside itself.
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._turns = {
            entry.name: Turn(app, entry, shift, start=partial(self._run_now, entry.name))
            for entry in TIMETABLE
        }

    def start(self) -> None:
        """Open the doors and begin the timetable; DoorTaken when a stranger has a door."""
        self._doors.open()
        # Before any mail is filed: it may be the mail that ended the worker before this one.
        self._look_after_the_dead()
        custody.begin(self._settings.data_dir)
        for name, turn in self._turns.items():
            self._scheduler.add_job(
                turn.run,
                "interval",
                id=name,
                seconds=turn.entry.every_seconds,
                next_run_time=clock.now(),
            )
        self._scheduler.start()

    def _look_after_the_dead(self) -> None:
        # The database may be away; the timetable does it again.
        with suppress(DBAPIError, OSError), self._app.app_context():
            custody.take_over(self._settings.data_dir, now=clock.now())

    def wake(self, name: str) -> None:
        """Let an entry of the timetable run now."""
        self._turns[name].wake()

    def stop(self) -> bool:
        """Stop everything; True when all has ended, False when something goes on after a while."""
        self._stopping.set()
        deadline = time.monotonic() + GRACE_SECONDS
        self._scheduler.shutdown(wait=False)
        self._watchers.stop()
        self._doors.close()
        heartbeat.end(self._settings.data_dir)
        custody.end()
        while time.monotonic() < deadline:
            if not self._busy():
                return True
            time.sleep(0.02)
        return not self._busy()

    def _busy(self) -> bool:
        others = (each for each in threading.enumerate() if each is not threading.main_thread())
        return (
            any(not each.daemon for each in others)
            or any(turn.running for turn in self._turns.values())
            or bool(self._watchers.still_there())
        )

    def _wake_filing(self) -> None:
        self.wake("file mail")

    def _run_now(self, name: str) -> None:
        # The scheduler may not have begun yet, or have ended already; then nothing is lost.
        with suppress(JobLookupError):
            self._scheduler.modify_job(name, next_run_time=clock.now())


def _stop_on_signals(stopping: threading.Event) -> None:
    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, stop)


def _leave_at_once() -> None:
    """End the process without waiting for threads: Python itself would wait for them for ever.

    Also where all have ended: to take the libraries down piece by piece helps nobody.
    """
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
