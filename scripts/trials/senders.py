"""Mail through every door, by senders who do not give up: what was not taken is sent again."""

from __future__ import annotations

import random
import smtplib
import subprocess
import threading
import time
from collections.abc import Callable, Sequence

from sqlalchemy.exc import DBAPIError

from scripts.trials.mails import EVERY_ANSWER, Sent
from tests.journeys.installation import Installation, wait_until
from tests.peers.dovecot import PASSWORD, Dovecot

_MOST_SECONDS_PER_MAIL = 1.0
# The longest trouble, with the longest pause of ours after it.
_LEAST_SECONDS = 600.0


def hand_over(
    roads: Sequence[str], place: Installation, mails: Sequence[Sent], dovecot: Dovecot
) -> None:
    """Send the mails by these roads at once, each its share; returns when all are kept."""
    # An answer takes the same road as what it answers.
    share = -(-len(mails) // len(roads) // EVERY_ANSWER) * EVERY_ANSWER
    failures: list[BaseException] = []

    def send(road: str, part: Sequence[Sent]) -> None:
        try:
            if road == "imap":
                by_imap(place, part, dovecot)
            else:
                _BY_HAND[road](place, part)
        except BaseException as error:
            failures.append(error)

    senders = [
        threading.Thread(target=send, args=(road, mails[number * share : (number + 1) * share]))
        for number, road in enumerate(roads)
    ]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    if failures:
        raise failures[0]


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
    # Whatever is in trouble at this moment, an operator tries again.
    wait_until(lambda: _is_added(place, user, dovecot), _LEAST_SECONDS, "mailbox")
    for start in range(0, len(mails), 20):
        dovecot.lay(user, [mail.raw for mail in mails[start : start + 20]])
        time.sleep(0.3)
    kept = "SELECT count(*) FROM inbound_mails WHERE door = 'imap'"
    wait_until(
        _patiently(lambda: place.number(kept) >= len(mails)), _seconds(len(mails)), "kept mails"
    )


def _is_added(place: Installation, user: str, dovecot: Dovecot) -> bool:
    try:
        if place.number("SELECT count(*) FROM mailboxes WHERE name = 'fetched'"):
            return True
        place.helpdesk(
            *("mailbox", "add", "fetched", "--address", user, "--username", user),
            *("--host", "127.0.0.1", "--port", str(dovecot.imap), "--security", "none"),
            *("--old-mail", "everything", "--poll-seconds", "2", "--password", "-"),
            stdin=f"{PASSWORD}\n".encode(),
        )
    except (AssertionError, DBAPIError):
        time.sleep(1)
        return False
    return True


def wait_until_told(place: Installation, count: int) -> None:
    """Wait until so many mails are filed and nothing waits to leave."""
    seconds = _seconds(count)
    filed = "SELECT count(DISTINCT rfc_message_id) FROM inbound_mails WHERE state <> 'waiting'"
    wait_until(_patiently(lambda: place.number(filed) >= count), seconds, f"{count} filed mails")
    # Second deliveries, where the answer to the first was lost, are filed as well.
    waiting = "SELECT count(*) FROM inbound_mails WHERE state = 'waiting'"
    wait_until(_patiently(lambda: place.number(waiting) == 0), seconds, "end of waiting mail")
    unsent = "SELECT count(*) FROM outbound_mails WHERE state IN ('waiting', 'sending')"
    wait_until(_patiently(lambda: place.number(unsent) == 0), seconds, "empty outbox")


_BY_HAND = {"lmtp": by_lmtp, "pipe": by_pipe}


def _patiently(holds: Callable[[], bool]) -> Callable[[], bool]:
    """The same question, asked again later where the database is away or very busy."""

    def asked() -> bool:
        time.sleep(0.2)
        try:
            return holds()
        except DBAPIError:
            time.sleep(1)
            return False

    return asked


def _seconds(count: int) -> float:
    return _LEAST_SECONDS + count * _MOST_SECONDS_PER_MAIL


def _end(count: int) -> float:
    return time.monotonic() + _seconds(count)


def _stop_at(end: float, words: str) -> None:
    if time.monotonic() > end:
        raise AssertionError(words)
