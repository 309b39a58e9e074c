"""Mails through each door of a real installation, with how long and how much work it took."""

from __future__ import annotations

import os
import smtplib
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from helpdesk.application import create_app
from helpdesk.core import storage
from helpdesk.core.config import load_settings
from helpdesk.core.db import db
from helpdesk.mail.ingest import ingest
from helpdesk.mail.pipeline import file_waiting
from scripts.trials.machine import cpu_seconds
from scripts.trials.mails import generated
from tests.journeys.installation import Installation, fetched, wait_until
from tests.peers.dovecot import PASSWORD, Dovecot
from tests.peers.smtp import smtp_sink

# Slower than this is no result but a fault.
SLOWEST_MAILS_PER_SECOND = 3
_SENDERS = 4


@dataclass(frozen=True, slots=True)
class Pace:
    """How a number of mails went: mails per second, and processor milliseconds per mail."""

    per_second: float
    cpu_ms: float

    def told(self) -> dict[str, float]:
        """As JSON holds it."""
        return {"per_second": round(self.per_second, 1), "cpu_ms_per_mail": round(self.cpu_ms, 2)}


class MaildirRoad:
    """Mails taken from Maildirs and filed, in this process; the outbox is full afterwards."""

    def __init__(self, place: Installation) -> None:
        self._place = place
        self._settings = load_settings(place.environ, env_file=None)
        self.app = create_app(self._settings)
        self._rounds = 0

    def take(self, mails: Sequence[bytes]) -> Pace:
        """These mails, one Maildir more."""
        self._rounds += 1
        folder = self._place.folder / f"Maildir{self._rounds}"
        for name in ("cur", "new", "tmp"):
            (folder / name).mkdir(parents=True)
        for number, raw in enumerate(mails):
            (folder / "new" / f"{number:06}.trial").write_bytes(raw)
        # Several of these may take turns in one process.
        storage.use(self._settings.data_dir / "files")
        with self.app.app_context():
            # The first statement of each kind is made once, also in a worker that runs for weeks.
            file_waiting(self._settings)
            began, used = time.perf_counter(), time.process_time()
            assert ingest([folder], "helpdesk", self._settings, quiet=True) == os.EX_OK
            while file_waiting(self._settings):
                pass
            pace = _pace(len(mails), began, time.process_time() - used)
            db.session.remove()
        return pace

    def close(self) -> None:
        """Let go of the database."""
        with self.app.app_context():
            db.engine.dispose()


class WorkerRoad:
    """Mails that a worker takes in while its way out is blocked; `send` hands them over."""

    def __init__(self, place: Installation, send: Callable[[Sequence[bytes]], None]) -> None:
        self._place = place
        self._send = send
        self._filed = 0
        # A mail server that never answers: nothing leaves, so only taking in is measured.
        self._silent = socket.create_server(("127.0.0.1", 0))
        self._worker = place.start(
            "worker",
            HELPDESK_SMTP_HOST="127.0.0.1",
            HELPDESK_SMTP_PORT=str(self._silent.getsockname()[1]),
            HELPDESK_SMTP_SECURITY="none",
        )
        place.wait_for_doors()

    def take(self, mails: Sequence[bytes]) -> Pace:
        """From the first that is handed over to the last that is filed."""
        used, began = cpu_seconds([self._worker.process.pid]), time.perf_counter()
        self._send(mails)
        self._filed += len(mails)
        self._place.wait_until_filed(self._filed, len(mails) / SLOWEST_MAILS_PER_SECOND + 30)
        return _pace(len(mails), began, cpu_seconds([self._worker.process.pid]) - used)

    def close(self) -> None:
        """Stop the worker."""
        self._worker.stop()
        self._silent.close()


def lmtp_road(place: Installation) -> WorkerRoad:
    """Handed to the LMTP door by a few senders at once."""

    def send(mails: Sequence[bytes]) -> None:
        share = [mails[start::_SENDERS] for start in range(_SENDERS)]
        senders = [threading.Thread(target=_hand_over, args=(place.lmtp, part)) for part in share]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()

    return WorkerRoad(place, send)


def imap_road(place: Installation, dovecot: Dovecot) -> WorkerRoad:
    """Laid into a mailbox of a Dovecot that the worker watches."""
    user = dovecot.new_user()
    dovecot.put(user, [])
    place.helpdesk(
        *("mailbox", "add", "fetched", "--address", user, "--username", user, "--password", "-"),
        *("--host", "127.0.0.1", "--port", str(dovecot.imap), "--security", "none"),
        *("--old-mail", "now", "--poll-seconds", "5"),
        stdin=f"{PASSWORD}\n".encode(),
    )
    road = WorkerRoad(place, lambda mails: dovecot.lay(user, mails))
    seen = "SELECT count(*) FROM mailboxes WHERE name = 'fetched' AND worked_at IS NOT NULL"
    wait_until(lambda: place.number(seen), 60, "look at the mailbox")
    return road


def through_the_outbox(place: Installation, count: int) -> Pace:
    """What waits in the outbox, sent to an SMTP server; from the first to the last that came."""
    with smtp_sink() as sink:
        worker = place.start(
            "worker",
            HELPDESK_SMTP_HOST="127.0.0.1",
            HELPDESK_SMTP_PORT=str(sink.port),
            HELPDESK_SMTP_SECURITY="none",
        )
        sink.wait_for(1, 60)
        used, began, before = cpu_seconds([worker.process.pid]), time.perf_counter(), sink.attempts
        sink.wait_for(count, count / SLOWEST_MAILS_PER_SECOND + 30)
        pace = _pace(count - before, began, cpu_seconds([worker.process.pid]) - used)
        worker.stop()
    return pace


def _hand_over(port: int, mails: Sequence[bytes]) -> None:
    with smtplib.LMTP("127.0.0.1", port, "localhost", timeout=60) as lmtp:
        for raw in mails:
            lmtp.sendmail("sender@example.com", ["helpdesk@example.org"], raw)


def _pace(count: int, began: float, cpu: float) -> Pace:
    return Pace(count / (time.perf_counter() - began), cpu / count * 1000)


def first_page(place: Installation) -> float:
    """Seconds from the command to the first page that somebody gets."""
    began = time.perf_counter()
    place.start("run")
    wait_until(lambda: fetched(f"{place.address}/account/login") is not None, 60, "first page")
    return time.perf_counter() - began


def look_around(place: Installation) -> None:
    """Ask for a page often enough that each web process has answered, and send a mail."""
    place.wait_for_doors()
    for _ in range(40):
        fetched(f"{place.address}/account/login")
    _hand_over(place.lmtp, [mail.raw for mail in generated(1)])
    place.wait_until_filed(1, 60)
