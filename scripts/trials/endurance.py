"""Mail through every door while the worker is killed again and again."""

from __future__ import annotations

import random
import smtplib
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tests.journeys.installation import Installation, wait_until
from tests.peers.dovecot import PASSWORD, Dovecot
from trials.mails import Sent
from trials.roads import lay_into

# A worker that is at work is killed after some time between these.
_SHORTEST_LIFE_SECONDS = 0.1
_LONGEST_LIFE_SECONDS = 2.0
_MOST_SECONDS_PER_MAIL = 1.0
_START_SECONDS = 60


@contextmanager
def killing(place: Installation, chance: random.Random) -> Iterator[list[int]]:
    """A worker that is killed at random moments and started anew, until the block ends.

    Gives the process ids of the killed. Not by the supervisor: it gives up on a program that
    dies again and again.
    """
    over = threading.Event()
    killed: list[int] = []
    worker = place.start("worker")

    def kill() -> None:
        nonlocal worker
        while not over.is_set():
            born = time.monotonic()
            while "at work" not in worker.words and time.monotonic() - born < _START_SECONDS:
                time.sleep(0.05)
            if over.wait(chance.uniform(_SHORTEST_LIFE_SECONDS, _LONGEST_LIFE_SECONDS)):
                return
            worker.process.kill()
            worker.process.wait()
            killed.append(worker.process.pid)
            worker = place.start("worker")

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    try:
        yield killed
    finally:
        over.set()
        killer.join()


def by_lmtp(place: Installation, mails: Sequence[Sent]) -> None:
    """As a mail server does: what was not answered with 250 is handed over again."""
    waiting = list(mails)
    end = _end(len(mails))
    while waiting:
        _stop_at(end, f"{len(waiting)} mails could not be handed over by LMTP")
        try:
            with smtplib.LMTP("127.0.0.1", place.lmtp, "localhost", timeout=10) as lmtp:
                while waiting:
                    lmtp.sendmail("x@example.com", ["helpdesk@example.org"], waiting[0].raw)
                    waiting.pop(0)
        except (smtplib.SMTPException, OSError):
            time.sleep(0.2)


def by_pipe(place: Installation, mails: Sequence[Sent]) -> None:
    """As a mail server does, an mbox at a time: what did not end with 0 is handed over again.

    The pipe itself is killed now and then, too.
    """
    # Not for secrets.
    chance = random.Random(len(mails))
    end = _end(len(mails))
    for start in range(0, len(mails), 25):
        folder = place.folder / "pipe" / str(start)
        folder.mkdir(parents=True)
        for number, mail in enumerate(mails[start : start + 25]):
            (folder / f"{number}.eml").write_bytes(mail.raw)
        while True:
            _stop_at(end, "mails could not be handed over by the pipe")
            pipe = place.start("mail", "ingest", str(folder))
            if chance.random() < 0.3:
                time.sleep(chance.uniform(0.5, 2.5))
                pipe.process.kill()
            try:
                if pipe.process.wait(60) == 0:
                    break
            except subprocess.TimeoutExpired:
                pipe.process.kill()


def by_imap(place: Installation, mails: Sequence[Sent], dovecot: Dovecot) -> None:
    """Laid into a mailbox that the worker watches, a few at a time."""
    user = dovecot.new_user()
    dovecot.put(user, [])
    place.helpdesk(
        *("mailbox", "add", "fetched", "--address", user, "--username", user, "--password", "-"),
        *("--host", "127.0.0.1", "--port", str(dovecot.imap), "--security", "none"),
        *("--old-mail", "everything", "--poll-seconds", "2"),
        stdin=f"{PASSWORD}\n".encode(),
    )
    for start in range(0, len(mails), 20):
        lay_into(dovecot, user, [mail.raw for mail in mails[start : start + 20]])
        time.sleep(0.3)
    kept = "SELECT count(*) FROM inbound_mails"
    wait_until(lambda: place.number(kept) >= len(mails), _seconds(len(mails)), "kept mails")


def wait_until_told(place: Installation, count: int) -> None:
    """Wait until so many mails are filed and nothing waits to leave."""
    seconds = _seconds(count)
    filed = "SELECT count(DISTINCT rfc_message_id) FROM inbound_mails WHERE state <> 'waiting'"
    wait_until(lambda: place.number(filed) >= count, seconds, f"{count} filed mails")
    unsent = "SELECT count(*) FROM outbound_mails WHERE state IN ('waiting', 'sending')"
    wait_until(lambda: place.number(unsent) == 0, seconds, "empty outbox")


def _seconds(count: int) -> float:
    return 60 + count * _MOST_SECONDS_PER_MAIL


def _end(count: int) -> float:
    return time.monotonic() + _seconds(count)


def _stop_at(end: float, words: str) -> None:
    if time.monotonic() > end:
        raise AssertionError(words)
