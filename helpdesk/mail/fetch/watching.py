"""Watches one mailbox in a thread of its own, so that a server that hangs delays nobody else."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable

from flask import Flask
from imapclient.exceptions import LoginError

from helpdesk.core.config import Settings
from helpdesk.core.holders import new_holder
from helpdesk.mail.fetch import idling, lease
from helpdesk.mail.fetch.errors import NotOurs
from helpdesk.mail.fetch.fetcher import Fetcher
from helpdesk.mail.fetch.policy import pause_after
from helpdesk.mail.fetch.polling import note_failure, note_success
from helpdesk.mail.grants import TokensRefused

# Even a server that tells of new mail by itself is asked this often: IDLE may be silently broken,
# and a connection that has died is noticed only by asking.
SAFETY_NET_SECONDS = 300.0
# RFC 2177 section 3: a server may end what has lasted for 30 minutes.
LONGEST_IDLE_SECONDS = 28 * 60.0
# A server on which waiting ends badly so often in a row is asked in turns for a while.
MOST_IDLE_FAILURES = 2
WITHOUT_IDLE_SECONDS = 1800.0
# How long to wait while another worker fetches from the mailbox.
SOMEBODY_ELSE_SECONDS = 5.0
# Servers lock accounts after a few wrong passwords; nobody corrects one within seconds.
SHORTEST_PAUSE_AFTER_WRONG_PASSWORD = 120.0
# A connection that rests longer than this between two rounds is closed.
LONGEST_REST_SECONDS = 600.0
_RENEW_SECONDS = lease.LEASE.total_seconds() / 3
# News that comes in a stream is fetched together: a round costs three questions.
_SHORTEST_ROUND_SECONDS = 0.2

log = logging.getLogger(__name__)


class Watcher(threading.Thread):
    """Fetches whenever there is something to fetch, until `stop`; a daemon that holds up nobody."""

    def __init__(
        self,
        app: Flask,
        mailbox_id: int,
        settings: Settings,
        *,
        on_kept: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(name=f"mailbox-{mailbox_id}", daemon=True)
        self.mailbox_id = mailbox_id
        self._app = app
        self._holder = new_holder()
        self._fetcher = Fetcher(mailbox_id, settings, self._holder, on_kept=on_kept)
        self._stopping = threading.Event()
        # Not for secrets: two workers that fail together should not try again together.
        self._chance = random.Random()
        self._failures = 0
        self._idle_fails = 0
        self._no_idle_until = 0.0
        self._renewed_at = 0.0

    def stop(self) -> None:
        """Ask it to end, and wake it wherever it waits; returns at once."""
        self._stopping.set()
        self._fetcher.break_off()

    def run(self) -> None:
        while not self._stopping.is_set():
            pause = self._attempt()
            self._stopping.wait(pause)
        self._leave()

    def _attempt(self) -> float:
        """One round and the waiting after it; returns the seconds until the next."""
        began = time.monotonic()
        try:
            if not self._renew():
                return SOMEBODY_ELSE_SECONDS
            with self._app.app_context():
                polled = self._fetcher.round()
                note_success(self.mailbox_id, polled)
            self._failures = 0
            self._wait()
            return max(0.0, began + _SHORTEST_ROUND_SECONDS - time.monotonic())
        except NotOurs as error:
            log.info("mailbox %s: %s", self.mailbox_id, error)
            self._fetcher.close()
            return _SHORTEST_ROUND_SECONDS
        except Exception as error:
            if self._stopping.is_set():
                return 0.0
            return self._failed(error)

    def _wait(self) -> None:
        """Wait for news where the server tells it, and for a while where it does not."""
        connection, orders = self._fetcher.connection, self._fetcher.orders
        assert connection is not None
        assert orders is not None
        no_idle = time.monotonic() < self._no_idle_until
        if not orders.idle or no_idle or not idling.can_idle(connection):
            if orders.poll_seconds > LONGEST_REST_SECONDS:
                self._fetcher.close()
            self._rest(orders.poll_seconds)
            return
        try:
            idling.wait_for_news(
                connection,
                min(max(SAFETY_NET_SECONDS, float(orders.poll_seconds)), LONGEST_IDLE_SECONDS),
                stopping=self._stopping,
                on_pulse=self._renew_in_time,
            )
            self._idle_fails = 0
        except NotOurs:
            raise
        except Exception as error:
            # The next round connects anew and tells what is wrong, if anything is.
            log.info("mailbox %s: waiting for news ended: %s", self.mailbox_id, error)
            self._idle_fails += 1
            if self._idle_fails >= MOST_IDLE_FAILURES:
                self._idle_fails = 0
                self._no_idle_until = time.monotonic() + WITHOUT_IDLE_SECONDS
            self._fetcher.close()

    def _rest(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self._stopping.is_set() and (left := until - time.monotonic()) > 0:
            self._stopping.wait(min(left, _RENEW_SECONDS))
            self._renew_in_time()

    def _renew(self) -> bool:
        with self._app.app_context():
            self._renewed_at = time.monotonic()
            return lease.take(self.mailbox_id, self._holder)

    def _renew_in_time(self) -> None:
        if time.monotonic() - self._renewed_at < _RENEW_SECONDS or self._stopping.is_set():
            return
        if not self._renew():
            raise NotOurs("Somebody else fetches from this mailbox now.")

    def _failed(self, error: Exception) -> float:
        self._failures += 1
        self._fetcher.close()
        words = str(error)
        try:
            with self._app.app_context():
                words = note_failure(self.mailbox_id, error, self._fetcher.orders)
        except Exception:
            # The database is away as well; the log is what is left.
            log.exception("mailbox %s: what went wrong cannot be noted", self.mailbox_id)
        log.warning("mailbox %s: %s", self.mailbox_id, words)
        pause = pause_after(self._failures, self._chance)
        if isinstance(error, (LoginError, TokensRefused)):
            pause = max(pause, SHORTEST_PAUSE_AFTER_WRONG_PASSWORD)
        return pause

    def _leave(self) -> None:
        self._fetcher.close()
        try:
            with self._app.app_context():
                lease.release(self.mailbox_id, self._holder)
        except Exception:
            # It ends by itself soon.
            log.info("mailbox %s: the lease could not be given back", self.mailbox_id)
