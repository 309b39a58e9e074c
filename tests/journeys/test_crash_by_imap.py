"""The short form of `make soak`: a worker is killed again and again while mail comes by IMAP."""

from __future__ import annotations

import random

import pytest

from scripts.trials.mails import generated
from scripts.trials.senders import hand_over, wait_until_told
from scripts.trials.troubles import Stage, one_worker_killed
from tests.journeys.accounting import books
from tests.journeys.conftest import Install
from tests.peers.dovecot import Dovecot
from tests.peers.smtp import smtp_sink

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

MAILS = 40
SEED = 7


def test_mail_that_is_fetched_while_the_worker_is_killed_is_neither_lost_nor_doubled(
    install: Install, dovecot: Dovecot
) -> None:
    mails = list(generated(MAILS, mark="soak", seed=SEED))
    with smtp_sink() as sink:
        place = install(
            smtp_host="127.0.0.1", smtp_port=str(sink.port), smtp_security="none", web_processes="1"
        )
        # Not for secrets: the same moments each time.
        stage = Stage(place, sink, random.Random(SEED), None)
        with one_worker_killed(stage) as killed:
            hand_over(("imap",), place, mails, dovecot)
        wait_until_told(place, MAILS)
        found = books(
            place,
            [mail.message_id.strip("<>") for mail in mails],
            answers={
                mail.message_id.strip("<>"): mail.answers.strip("<>")
                for mail in mails
                if mail.answers
            },
            left=sink.mails,
        )

    assert found.faults == []
    assert killed
    assert (found.acknowledgements, found.ids) == (32, 32)
    assert found.left >= found.ids
