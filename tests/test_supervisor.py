from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

PATIENT = "import signal, time; signal.signal(signal.SIGTERM, lambda *_: exit(0)); "
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
SLEEP = "time.sleep(60)"


@dataclass
class Run:
    """A supervisor at work, and the folder in which its programs write what they are."""

    process: subprocess.Popen[str]
    folder: Path

    def pids(self, name: str) -> list[int]:
        """Process ids of the starts of this program so far, in their order."""
        file = self.folder / name
        lines = file.read_text().split("\n")[:-1] if file.exists() else []
        return [int(line) for line in lines]

    def finish(self, seconds: float = 15) -> tuple[int, str]:
        """Exit code and words of a supervisor that ends by itself."""
        words = self.process.communicate(timeout=seconds)[1]
        return self.process.returncode, words


Start = Callable[..., Run]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a supervisor over small Python programs, given by name; each first notes its pid."""
    runs: list[Run] = []

    def _start(grace_seconds: float = 5.0, before: str = "", **programs: str) -> Run:
        listed = [
            (name, f"{body_prefix(tmp_path / name)}{body}") for name, body in programs.items()
        ]
        script = textwrap.dedent(f"""
            import logging, sys
            from helpdesk.supervisor import Program, supervise
            logging.basicConfig(level=logging.INFO, format="%(message)s")
            {before}
            programs = [
                Program(name, (sys.executable, "-c", body), {{"MARK": name}})
                for name, body in {listed!r}
            ]
            sys.exit(supervise(programs, grace_seconds={grace_seconds}))
        """)
        process = subprocess.Popen(
            [sys.executable, "-c", script], stderr=subprocess.PIPE, text=True
        )
        runs.append(Run(process, tmp_path))
        return runs[-1]

    yield _start
    for run in runs:
        run.process.kill()
        for file in tmp_path.iterdir():
            for pid in run.pids(file.name):
                if alive(pid):
                    os.kill(pid, signal.SIGKILL)
        run.process.communicate()


def body_prefix(file: Path) -> str:
    return f"import os; open({str(file)!r}, 'a').write(str(os.getpid()) + chr(10)); "


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def zombie(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists() and not alive(pid)


def until(true: Callable[[], object], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_all_stop_within_seconds_when_asked(start: Start, number: signal.Signals) -> None:
    run = start(web=PATIENT + SLEEP, worker=PATIENT + SLEEP)
    until(lambda: run.pids("web") and run.pids("worker"))
    # A program that has noted its pid may not yet have said how it wants to be stopped.
    time.sleep(0.1)
    began = time.monotonic()

    run.process.send_signal(number)
    code, words = run.finish()

    assert code == 0
    assert time.monotonic() - began < 3
    assert "Stopping." in words
    assert not any(alive(pid) for pid in run.pids("web") + run.pids("worker"))


def test_ctrl_c_in_the_terminal_reaches_only_the_supervisor(start: Start) -> None:
    tells = "import signal, time; signal.signal(signal.SIGINT, lambda *_: print(1 / 0)); "
    run = start(web=tells + SLEEP)
    until(lambda: run.pids("web"))

    assert os.getpgid(run.pids("web")[0]) != os.getpgid(run.process.pid)
    run.process.send_signal(signal.SIGINT)

    assert "ZeroDivisionError" not in run.finish()[1]


def test_what_the_process_had_started_before_it_became_the_supervisor_is_no_zombie(
    start: Start,
) -> None:
    run = start(before="import subprocess; subprocess.Popen(['true'])", web=PATIENT + SLEEP)
    until(lambda: run.pids("web"))

    def children() -> list[int]:
        pid = run.process.pid
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    until(lambda: children() == run.pids("web"))
    run.process.terminate()
    assert run.finish()[0] == 0


def test_a_program_that_dies_is_started_again_and_leaves_no_zombie(start: Start) -> None:
    run = start(web=PATIENT + SLEEP, worker=PATIENT + SLEEP)
    until(lambda: run.pids("web") and run.pids("worker"))
    first = run.pids("worker")[0]

    os.kill(first, signal.SIGKILL)
    until(lambda: len(run.pids("worker")) == 2)

    assert not zombie(first)
    assert alive(run.pids("worker")[1])
    assert len(run.pids("web")) == 1
    run.process.terminate()
    assert "worker ended unexpectedly (by SIGKILL)" in run.finish()[1]


def test_what_a_dead_program_has_left_running_is_ended_before_it_starts_again(
    start: Start, tmp_path: Path
) -> None:
    spawn = (
        "import subprocess, sys, time; "
        f"p = subprocess.Popen([sys.executable, '-c', {STUBBORN + SLEEP!r}]); "
        f"open({str(tmp_path / 'left')!r}, 'a').write(str(p.pid) + chr(10)); "
    )
    run = start(web=spawn + SLEEP)
    until(lambda: run.pids("left"))

    os.kill(run.pids("web")[0], signal.SIGKILL)
    until(lambda: len(run.pids("web")) == 2)

    assert not alive(run.pids("left")[0])


@pytest.mark.parametrize(
    ("code", "reason"), [(78, "its settings do not hold"), (98, "its port is in use")]
)
def test_what_starting_again_cannot_mend_stops_everything(
    start: Start, code: int, reason: str
) -> None:
    run = start(web=f"import sys; sys.exit({code})", worker=PATIENT + SLEEP)

    ended, words = run.finish()

    assert ended == code
    assert f"web has ended: {reason}. Everything is stopped." in words
    assert len(run.pids("web")) == 1
    assert not any(alive(pid) for pid in run.pids("worker"))


def test_a_program_that_dies_at_once_three_times_stops_everything(start: Start) -> None:
    run = start(web="import sys; sys.exit(3)", worker=PATIENT + SLEEP)

    code, words = run.finish()

    assert code == 3
    assert "web has ended: it died at once 3 times, at last with exit code 3." in words
    assert len(run.pids("web")) == 3
    assert not any(alive(pid) for pid in run.pids("worker"))


def test_an_end_without_error_is_unexpected_too_and_no_success(start: Start) -> None:
    run = start(web="pass")

    assert run.finish()[0] == 1
    assert len(run.pids("web")) == 3


def test_a_program_that_does_not_listen_is_killed_after_the_grace(start: Start) -> None:
    run = start(1.0, web=STUBBORN + SLEEP)
    until(lambda: run.pids("web"))
    time.sleep(0.1)
    began = time.monotonic()

    run.process.terminate()
    code, words = run.finish()

    assert code == 0
    assert 0.9 < time.monotonic() - began < 4
    assert "web did not stop in time and is killed" in words
    assert not alive(run.pids("web")[0])


def test_a_second_ctrl_c_kills_at_once(start: Start) -> None:
    run = start(60.0, web=STUBBORN + SLEEP)
    until(lambda: run.pids("web"))
    time.sleep(0.1)

    run.process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    assert alive(run.pids("web")[0])
    began = time.monotonic()
    run.process.send_signal(signal.SIGINT)

    assert run.finish()[0] == 0
    assert time.monotonic() - began < 2
    assert not alive(run.pids("web")[0])


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux can ask for this")
def test_programs_die_with_a_supervisor_that_was_killed(start: Start) -> None:
    run = start(web=PATIENT + SLEEP)
    until(lambda: run.pids("web"))

    run.process.kill()

    until(lambda: not alive(run.pids("web")[0]), 5)


def test_a_program_gets_its_own_variables_beside_the_inherited_ones(
    start: Start, tmp_path: Path
) -> None:
    tell = f"import time; open({str(tmp_path / 'told.txt')!r}, 'w').write("
    run = start(web=tell + "os.environ['MARK'] + ' ' + str('PATH' in os.environ)); " + SLEEP)

    told = tmp_path / "told.txt"
    until(lambda: told.exists() and told.read_text())

    assert told.read_text() == "web True"
    told.unlink()
    run.process.terminate()
    run.finish()


def test_a_program_that_is_not_there_is_told(tmp_path: Path) -> None:
    script = (
        "import sys; from helpdesk.supervisor import Program, supervise;"
        f"sys.exit(supervise([Program('web', ({str(tmp_path / 'no')!r},))]))"
    )

    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=False
    )

    assert done.returncode == 78
    assert "web cannot be started" in done.stderr
