"""How fast the helpdesk is, on both databases, beside the floor that no program can go below.

Usage: bench.py [--quick] [--mails N] [--database sqlite|postgresql] [--json FILE] [--profile]
"""

from __future__ import annotations

import argparse
import cProfile
import json
import platform
import pstats
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from trials import floor, roads
from trials.machine import memory_mb, open_folder, syncing_cluster
from trials.mails import generated

from tests.journeys.installation import Installation, family_of, installed
from tests.peers.dovecot import Dovecot, start_dovecot
from tests.peers.postgresql import Cluster

MAILS = 1000
QUICK_MAILS = 100

# What is aimed at: parts of the floor, mails, seconds and megabytes.
LEAST_OF_FLOOR = 0.2
AIM_OF_FLOOR = 0.35
LEAST_SENT_PER_SECOND = 200
LONGEST_START_SECONDS = 4
MOST_MEMORY_MB = 300

Result = dict[str, Any]


class Bench:
    """One run over one database: each measurement gets an installation of its own."""

    def __init__(self, folder: Path, database: str, cluster: Cluster, dovecot: Dovecot) -> None:
        self.folder = folder
        self.kind = database
        self.cluster = cluster
        self.dovecot = dovecot

    def run(self, count: int) -> Result:
        """All measurements, as JSON holds them."""
        mails = [mail.raw for mail in generated(count)]
        result: Result = {"database": self.kind, "mails": count}
        result["floor"] = {"per_second": self._floor(mails)}
        with self._installed("maildir") as place:
            result["maildir"] = _told(roads.through_maildir(place, mails))
            waiting = place.number("SELECT count(*) FROM outbound_mails WHERE state = 'waiting'")
            result["sending"] = _told(roads.through_the_outbox(place, waiting))
        with self._installed("lmtp") as place:
            result["lmtp"] = _told(roads.through_lmtp(place, mails))
        with self._installed("imap") as place:
            result["imap"] = _told(roads.through_imap(place, mails, self.dovecot))
        with self._installed("pages") as place:
            result["first_page_seconds"] = round(roads.first_page(place), 2)
            # Each process does something first, or it would look smaller than it is.
            roads.look_around(place)
            result["memory"] = _memory(place)
        for way in ("maildir", "lmtp", "imap"):
            result[way]["of_floor"] = round(
                result[way]["per_second"] / result["floor"]["per_second"], 3
            )
        return result

    def profile(self, count: int) -> None:
        """Where the time of taking mail in from a Maildir goes, function by function."""
        mails = [mail.raw for mail in generated(count)]
        with self._installed("profile") as place:
            profiler = cProfile.Profile()
            profiler.enable()
            roads.through_maildir(place, mails)
            profiler.disable()
        pstats.Stats(profiler).sort_stats("cumulative").print_stats(70)
        pstats.Stats(profiler).sort_stats("tottime").print_stats(40)

    def _floor(self, mails: list[bytes]) -> float:
        if self.kind == "sqlite":
            return round(floor.on_sqlite(mails, self.folder), 1)
        return round(floor.on_postgresql(mails, self._new_database("floor")), 1)

    @contextmanager
    def _installed(self, name: str) -> Iterator[Installation]:
        url = f"sqlite:///{self.folder / name}.sqlite3"
        if self.kind == "postgresql":
            url = self._new_database(name)
        with installed(self.folder / f"{self.kind}-{name}", url, log_level="WARNING") as place:
            yield place

    def _new_database(self, name: str) -> str:
        self.cluster.execute(f'CREATE DATABASE "bench_{name}"')
        return self.cluster.url(f"bench_{name}")


def _told(pace: roads.Pace) -> Result:
    return {"per_second": round(pace.per_second, 1), "cpu_ms_per_mail": round(pace.cpu_ms, 2)}


def _memory(place: Installation) -> Result:
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


def _table(results: list[Result]) -> str:
    heads = [result["database"] for result in results]
    rows: list[tuple[str, list[str]]] = [
        ("floor: parse and 3 rows", [f"{r['floor']['per_second']:.0f}/s" for r in results])
    ]
    for way in ("maildir", "lmtp", "imap"):
        cells = [
            f"{r[way]['per_second']:.0f}/s = {r[way]['of_floor']:.2f} of floor,"
            f" {r[way]['cpu_ms_per_mail']:.1f} ms"
            for r in results
        ]
        rows.append((f"taken in by {way}", cells))
    rows.append(
        (
            "sent by SMTP",
            [
                f"{r['sending']['per_second']:.0f}/s, {r['sending']['cpu_ms_per_mail']:.1f} ms"
                for r in results
            ],
        )
    )
    rows.append(("start to first page", [f"{r['first_page_seconds']:.1f} s" for r in results]))
    memory = [r["memory"]["web_and_worker"] for r in results]
    rows.append(
        ("web and worker", [f"{m['pss_mb']} MB ({m['rss_mb']} MB resident)" for m in memory])
    )
    width = max(len(cell) for _, cells in rows for cell in cells)
    lines = [" " * 26 + "  ".join(head.ljust(width) for head in heads)]
    lines += [
        name.ljust(26) + "  ".join(cell.ljust(width) for cell in cells) for name, cells in rows
    ]
    return "\n".join(line.rstrip() for line in lines)


def _misses(result: Result) -> list[str]:
    """What is aimed at and was not reached; the first line of each is its measurement."""
    found = []
    of_floor = result["maildir"]["of_floor"]
    if of_floor < AIM_OF_FLOOR:
        least = "too slow" if of_floor < LEAST_OF_FLOOR else "enough, but"
        found.append(f"maildir: {of_floor} of the floor; {least} {AIM_OF_FLOOR} is aimed at")
    if result["sending"]["per_second"] < LEAST_SENT_PER_SECOND:
        found.append(f"sending: fewer than {LEAST_SENT_PER_SECOND}/s")
    if result["first_page_seconds"] > LONGEST_START_SECONDS:
        found.append(f"start: longer than {LONGEST_START_SECONDS} s")
    if result["memory"]["web_and_worker"]["pss_mb"] > MOST_MEMORY_MB:
        found.append(f"memory: more than {MOST_MEMORY_MB} MB")
    return [f"{result['database']}: {words}" for words in found]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"only {QUICK_MAILS} mails")
    parser.add_argument("--mails", type=int, help=f"how many (default: {MAILS})")
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
                    results.append(bench.run(count))
        finally:
            dovecot.stop()
    if given.profile:
        return
    whole = {"python": platform.python_version(), "results": results}
    print(_table(results))
    for words in (words for result in results for words in _misses(result)):
        print(words)
    print(json.dumps(whole))
    print(f"{count} mails each; {time.monotonic() - began:.0f} s in all.", file=sys.stderr)
    if given.json:
        given.json.write_text(json.dumps(whole, indent=2) + "\n")


if __name__ == "__main__":
    main()
