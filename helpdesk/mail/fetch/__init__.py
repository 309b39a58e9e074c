"""Fetches mail from IMAP servers: the first of the three doors."""

from __future__ import annotations

from helpdesk.mail.fetch.checking import Step, check
from helpdesk.mail.fetch.fetcher import Polled
from helpdesk.mail.fetch.polling import poll
from helpdesk.mail.fetch.watching import Watcher

__all__ = ["Polled", "Step", "Watcher", "check", "poll"]
