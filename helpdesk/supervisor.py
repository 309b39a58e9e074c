"""Runs several programs as one: starts them, starts again what dies, stops all together."""

from __future__ import annotations

import ctypes
import logging
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import FrameType

from helpdesk.core.listening import EXIT_PORT_IN_USE

# What the settings end a program with (sysexits.h); to load them for that number would make this
# process several times as large.
EXIT_CONFIGURATION = os.EX_CONFIG

# A program that ends this way has said why, and starting it again cannot help.
_HOPELESS = {
    EXIT_CONFIGURATION: "its settings do not hold",
    EXIT_PORT_IN_USE: "its port is in use",
}
# A program that dies this soon has not really started; after so many times it never will. Merely
# loading the libraries may take seconds on a small or busy machine.
_AT_ONCE_SECONDS = 10.0
_MOST_FALSE_STARTS = 3
_SHORTEST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 30.0
# A program that has run this long was healthy, so its next death is judged afresh.
_HEALTHY_SECONDS = 60.0
# How long to wait for what cannot be waited for by a signal.
_PULSE_SECONDS = 0.5

_PR_SET_PDEATHSIG = 1

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Program:
    """A program to keep running; `env` is added to the variables that it inherits."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)


class _Child:
    """One program's life: its process while it runs, and when it may be started again."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0
        self.start_at = 0.0
        self.pause = _SHORTEST_PAUSE_SECONDS
        self.false_starts = 0

    def start(self) -> None:
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            self.program.argv,
            env={**os.environ, **self.program.env},
            # A group of its own: Ctrl-C in the terminal reaches only the supervisor, which then
            # stops everybody in order, and a kill reaches the program's own children too.
            process_group=0,
            # A program in a background group that reads the terminal would be stopped by it.
            stdin=subprocess.DEVNULL,
            # Unsafe beside threads, of which the supervisor has none.
            preexec_fn=_die_with(os.getpid()),  # noqa: PLW1509
        )

    def exit_code(self) -> int | None:
        """The exit code of a program that has ended (None while it runs), reaping it."""
        return None if self.process is None else self.process.poll()

    def runs(self) -> bool:
        """Whether the program is alive at this moment."""
        return self.process is not None and self.process.poll() is None

    def ask_to_stop(self) -> None:
        """Ask the program itself; what it has started is its own to stop."""
        if self.process is not None:
            self.process.terminate()

    def kill_what_is_left(self) -> None:
        """End the whole group: the program if it still runs, and what it has left behind."""
        if self.process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class _Asked:
    """How often somebody has asked to stop."""

    times = 0


def supervise(programs: Sequence[Program], grace_seconds: float = 6.0) -> int:
    """Keep `programs` running until somebody asks to stop; must be called in the main thread.

    Returns 0 after SIGINT, SIGTERM or SIGHUP, and the exit code of a program that cannot be
    started: 78 (settings), 98 (port in use), or its own after three deaths at once. On the way out
    each program has `grace_seconds` to end before it is killed; a second Ctrl-C kills at once.
    """
    children = [_Child(program) for program in programs]
    with _signals() as (asked, wait):
        try:
            code = _keep_running(children, asked, wait)
        finally:
            _stop_all(children, asked, wait, grace_seconds)
    return code


def _keep_running(children: list[_Child], asked: _Asked, wait: Callable[[float], None]) -> int:
    while not asked.times:
        now = time.monotonic()
        for child in children:
            if child.process is None and now >= child.start_at:
                try:
                    child.start()
                except OSError as error:
                    log.error("%s cannot be started: %s", child.program.name, error)
                    return EXIT_CONFIGURATION
            code = child.exit_code()
            reason = None if code is None else _bury(child, code)
            if code is not None and reason is not None:
                log.error("%s has ended: %s. Everything is stopped.", child.program.name, reason)
                return _as_exit_code(code)
        _bury_strangers(children)
        wait(_PULSE_SECONDS)
    log.info("Stopping.")
    return 0


def _bury_strangers(children: list[_Child]) -> None:
    """Let go of a dead child that this process had before it became the supervisor."""
    ours = {child.process.pid for child in children if child.process is not None}
    with suppress(ChildProcessError):
        dead = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if dead is not None and dead.si_pid not in ours:
            os.waitpid(dead.si_pid, 0)


def _bury(child: _Child, code: int) -> str | None:
    """Plan the next start of a dead program, or say why there is none."""
    lived = time.monotonic() - child.started_at
    # What a dead program has left running may still hold its port.
    child.kill_what_is_left()
    child.process = None
    if code in _HOPELESS:
        return _HOPELESS[code]
    if lived >= _HEALTHY_SECONDS:
        child.pause = _SHORTEST_PAUSE_SECONDS
    child.false_starts = child.false_starts + 1 if lived < _AT_ONCE_SECONDS else 0
    if child.false_starts >= _MOST_FALSE_STARTS:
        return f"it died at once {_MOST_FALSE_STARTS} times, at last {_how(code)}"
    log.warning(
        "%s ended unexpectedly (%s); starting it again in %.1f s",
        child.program.name,
        _how(code),
        child.pause,
    )
    child.start_at = time.monotonic() + child.pause
    child.pause = min(child.pause * 2, _LONGEST_PAUSE_SECONDS)
    return None


def _how(code: int) -> str:
    return f"with exit code {code}" if code >= 0 else f"by {signal.Signals(-code).name}"


def _as_exit_code(code: int) -> int:
    # A death by signal is told the way shells tell it, and an end that was not asked for is no
    # success even if the program thinks so.
    return 128 - code if code < 0 else code or 1


def _stop_all(
    children: list[_Child], asked: _Asked, wait: Callable[[float], None], grace_seconds: float
) -> None:
    deadline = time.monotonic() + grace_seconds
    for child in children:
        child.ask_to_stop()
    while running := [child for child in children if child.runs()]:
        left = deadline - time.monotonic()
        if left <= 0 or asked.times > 1:
            break
        wait(min(left, _PULSE_SECONDS))
    for child in running:
        log.warning("%s did not stop in time and is killed", child.program.name)
    for child in children:
        child.kill_what_is_left()


@contextmanager
def _signals() -> Iterator[tuple[_Asked, Callable[[float], None]]]:
    """Count the wishes to stop, and give a way to wait that any signal cuts short."""
    asked = _Asked()

    def stop(_number: int, _frame: FrameType | None) -> None:
        asked.times += 1

    def wake(_number: int, _frame: FrameType | None) -> None:
        """Only there so that the death of a child ends the waiting."""

    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.set_blocking(writing, False)

    def wait(seconds: float) -> None:
        if select.select([reading], [], [], max(seconds, 0.0))[0]:
            os.read(reading, 4096)

    before = {
        number: signal.signal(number, wake if number == signal.SIGCHLD else stop)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD)
    }
    before_wakeup = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    try:
        yield asked, wait
    finally:
        signal.set_wakeup_fd(before_wakeup)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(reading)
        os.close(writing)


def _die_with(parent: int) -> Callable[[], None] | None:
    """What a new process does first, so that no program outlives a supervisor that was killed."""
    if not sys.platform.startswith("linux"):
        return None
    # Loaded here, before the fork: after it nothing may be imported or locked.
    libc = ctypes.CDLL(None, use_errno=True)

    def ask_the_kernel() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return ask_the_kernel
