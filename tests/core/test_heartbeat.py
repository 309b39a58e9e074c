from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from helpdesk.core import heartbeat

NOW = datetime(2026, 11, 24, 7, 41, tzinfo=UTC)


def test_the_last_sign_of_life_is_the_one_that_counts(tmp_path: Path) -> None:
    assert heartbeat.beats(tmp_path) == []
    heartbeat.beat(tmp_path, now=NOW)
    heartbeat.beat(tmp_path, now=NOW + timedelta(seconds=10))

    (sign,) = heartbeat.beats(tmp_path)

    assert sign.at == NOW + timedelta(seconds=10)
    assert sign.pid == os.getpid()


def test_what_is_no_sign_of_life_is_passed_over(tmp_path: Path) -> None:
    heartbeat.beat(tmp_path, now=NOW)
    (tmp_path / "workers" / "broken.json").write_text("{")
    (tmp_path / "workers" / "other.json").write_text('{"at": 5}')

    assert [sign.at for sign in heartbeat.beats(tmp_path)] == [NOW]


def test_who_stops_on_purpose_leaves_no_sign_and_old_signs_are_swept_away(tmp_path: Path) -> None:
    heartbeat.beat(tmp_path, now=NOW)
    old = (NOW - timedelta(days=8)).isoformat()
    (tmp_path / "workers" / "gone-1.json").write_text(
        f'{{"at": "{old}", "host": "gone", "pid": 1}}'
    )
    heartbeat.beat(tmp_path, now=NOW)
    assert [sign.host == "gone" for sign in heartbeat.beats(tmp_path)] == [False]

    heartbeat.end(tmp_path)

    assert heartbeat.beats(tmp_path) == []
