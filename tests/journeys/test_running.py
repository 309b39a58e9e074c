"""`helpdesk run --sample`, as `make run` starts it: from the first words to Ctrl-C."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.journeys.installation import Installation, fetched, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

# On a machine that does nothing else it takes one.
STOPS_WITHIN_SECONDS = 8


def sample(folder: Path) -> Installation:
    return Installation(folder, f"sqlite:///{folder / 'data' / 'helpdesk.sqlite3'}")


def tickets(place: Installation) -> int:
    return place.number("SELECT count(*) FROM tickets")


def test_a_first_start_a_pasted_line_a_stop_and_a_second_start(tmp_path: Path) -> None:
    with sample(tmp_path / "sample") as place:
        first = place.start("run", "--sample")
        wait_until(lambda: "Ctrl-C stops it" in first.words, 90, "welcome")
        assert f"The helpdesk is running at {place.address}" in first.words
        assert re.search(r"Password +\S{16} ", first.words)
        assert f"SMTP on 127.0.0.1:{place.smtp}, for helpdesk@example.org" in first.words
        assert f"{place.address}/admin/captured" in first.words
        assert b"<html" in (fetched(f"{place.address}/account/login") or b"")

        wait_until(lambda: tickets(place) == 3, 30, "three sample tickets")
        pasted = re.search(r"Send a mail +(.+)", first.words)
        assert pasted is not None
        subprocess.run(["sh", "-c", pasted[1]], check=True, timeout=30)
        wait_until(lambda: tickets(place) == 4, 30, "ticket of the pasted line")
        (newest, *_) = place.lines("ticket", "list")
        assert (newest["subject"], newest["requester"]) == (
            "My screen is black",
            {"name": "Eva Ek", "address": "eva.ek@example.com"},
        )
        captured = "SELECT count(*) FROM outbound_mails WHERE state = 'captured'"
        wait_until(lambda: place.number(captured) >= 4, 30, "captured acknowledgements")

        elsewhere = Installation(tmp_path / "other", place.database, http=place.http)
        elsewhere.folder.mkdir()
        refused = elsewhere.start("run")
        assert refused.process.wait(30) == 98
        assert refused.words == (
            f"Port {place.http} on 127.0.0.1 is in use."
            " Stop what uses it, or set HELPDESK_HTTP_LISTEN to another.\n"
        )

        family = first.family()
        assert len(family) >= 5, "supervisor, web with two processes, worker"
        began = time.monotonic()
        assert first.stop(signal.SIGINT) == 0
        assert time.monotonic() - began < STOPS_WITHIN_SECONDS
        assert [pid for pid in family if Path(f"/proc/{pid}").exists()] == []
        assert "is killed" not in first.words

        second = place.start("run", "--sample")
        wait_until(lambda: "Ctrl-C stops it" in second.words, 90, "welcome")
        assert "with the password of the first start" in second.words
        assert tickets(place) == 4
        second.stop(signal.SIGTERM)


def test_a_start_without_init_says_what_to_do(tmp_path: Path) -> None:
    with sample(tmp_path / "nothing") as place:
        said = place.start("run")
        assert said.process.wait(60) == 1
        assert "Run `helpdesk init` for a new helpdesk" in said.words


def test_nothing_outlives_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    with sample(tmp_path / "sample") as place:
        run = place.start("run", "--sample")
        wait_until(lambda: "Ctrl-C stops it" in run.words, 90, "welcome")
        family = run.family()
        os.kill(run.process.pid, signal.SIGKILL)
        run.process.wait()
        gone = lambda: not any(Path(f"/proc/{pid}").exists() for pid in family)  # noqa: E731
        wait_until(gone, 15, "end of all programs")
