"""How fast the helpdesk is, on both databases, beside the floor that no program can go below.

Usage: bench.py [--quick] [--mails N] [--tickets N] [--database sqlite|postgresql] [--json FILE]
                [--profile]
"""

from __future__ import annotations

import argparse
import cProfile
import json
import os
import platform
import pstats
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import count as numbers
from pathlib import Path
from statistics import median
from typing import Any, Protocol

sys.path.insert(0, str(Path(__file__).parents[1]))

from scripts.trials import roads
from scripts.trials.floor import Floor
from scripts.trials.machine import memory_mb, open_folder, syncing_cluster
from scripts.trials.mails import generated
from scripts.trials.preload import fill
from scripts.trials.reporting import misses, table
from tests.journeys.installation import Installation, family_of, installed
from tests.peers.dovecot import Dovecot, start_dovecot
from tests.peers.postgresql import Cluster

MAILS = 1000
QUICK_MAILS = 100
# The floor and the helpdesk take turns, so that a machine that is busy for a while is busy for
# both; of the rounds the median counts.
ROUNDS = 5

Result = dict[str, Any]


class Road(Protocol):
    """A way for mails into an installation."""

    def take(self, mails: Sequence[bytes]) -> roads.Pace:
        """Let these in, all of them."""

    def close(self) -> None:
        """End it."""


class Bench:
    """One run over one database: each measurement gets an installation of its own."""

    def __init__(self, folder: Path, database: str, cluster: Cluster, dovecot: Dovecot) -> None:
        self.folder = folder
        self.kind = database
        self.cluster = cluster
        self.dovecot = dovecot
        self._seeds = numbers(1)

    def run(self, count: int, tickets: int) -> Result:
        """All measurements, as JSON holds them."""
        result: Result = {"database": self.kind, "mails": count}
        with self._installed("maildir") as place:
            result |= self._beside_the_floor(count, maildir=roads.MaildirRoad(place))
            waiting = place.number("SELECT count(*) FROM outbound_mails WHERE state = 'waiting'")
            result["sending"] = roads.through_the_outbox(place, waiting).told()
        with self._installed("lmtp") as place:
            result |= self._beside_the_floor(count, lmtp=roads.lmtp_road(place))
        with self._installed("imap") as place:
            result |= self._beside_the_floor(count, imap=roads.imap_road(place, self.dovecot))
        if tickets:
            result["full"] = self._empty_and_full(count, tickets)
        with self._installed("pages") as place:
            result["first_page_seconds"] = round(roads.first_page(place), 2)
            # Each process does something first, or it would look smaller than it is.
            roads.look_around(place)
            result["memory"] = _memory(place)
        return result

    def profile(self, count: int) -> None:
        """Where the time of taking mail in from a Maildir goes, function by function."""
        with self._installed("profile") as place:
            road = roads.MaildirRoad(place)
            profiler = cProfile.Profile()
            profiler.enable()
            road.take(self._mails(count))
            profiler.disable()
            road.close()
        pstats.Stats(profiler).sort_stats("cumulative").print_stats(70)
        pstats.Stats(profiler).sort_stats("tottime").print_stats(40)

    def _beside_the_floor(self, count: int, **road: Road) -> Result:
        """A road and the floor by turns: how fast each was, and the median of their ratios."""
        ((name, ours),) = road.items()
        floor = Floor(self._url(f"floor-{name}"))
        rounds = self._rounds(count, lambda mails: (floor.take(mails), ours.take(mails)))
        floor.close()
        ours.close()
        ratios = [pace.per_second / floors for floors, pace in rounds]
        told = _median([pace for _, pace in rounds]) | {
            "of_floor": round(median(ratios), 3),
            "floor_per_second": round(median(floors for floors, _ in rounds), 1),
        }
        return {name: told}

    def _empty_and_full(self, count: int, tickets: int) -> Result:
        """Maildir into an empty helpdesk and into one with many tickets, by turns."""
        with ExitStack() as stack:
            empty = roads.MaildirRoad(stack.enter_context(self._installed("empty")))
            full = roads.MaildirRoad(stack.enter_context(self._installed("full")))
            began = time.monotonic()
            fill(full.app, tickets)
            filled = time.monotonic() - began
            rounds = self._rounds(count, lambda mails: (empty.take(mails), full.take(mails)))
            empty.close()
            full.close()
        return {
            "tickets": tickets,
            "filled_in_seconds": round(filled, 1),
            "empty": _median([pace for pace, _ in rounds]),
            "full": _median([pace for _, pace in rounds]),
            "full_of_empty": round(
                median(full.per_second / empty.per_second for empty, full in rounds), 3
            ),
            "cpu_full_of_empty": round(
                median(full.cpu_ms / empty.cpu_ms for empty, full in rounds), 3
            ),
        }

    def _rounds(self, count: int, take: Callable[[Sequence[bytes]], Any]) -> list[Any]:
        # What is made once, such as statements and first folders, belongs to no round.
        take(self._mails(10))
        return [take(self._mails(count // ROUNDS)) for _ in range(ROUNDS)]

    def _mails(self, count: int) -> list[bytes]:
        seed = next(self._seeds)
        return [mail.raw for mail in generated(count, mark=f"trial{seed}", seed=seed)]

    @contextmanager
    def _installed(self, name: str) -> Iterator[Installation]:
        folder = self.folder / f"{self.kind}-{name}"
        with installed(folder, self._url(name), log_level="WARNING") as place:
            yield place

    def _url(self, name: str) -> str:
        if self.kind == "sqlite":
            return f"sqlite:///{self.folder / name}.sqlite3"
        self.cluster.execute(f'CREATE DATABASE "bench_{name}"')
        return self.cluster.url(f"bench_{name}")


def _median(paces: Sequence[roads.Pace]) -> Result:
    return roads.Pace(
        median(pace.per_second for pace in paces), median(pace.cpu_ms for pace in paces)
    ).told()


def _memory(place: Installation) -> Result:
    """MB by program; PSS counts a page that processes share once, so its sum is what is used."""
    program = place.programs[-1]
    found = {}
    for pid, name in program.children().items():
        resident, proportional = memory_mb(family_of(pid))
        found[name] = {"rss_mb": round(resident), "pss_mb": round(proportional)}
    found["supervisor"] = dict(
        zip(("rss_mb", "pss_mb"), map(round, memory_mb([program.process.pid])), strict=True)
    )
    for unit in ("rss_mb", "pss_mb"):
        found.setdefault("web_and_worker", {})[unit] = sum(
            found[name][unit] for name in ("web", "worker")
        )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"only {QUICK_MAILS} mails")
    parser.add_argument("--mails", type=int, help=f"how many (default: {MAILS})")
    parser.add_argument(
        "--tickets", type=int, default=0, help="also into a helpdesk with so many tickets"
    )
    parser.add_argument("--database", action="append", choices=("sqlite", "postgresql"))
    parser.add_argument("--json", type=Path, help="write the numbers to this file too")
    parser.add_argument("--profile", action="store_true", help="show where the time goes instead")
    given = parser.parse_args()
    count = given.mails or (QUICK_MAILS if given.quick else MAILS)
    began = time.monotonic()
    results = []
    with open_folder("bench") as folder, syncing_cluster(folder / "postgresql") as cluster:
        dovecot = start_dovecot(folder / "dovecot")
        try:
            for database in given.database or ("sqlite", "postgresql"):
                bench = Bench(folder, database, cluster, dovecot)
                if given.profile:
                    bench.profile(count)
                else:
                    results.append(bench.run(count, given.tickets))
        finally:
            dovecot.stop()
    if given.profile:
        return
    whole = {
        "python": platform.python_version(),
        "processors": os.cpu_count(),
        "results": results,
    }
    print(table(results))
    for words in (words for result in results for words in misses(result)):
        print(words)
    print(json.dumps(whole))
    print(f"{count} mails each; {time.monotonic() - began:.0f} s in all.", file=sys.stderr)
    if given.json:
        given.json.write_text(json.dumps(whole, indent=2) + "\n")


if __name__ == "__main__":
    main()
