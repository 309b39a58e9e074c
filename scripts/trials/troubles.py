"""What happens to a helpdesk while mail flows: kills, a stopped database, a full disk, bad servers.

Each trouble is a context: it strikes again and again until the block ends, then all is well; it
gives the list of its strikes, one line each.
"""

from __future__ import annotations

import os
import random
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from scripts.trials.machine import start_syncing
from tests.journeys.installation import Installation, Program
from tests.peers.postgresql import Cluster
from tests.peers.smtp import Manner, Sink

# A worker that is at work is killed after some time between these.
_SHORTEST_LIFE_SECONDS = 0.1
_LONGEST_LIFE_SECONDS = 1.0
_START_SECONDS = 60
# On a machine that does nothing else.
_USUAL_START_SECONDS = 2.0

_DATABASE_AWAY_SECONDS = 10.0
_DISK_MB = 96
_DISK_FULL_SECONDS = 6.0
_MANNER_SECONDS = 6.0
_CALM_SECONDS = 3.0
_MOST_STRIKES = 10


@dataclass(frozen=True)
class Stage:
    """Where a trouble strikes. `cluster` is None on SQLite."""

    place: Installation
    sink: Sink
    chance: random.Random
    cluster: Cluster | None


@dataclass(frozen=True)
class Scenario:
    """A trouble and the roads that mail takes meanwhile."""

    name: str
    roads: tuple[str, ...]
    trouble: Callable[[Stage], AbstractContextManager[list[str]]]
    needs: str = ""

    def cannot_be(self, database: str) -> str:
        """Why it cannot be played; empty when it can."""
        if self.needs == "a server" and database == "sqlite":
            return "because there is no database server"
        if self.needs == "a small disk" and os.geteuid() != 0:
            return "because only root may mount a small disk"
        return ""


@contextmanager
def ground(scenario: Scenario, folder: Path) -> Iterator[None]:
    """The data folder that the scenario needs: a small disk of its own, or nothing special."""
    data = folder / "data"
    data.mkdir(parents=True)
    if scenario.needs != "a small disk":
        yield
        return
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={_DISK_MB}m", "tmpfs", data], check=True)
    try:
        yield
    finally:
        # Whoever was killed a moment ago may still hold a file of it.
        subprocess.run(["umount", "--lazy", data], check=True)


@contextmanager
def one_worker_killed(stage: Stage) -> Iterator[list[str]]:
    """A worker that is killed at random moments and started anew.

    Not by the supervisor: it gives up on a program that dies again and again.
    """
    with _killing(stage, workers=1) as killed:
        yield killed


@contextmanager
def two_workers_killed(stage: Stage) -> Iterator[list[str]]:
    """Two workers on the same mailboxes and the same outbox; each time one of them is killed."""
    with _killing(stage, workers=2) as killed:
        yield killed


@contextmanager
def database_stopped(stage: Stage) -> Iterator[list[str]]:
    """PostgreSQL ends without a word for ten seconds, and is started again."""
    cluster = stage.cluster
    assert cluster is not None

    def strike() -> str:
        cluster.control("stop", "-m", "immediate")
        time.sleep(_DATABASE_AWAY_SECONDS)
        start_syncing(cluster)
        return "stopped and started"

    with _worked(stage), _striking(stage, strike) as strikes:
        yield strikes


@contextmanager
def disk_full(stage: Stage) -> Iterator[list[str]]:
    """The disk of the data folder is filled up to the last byte, and freed again."""
    ballast = stage.place.folder / "data" / "ballast"

    def strike() -> str:
        until = time.monotonic() + _DISK_FULL_SECONDS
        try:
            while time.monotonic() < until:
                # What others give free is taken too.
                for size in (1024 * 1024, 4096):
                    with suppress(OSError), ballast.open("ab", buffering=0) as file:
                        while True:
                            file.write(bytes(size))
                time.sleep(0.05)
        finally:
            ballast.unlink(missing_ok=True)
        return "filled and freed"

    with _worked(stage), _striking(stage, strike) as strikes:
        yield strikes


@contextmanager
def bad_mail_server(stage: Stage) -> Iterator[list[str]]:
    """The server that mail leaves by sulks, in one manner after the other."""
    manners: list[Manner | None] = [
        # None: nobody listens at its port.
        None,
        Manner.BUSY,
        Manner.LATER,
        Manner.DROP,
        Manner.KEEP_AND_DROP,
        Manner.HANG,
    ]

    def strike() -> str:
        manner = manners.pop(0)
        manners.append(manner)
        if manner is None:
            with stage.sink.closed():
                time.sleep(_MANNER_SECONDS)
            return "does not listen"
        stage.sink.manner = manner
        time.sleep(_MANNER_SECONDS)
        stage.sink.manner = Manner.ACCEPT
        return manner.value

    with _worked(stage), _striking(stage, strike, at_least=len(manners)) as strikes:
        yield strikes


EVERY_ROAD = ("imap", "lmtp", "pipe")

SCENARIOS = {
    each.name: each
    for each in (
        Scenario("imap", ("imap",), one_worker_killed),
        Scenario("lmtp", ("lmtp",), one_worker_killed),
        Scenario("pipe", ("pipe",), one_worker_killed),
        Scenario("two-workers", ("imap", "lmtp"), two_workers_killed),
        Scenario("database-stopped", EVERY_ROAD, database_stopped, needs="a server"),
        Scenario("disk-full", EVERY_ROAD, disk_full, needs="a small disk"),
        Scenario("smtp-trouble", EVERY_ROAD, bad_mail_server),
    )
}


@contextmanager
def _worked(stage: Stage) -> Iterator[None]:
    """A worker that nobody kills; should it end all the same, that is a fault."""
    worker = stage.place.start("worker")
    yield
    if worker.process.poll() is not None:
        raise AssertionError(f"the worker ended with {worker.process.returncode}: {worker.words}")


@contextmanager
def _striking(stage: Stage, strike: Callable[[], str], *, at_least: int = 1) -> Iterator[list[str]]:
    """Strike at random moments until the block ends and it was `at_least` so often.

    Not more than _MOST_STRIKES times, or nothing would ever be done.
    """
    over = threading.Event()
    strikes: list[str] = []

    def go_on() -> None:
        while len(strikes) < at_least or not over.is_set():
            pause = stage.chance.uniform(_CALM_SECONDS / 2, _CALM_SECONDS * 2)
            if over.wait(pause) and len(strikes) >= at_least:
                return
            strikes.append(strike())
            if len(strikes) == _MOST_STRIKES:
                return

    with _beside(go_on, over):
        yield strikes


@contextmanager
def _killing(stage: Stage, *, workers: int) -> Iterator[list[str]]:
    over = threading.Event()
    killed: list[str] = []
    living = [stage.place.start("worker") for _ in range(workers)]

    def kill() -> None:
        slowness = 1.0
        # At least once, also where everything is done before its time has come.
        while not (killed and over.is_set()):
            chosen = stage.chance.randrange(workers)
            worker = living[chosen]
            # On a machine where all takes longer a life is longer too: who dies three times with
            # the same mail in hand is believed to die of it.
            slowness = max(slowness, _wait_until_at_work(worker) / _USUAL_START_SECONDS)
            pause = stage.chance.uniform(_SHORTEST_LIFE_SECONDS, _LONGEST_LIFE_SECONDS) * slowness
            if over.wait(pause) and killed:
                return
            worker.process.kill()
            worker.process.wait()
            killed.append(f"worker {worker.process.pid}")
            living[chosen] = stage.place.start("worker")

    with _beside(kill, over):
        yield killed


@contextmanager
def _beside(work: Callable[[], None], over: threading.Event) -> Iterator[None]:
    """Work in a thread until the block ends; what goes wrong there is raised here."""
    failures: list[BaseException] = []

    def carefully() -> None:
        try:
            work()
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=carefully, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
    if failures:
        raise failures[0]


def _wait_until_at_work(worker: Program) -> float:
    born = time.monotonic()
    while "at work" not in worker.words and time.monotonic() - born < _START_SECONDS:
        if worker.process.poll() is not None:
            raise AssertionError(f"a worker did not start: {worker.words}")
        time.sleep(0.05)
    return time.monotonic() - born
