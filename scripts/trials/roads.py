"""Mails through each door of a real installation, with how long and how much work it took."""

from __future__ import annotations

import os
import shutil
import smtplib
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from helpdesk.application import create_app
from helpdesk.core.config import load_settings
from helpdesk.core.db import db
from helpdesk.mail.ingest import ingest
from helpdesk.mail.pipeline import file_waiting
from tests.journeys.installation import Installation, fetched, wait_until
from tests.peers.dovecot import PASSWORD, Dovecot
from tests.peers.smtp import smtp_sink
from trials.machine import cpu_seconds
from trials.mails import generated

# Slower than this is no result but a fault.
SLOWEST_MAILS_PER_SECOND = 3
_SENDERS = 4


@dataclass(frozen=True, slots=True)
class Pace:
    """How a number of mails went: mails per second, and processor milliseconds per mail."""

    per_second: float
    cpu_ms: float


def through_maildir(place: Installation, mails: Sequence[bytes]) -> Pace:
    """Taken from a Maildir and filed, in this process; the outbox is full afterwards."""
    folder = place.folder / "Maildir"
    for name in ("cur", "new", "tmp"):
        (folder / name).mkdir(parents=True)
    for number, raw in enumerate(mails):
        (folder / "new" / f"{number:06}.trial").write_bytes(raw)
    settings = load_settings(place.environ, env_file=None)
    app = create_app(settings)
    with app.app_context():
        # The first statement of each kind is made once, also in a worker that runs for weeks.
        file_waiting(settings)
        began, used = time.perf_counter(), time.process_time()
        assert ingest([folder], "helpdesk", settings, quiet=True) == os.EX_OK
        while file_waiting(settings):
            pass
        pace = _pace(len(mails), began, time.process_time() - used)
        db.session.remove()
        db.engine.dispose()
    return pace


def through_lmtp(place: Installation, mails: Sequence[bytes]) -> Pace:
    """Handed to the LMTP door of a worker by a few senders at once."""
    worker = place.start("worker")
    place.wait_for_doors()
    used = cpu_seconds([worker.process.pid])
    began = time.perf_counter()
    share = [mails[start::_SENDERS] for start in range(_SENDERS)]
    senders = [threading.Thread(target=_hand_over, args=(place.lmtp, part)) for part in share]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    place.wait_until_filed(len(mails), len(mails) / SLOWEST_MAILS_PER_SECOND + 30)
    pace = _pace(len(mails), began, cpu_seconds([worker.process.pid]) - used)
    worker.stop()
    return pace


def through_imap(place: Installation, mails: Sequence[bytes], dovecot: Dovecot) -> Pace:
    """Laid into a mailbox of a Dovecot that a worker watches."""
    user = dovecot.new_user()
    dovecot.put(user, [])
    place.helpdesk(
        *("mailbox", "add", "fetched", "--address", user, "--username", user, "--password", "-"),
        *("--host", "127.0.0.1", "--port", str(dovecot.imap), "--security", "none"),
        *("--old-mail", "now", "--poll-seconds", "5"),
        stdin=f"{PASSWORD}\n".encode(),
    )
    worker = place.start("worker")
    seen = "SELECT count(*) FROM mailboxes WHERE name = 'fetched' AND worked_at IS NOT NULL"
    wait_until(lambda: place.number(seen), 60, "look at the mailbox")
    used = cpu_seconds([worker.process.pid])
    began = time.perf_counter()
    lay_into(dovecot, user, mails)
    place.wait_until_filed(len(mails), len(mails) / SLOWEST_MAILS_PER_SECOND + 30)
    pace = _pace(len(mails), began, cpu_seconds([worker.process.pid]) - used)
    worker.stop()
    return pace


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


def lay_into(dovecot: Dovecot, user: str, mails: Sequence[bytes]) -> None:
    """Put mails into a user's INBOX at once, as a delivery agent does."""
    maildir = dovecot.folder / "mail" / user / "Maildir"
    owner = maildir.stat()
    for number, raw in enumerate(mails):
        file = maildir / "tmp" / f"{time.time_ns()}.{number}.trial"
        file.write_bytes(raw)
        os.chown(file, owner.st_uid, owner.st_gid)
        shutil.move(file, maildir / "new" / file.name)


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
