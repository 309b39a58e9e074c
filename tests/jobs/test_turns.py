from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import pytest
from flask import Flask, has_app_context
from sqlalchemy.exc import OperationalError

from helpdesk.jobs.tasks import Shift
from helpdesk.jobs.timetable import TIMETABLE, Entry
from helpdesk.jobs.turns import Turn


class _Desk:
    """What a turn needs of a shift."""

    def __init__(self) -> None:
        self.stopping = threading.Event()


def turn(task: Callable[[Shift], bool], started: list[int] | None = None) -> tuple[Turn, _Desk]:
    desk = _Desk()
    starts = started if started is not None else []
    made = Turn(
        Flask("tests"),
        Entry("a task", 1, task),
        desk,  # type: ignore[arg-type]
        start=lambda: starts.append(1),
    )
    return made, desk


def test_a_task_runs_until_it_has_nothing_left_to_do() -> None:
    left = [True, True, False]
    contexts: list[bool] = []

    def task(shift: Shift) -> bool:
        contexts.append(has_app_context())
        return left.pop(0)

    made, _ = turn(task)
    made.run()

    assert left == []
    assert contexts == [True, True, True]
    assert not made.running


def test_a_task_that_always_has_more_ends_when_the_worker_stops() -> None:
    runs: list[int] = []

    def task(shift: Shift) -> bool:
        runs.append(1)
        if len(runs) == 5:
            shift.stopping.set()
        return True

    turn(task)[0].run()

    assert len(runs) == 5


def test_who_wakes_a_running_task_lets_it_run_once_more() -> None:
    runs: list[int] = []
    started: list[int] = []

    def task(shift: Shift) -> bool:
        runs.append(1)
        if len(runs) == 1:
            made.wake()
            made.wake()
        return False

    made, _ = turn(task, started)
    made.run()

    assert len(runs) == 2
    assert started == []
    made.wake()
    made.wake()
    assert started == [1]


def test_an_error_is_logged_and_waited_out(caplog: pytest.LogCaptureFixture) -> None:
    runs: list[int] = []

    def task(shift: Shift) -> bool:
        runs.append(1)
        raise ValueError("something of ours")

    made, _ = turn(task)
    made.run()
    made.run()

    assert len(runs) == 1
    assert not made.running
    assert "something of ours" in caplog.text
    assert "Traceback" in caplog.text


def test_a_database_that_is_away_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    def task(shift: Shift) -> bool:
        raise OperationalError("SELECT 1", {}, Exception("server closed\nthe connection"))

    with caplog.at_level(logging.WARNING):
        turn(task)[0].run()

    (record,) = caplog.records
    assert record.getMessage().startswith("a task: server closed; again in 1 s")
    assert record.exc_info is None


def test_the_timetable_names_each_task_once() -> None:
    names = [entry.name for entry in TIMETABLE]

    assert len(set(names)) == len(names)
    assert all(entry.every_seconds >= 1 for entry in TIMETABLE)
