"""How much a bounce says of its address: by its status, and by words where it says little."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.domain.correspondence.rules import (
    SOFT_BOUNCES,
    SOFT_DAYS,
    Severity,
    never_ends,
    severity_of,
    status_in,
)

NOW = datetime(2026, 11, 24, 7, 41, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "words", "severity"),
    [
        ("5.1.1", "", Severity.HARD),
        ("5.1.10", "Recipient not found", Severity.HARD),
        ("5.4.310", "DNS domain does not exist", Severity.HARD),
        ("5.7.13", "user account is disabled", Severity.HARD),
        # The sender's address, not theirs.
        ("5.1.8", "Sender address rejected: Domain not found", Severity.NONE),
        ("5.1.7", "", Severity.NONE),
        ("5.2.2", "mailbox is full, user unknown to us otherwise", Severity.SOFT),
        ("5.2.3", "message length exceeds limit", Severity.NONE),
        ("5.3.4", "", Severity.NONE),
        ("5.6.0", "conversion failed", Severity.NONE),
        ("5.7.1", "blocked: user unknown to spam filter", Severity.SOFT),
        ("4.4.7", "delivery time expired", Severity.SOFT),
        ("4.1.1", "user unknown for now", Severity.SOFT),
        ("2.1.5", "delivered", Severity.NONE),
        # These say only that it failed.
        ("5.0.0", "550 No such user here", Severity.HARD),
        ("5.0.0", "550 Message rejected as spam by content filter", Severity.SOFT),
        ("5.5.0", "Requested action not taken: mailbox unavailable", Severity.SOFT),
        ("5.4.1", "Recipient address rejected: Access denied", Severity.SOFT),
        ("", "The email account that you tried to reach does not exist", Severity.HARD),
        ("", "Host or domain name not found. Name service error", Severity.HARD),
        ("", "552 message size exceeds fixed limit", Severity.NONE),
        ("", "it could not be delivered", Severity.SOFT),
        ("nonsense", "", Severity.SOFT),
    ],
)
def test_the_status_decides_and_where_it_says_little_the_words(
    status: str, words: str, severity: Severity
) -> None:
    assert severity_of(status, words) is severity


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ("550 5.1.1 <eva@example.com>: User unknown", "5.1.1"),
        ("550-5.7.26 Unauthenticated email", "5.7.26"),
        ("550 No such user at 192.0.5.1.1", ""),
        ("550 no such user", ""),
    ],
)
def test_the_status_is_found_in_an_answer(answer: str, status: str) -> None:
    assert status_in(answer) == status


def test_soft_bounces_end_in_silence_only_when_they_are_many_and_last_long() -> None:
    week = timedelta(days=SOFT_DAYS)
    assert never_ends(SOFT_BOUNCES, since=NOW - week, now=NOW)
    assert not never_ends(SOFT_BOUNCES - 1, since=NOW - 9 * week, now=NOW)
    assert not never_ends(99, since=NOW - week + timedelta(minutes=1), now=NOW)
