"""Runs one entry of the timetable: alone, patiently after errors, and sooner when it is woken."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable

from flask import Flask
from sqlalchemy.exc import DBAPIError

from helpdesk.jobs.tasks import Shift
from helpdesk.jobs.timetable import Entry

_LONGEST_PAUSE_SECONDS = 30.0

log = logging.getLogger(__name__)


class Turn:
    """An entry at work. `run` is called by the scheduler, `wake` by anybody."""

    def __init__(self, app: Flask, entry: Entry, shift: Shift, start: Callable[[], None]) -> None:
        self.entry = entry
        self.running = False
        self._app = app
        self._shift = shift
        self._start = start
        self._lock = threading.Lock()
        self._woken = False
        self._failures = 0
        self._not_before = 0.0
        # Not for secrets: two workers that fail together should not try again together.
        self._chance = random.Random()

    def wake(self) -> None:
        """Run now, or once more if it is running."""
        with self._lock:
            first, self._woken = not self._woken, True
            if self.running or not first:
                return
        self._start()

    def run(self) -> None:
        """Run until the task has nothing left to do; an error is logged and waited out."""
        with self._lock:
            if self.running or time.monotonic() < self._not_before:
                self._woken = False
                return
            self.running = True
        try:
            while self._once():
                pass
            self._failures = 0
        except Exception as error:
            with self._lock:
                self.running = False
            self._failed(error)

    def _once(self) -> bool:
        """Run the task; whether it is to run again at once."""
        with self._lock:
            self._woken = False
        with self._app.app_context():
            more = self.entry.task(self._shift)
        with self._lock:
            # Under the lock, or who wakes it now would think that it is still running.
            self.running = (more or self._woken) and not self._shift.stopping.is_set()
            return self.running

    def _failed(self, error: Exception) -> None:
        self._failures += 1
        pause = min(2.0 ** (self._failures - 1), _LONGEST_PAUSE_SECONDS)
        pause *= self._chance.uniform(0.8, 1.2)
        self._not_before = time.monotonic() + pause
        if isinstance(error, DBAPIError):
            # The database is away: where this happened says nothing, and it may happen often.
            words = str(error.orig).strip().splitlines() or [type(error.orig).__name__]
            log.warning("%s: %s; again in %.0f s", self.entry.name, words[0], pause)
        else:
            log.exception("%s failed; again in %.0f s", self.entry.name, pause)
