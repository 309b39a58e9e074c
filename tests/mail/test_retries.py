"""When a mail that did not leave is tried again."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from helpdesk.mail.retries import after_attempt, after_outage


def test_delays_grow_and_end(now: datetime) -> None:
    delays = [after_attempt(attempts, now=now) for attempts in range(1, 11)]
    assert delays[-1] is None
    known = [delay for delay in delays if delay is not None]
    assert len(known) == 9
    assert known[:7] == sorted(known[:7])


@pytest.mark.parametrize(("waited", "minutes"), [(1, 1), (30, 5), (3000, 15)])
def test_an_outage_is_asked_about_often_at_first(now: datetime, waited: int, minutes: int) -> None:
    again = after_outage(now - timedelta(minutes=waited), now=now)
    assert timedelta(minutes=minutes) <= again - now <= timedelta(minutes=minutes * 1.2)
