"""A worker is killed in the middle of a stream of mail: nothing is lost and nothing doubled."""

from __future__ import annotations

import os
import signal
import smtplib
import threading
import time

import pytest

from tests.journeys.accounting import faults
from tests.journeys.conftest import Install
from tests.journeys.installation import Installation
from tests.mail.mailboxes import letter

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

MAILS = 200
SENDERS = 2


def deliver(place: Installation, numbers: range) -> None:
    """What a mail server does: a mail that was not answered with 250 is sent again, later."""
    waiting = list(numbers)
    deadline = time.monotonic() + 120
    while waiting and time.monotonic() < deadline:
        try:
            with smtplib.SMTP("127.0.0.1", place.smtp, "localhost", timeout=10) as smtp:
                while waiting:
                    raw = letter(waiting[0], From=f"p{waiting[0]}@example.com", Date="")
                    smtp.sendmail("x@example.com", ["helpdesk@example.org"], raw)
                    waiting.pop(0)
        except (smtplib.SMTPException, OSError):
            time.sleep(0.2)


def test_a_worker_that_is_killed_loses_and_doubles_nothing(install: Install) -> None:
    place = install(web_processes="1")
    run = place.start("run")
    place.wait_for_doors()
    senders = [
        threading.Thread(target=deliver, args=(place, range(part, MAILS, SENDERS)))
        for part in range(SENDERS)
    ]
    for sender in senders:
        sender.start()
    killed: list[int] = []
    for share in (0.2, 0.6):
        while place.number("SELECT count(*) FROM inbound_mails") < MAILS * share:
            time.sleep(0.01)
        killed.append(run.child("worker", besides=killed))
        os.kill(killed[-1], signal.SIGKILL)
    run.child("worker", besides=killed)
    for sender in senders:
        sender.join()
    place.wait_until_filed(MAILS, 60)

    assert run.words.count("worker ended unexpectedly (by SIGKILL)") == 2
    assert faults(place, [f"letter-{number}@example.com" for number in range(MAILS)]) == []
