from __future__ import annotations

import imaplib
import itertools
import random
import socket
import ssl
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from imapclient.exceptions import LoginError

from helpdesk.domain.correspondence.models import OldMail
from helpdesk.mail.fetch.errors import NoAnswer, NotAllowed, breaks_the_connection, in_words
from helpdesk.mail.fetch.policy import (
    BATCH_BYTES,
    BATCH_MAILS,
    Listed,
    batches,
    is_wanted,
    most_bytes,
    pause_after,
    search_since,
    windows,
)

SEEN = datetime(2026, 11, 24, 7, 41, tzinfo=UTC)


@given(st.lists(st.one_of(st.none(), st.integers(0, 3 * BATCH_BYTES)), max_size=200))
def test_batches_hold_every_mail_once_and_are_never_too_large(sizes: list[int | None]) -> None:
    mails = [Listed(uid, size, None) for uid, size in enumerate(sizes, start=1)]

    cut = list(batches(mails))

    assert [mail for batch in cut for mail in batch] == mails
    for batch in cut:
        assert 1 <= len(batch) <= BATCH_MAILS
        total = sum(BATCH_BYTES if mail.size is None else mail.size for mail in batch)
        assert total <= BATCH_BYTES or len(batch) == 1


@given(st.integers(1, 4_000_000), st.integers(0, 200_000), st.integers(0, 300_000))
def test_windows_cover_every_uid_once(low: int, more: int, count: int) -> None:
    high = low + more
    found = list(windows(low, high, count=count))

    assert found[0][0] == low
    assert found[-1][1] == high
    assert all(later[0] == sooner[1] + 1 for sooner, later in itertools.pairwise(found))


def test_old_mail_is_looked_for_from_the_day_that_the_policy_names() -> None:
    day = date(2026, 1, 31)

    assert search_since(OldMail.EVERYTHING, None, SEEN) is None
    assert search_since(OldMail.SINCE, day, SEEN) == day
    # A day earlier, because a server's day may begin elsewhere.
    assert search_since(OldMail.FROM_NOW_ON, None, SEEN) == date(2026, 11, 23)


def test_among_mail_that_was_numbered_anew_only_what_came_after_us_is_wanted() -> None:
    before = Listed(1, 10, datetime(2026, 11, 24, 7, 40, tzinfo=UTC))
    after = Listed(2, 10, datetime(2026, 11, 24, 7, 42, tzinfo=UTC))
    undated = Listed(3, 10, None)

    for policy in (OldMail.ASK, OldMail.FROM_NOW_ON):
        wanted = [mail.uid for mail in (before, after, undated) if is_wanted(mail, policy, SEEN)]
        assert wanted == [2, 3]
    assert is_wanted(before, OldMail.EVERYTHING, SEEN)
    assert is_wanted(before, OldMail.SINCE, SEEN)


def test_the_settings_can_raise_what_is_fetched_but_not_lower_it() -> None:
    assert most_bytes(1) == 100 * 1024 * 1024
    assert most_bytes(300) == 300 * 1024 * 1024


def test_pauses_grow_and_stay_below_six_minutes() -> None:
    chance = random.Random(1)
    pauses = [pause_after(failures, chance) for failures in range(1, 60)]

    assert 4 <= pauses[0] <= 6
    assert max(pauses) <= 360
    assert min(pauses[8:]) >= 240
    assert len(set(pauses)) == len(pauses)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            socket.gaierror(-2, "Name or service not known"),
            "There is no server mail.example.org (Name or service not known).",
        ),
        (ConnectionRefusedError(), "mail.example.org does not listen on port 993."),
        (NoAnswer(30), "mail.example.org:993 gives no answer (no answer within 30 seconds)."),
        (
            LoginError("b'[AUTHENTICATIONFAILED] hunter2 is wrong'"),
            "The server refuses the sign-in: [AUTHENTICATIONFAILED] •••• is wrong",
        ),
        (
            imaplib.IMAP4.error("FETCH command error: BAD [b'Unknown']"),
            "The server answers: Unknown",
        ),
        (
            imaplib.IMAP4.abort("socket error: EOF"),
            "The connection to mail.example.org broke off: socket error: EOF",
        ),
        (
            ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number"),
            "No encrypted connection to mail.example.org:993 came about "
            "([SSL: WRONG_VERSION_NUMBER] wrong version number).",
        ),
        (OSError(28, "No space left on device"), "OSError: No space left on device"),
        (NotAllowed("it does not"), "The server cannot be used: it does not."),
        (ValueError("x\r\ny"), "ValueError: x y"),
    ],
)
def test_errors_are_told_in_the_servers_words_without_the_password(
    error: Exception, words: str
) -> None:
    assert in_words(error, host="mail.example.org", port=993, password="hunter2") == words


def test_a_no_leaves_the_connection_standing_and_silence_does_not() -> None:
    assert not breaks_the_connection(imaplib.IMAP4.error("NO"))
    assert not breaks_the_connection(NotAllowed("no"))
    for error in (imaplib.IMAP4.abort("EOF"), NoAnswer(1), OSError(), ValueError("garbage")):
        assert breaks_the_connection(error)
