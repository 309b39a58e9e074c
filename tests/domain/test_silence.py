"""Mailboxes that no mail comes to are noticed, and noticing costs little however many there are."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from helpdesk.core.db import unit_of_work
from helpdesk.domain.correspondence import alarming
from helpdesk.domain.correspondence.actions import keep
from helpdesk.domain.correspondence.alarming import alarms
from helpdesk.domain.correspondence.models import Mailbox
from tests.statements import statements
from tests.world import World


@pytest.mark.parametrize("latest", [100, 1], ids=["among the last", "long ago"])
def test_watching_many_mailboxes_asks_no_more_than_watching_one(
    world: World, now: datetime, monkeypatch: pytest.MonkeyPatch, latest: int
) -> None:
    monkeypatch.setattr(alarming, "_LATEST", latest)
    with unit_of_work() as session:
        for number in range(5):
            box = Mailbox(
                name=f"box {number}",
                address=f"box{number}@example.org",
                silent_after_hours=24,
                process="incident",
                created_at=now,
            )
            session.add(box)
            session.flush()
            # The last one never got any.
            for hour in range(2 * (number < 4)):
                at = now + timedelta(hours=number + hour)
                key = f"{number}.{hour}"
                keep(box, door="smtp", raw_sha256=None, size=1, content_key=key, now=at)

    with statements() as sent:
        found = alarms(now=now + timedelta(hours=27, minutes=1))

    assert {alarm.name: alarm.since for alarm in found} == {
        "box 0": now + timedelta(hours=1),
        "box 1": now + timedelta(hours=2),
        "box 2": now + timedelta(hours=3),
        "box 4": now,
    }
    # The mailboxes, the sign-ins, the last mails, and those that are not among them.
    assert len([each for each in sent if each.startswith("SELECT")]) == 4
