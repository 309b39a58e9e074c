"""Keeps one watcher for each mailbox that is fetched, whatever happens to the mailboxes."""

from __future__ import annotations

import logging
from collections.abc import Callable

from flask import Flask

from helpdesk.core.config import Settings
from helpdesk.core.db import db
from helpdesk.domain.correspondence.fetching import fetched_mailboxes
from helpdesk.mail.fetch import Watcher

log = logging.getLogger(__name__)


class Watchers:
    """The watchers of one worker. Other workers have theirs; a lease decides which one fetches."""

    def __init__(self, app: Flask, settings: Settings, *, on_kept: Callable[[], None]) -> None:
        self._app = app
        self._settings = settings
        self._on_kept = on_kept
        self._watching: dict[int, tuple[Watcher, tuple[object, ...]]] = {}
        self._stopped: list[Watcher] = []

    def tend(self) -> None:
        """Start and stop watchers, so that there is one for each mailbox as it is set up now."""
        wanted = fetched_mailboxes()
        db.session.rollback()
        for mailbox_id, (watcher, setup) in list(self._watching.items()):
            if wanted.get(mailbox_id) != setup:
                log.info("mailbox %s is no longer fetched as it was", mailbox_id)
                self._stop(mailbox_id)
            elif not watcher.is_alive():
                log.error("the watcher of mailbox %s has ended; there will be another", mailbox_id)
                self._stop(mailbox_id)
        for mailbox_id, setup in wanted.items():
            if mailbox_id not in self._watching:
                watcher = Watcher(self._app, mailbox_id, self._settings, on_kept=self._on_kept)
                self._watching[mailbox_id] = (watcher, setup)
                watcher.start()
        self._stopped = [watcher for watcher in self._stopped if watcher.is_alive()]

    def stop(self) -> None:
        """Ask all to end; returns at once."""
        for mailbox_id in list(self._watching):
            self._stop(mailbox_id)

    def still_there(self) -> list[Watcher]:
        """Those that were asked to end and have not ended yet."""
        return [watcher for watcher in self._stopped if watcher.is_alive()]

    def _stop(self, mailbox_id: int) -> None:
        watcher, _ = self._watching.pop(mailbox_id)
        watcher.stop()
        self._stopped.append(watcher)
