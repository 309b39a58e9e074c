"""Whether 200 open ticket pages leave the site quick: real web servers, on both databases.

Usage: bench_together.py [--pages N] [--seconds N] [--database sqlite|postgresql] [--json FILE]

Each page asks as static/js/together.js does it for somebody who is at work, on a connection that
it keeps. Beside them one reader opens tickets and work lists, by turns while they ask and while
they rest. The server is stopped while all of them ask.
"""

from __future__ import annotations

import argparse
import http.client
import json
import selectors
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from random import Random
from statistics import quantiles
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from helpdesk.application import create_app
from helpdesk.core import clock
from helpdesk.core.config import load_settings
from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.accounts.actions import add_person, grant
from helpdesk.domain.accounts.permissions import Role
from helpdesk.domain.tickets.models import Ticket
from scripts.trials.machine import cpu_seconds, open_folder, syncing_cluster
from scripts.trials.preload import fill
from tests.journeys.installation import Installation, family_of, installed
from tests.journeys.readers import Reader, signed_in

PAGES = 200
SECONDS = 30
# The fastest that an open page asks (EVERY_MS in static/js/together.js), with its jitter.
EVERY_SECONDS = 5.0
JITTER = 0.1
# As many people as would have so many pages open; each looks at a few tickets.
AGENTS = 25
TICKETS = 60
# Of the tickets that `fill` writes (scripts/trials/preload.py).
UNFINISHED_EVERY = 50
PAUSE_SECONDS = 0.05
ROUNDS = 3

# What must hold for the pages to be "no burden": a page load with them beside one without.
MOST_OF_ALONE = 1.5
# Below this nobody notices anything, whatever the ratio.
LEAST_MS = 10.0
# Gunicorn leaves kept connections open for two seconds, for a question that may be on its way.
MOST_SECONDS_MORE_TO_STOP = 3.0

Result = dict[str, Any]


@dataclass
class Page:
    """An open ticket page: when it asks next, what it knows, and its connection."""

    reader: Reader
    number: int
    due: float
    mark: str = ""
    seen: str = "1"
    asked_at: float = 0.0
    took: list[float] = field(default_factory=list)
    answered: Counter[int] = field(default_factory=Counter)
    connection: http.client.HTTPConnection | None = None

    def ask(self, port: int) -> None:
        """Send the question; whoever waits for the answer calls `hear`."""
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.asked_at = time.perf_counter()
        said = {"mark": self.mark, "seen": self.seen, "doing": "reading"}
        self.reader.sign(self.connection, self.number, **said)

    def hear(self) -> None:
        """Read the answer, and remember how long it took."""
        assert self.connection is not None
        answer = self.connection.getresponse()
        body = answer.read()
        self.took.append(time.perf_counter() - self.asked_at)
        self.answered[answer.status] += 1
        if answer.status == 200:
            self.mark = json.loads(body)["mark"]

    @property
    def socket(self) -> socket.socket:
        """What becomes readable when the answer comes."""
        assert self.connection is not None
        return self.connection.sock


class Crowd(threading.Thread):
    """All open pages, asked for by one thread: their own work is not what is measured."""

    def __init__(self, pages: Sequence[Page], port: int) -> None:
        super().__init__(daemon=True)
        self.pages = pages
        self.port = port
        self.faults: list[str] = []
        self.resting = threading.Event()
        self._over = threading.Event()

    def run(self) -> None:
        """Ask until told to stop; each page waits for its answer before it asks again."""
        chance = Random(3)
        waiting = selectors.DefaultSelector()
        while not self._over.is_set():
            now = time.monotonic()
            for page in self.pages:
                if page.due <= now and not self.resting.is_set():
                    # Nothing more until the answer is here.
                    page.due = float("inf")
                    try:
                        page.ask(self.port)
                        waiting.register(page.socket, selectors.EVENT_READ, page)
                    except (OSError, http.client.HTTPException) as error:
                        self._failed(page, error)
            for key, _ in waiting.select(0.02):
                page = key.data
                waiting.unregister(key.fileobj)
                try:
                    page.hear()
                except (OSError, http.client.HTTPException, ValueError) as error:
                    self._failed(page, error)
                spread = chance.uniform(1 - JITTER, 1 + JITTER)
                page.due = time.monotonic() + EVERY_SECONDS * spread

    def stop(self) -> None:
        """End them all."""
        self._over.set()
        self.join(10)
        for page in self.pages:
            if page.connection is not None:
                page.connection.close()

    def _failed(self, page: Page, error: Exception) -> None:
        # A connection that rested too long was closed; a browser opens another and says nothing.
        if not isinstance(error, (ConnectionError, http.client.RemoteDisconnected)):
            self.faults.append(repr(error))
        if page.connection is not None:
            page.connection.close()
        page.connection = None
        page.due = time.monotonic() + EVERY_SECONDS


def measure(place: Installation, pages: int, seconds: float) -> Result:
    """Page loads alone and beside the pages, what these cost, and how long stopping takes."""
    numbers, people = _inhabited(place)
    web = place.start("web")
    place.wait_for_pages()
    reader, chance = people[0], Random(5)
    paths = [f"/desk/tickets/{number}" for number in numbers[:20]] + ["/desk/all", "/desk/mine"]
    # What is made once, such as statements and templates, is made before.
    _read(place.http, reader, paths, seconds=6)

    begun = time.monotonic()
    crowd = Crowd(
        [
            Page(
                people[each % len(people)],
                chance.choice(numbers),
                begun + EVERY_SECONDS * each / pages,
            )
            for each in range(pages)
        ],
        place.http,
    )
    crowd.start()
    # Until each has asked once, all is new to them.
    time.sleep(EVERY_SECONDS + 1)
    for page in crowd.pages:
        page.took.clear()
        page.answered.clear()
    used, since = cpu_seconds(family_of(web.process.pid)), time.perf_counter()
    time.sleep(seconds)
    passed = time.perf_counter() - since
    share = (cpu_seconds(family_of(web.process.pid)) - used) / passed
    looks = sum(len(page.took) for page in crowd.pages)
    # By turns, so that a machine that is busy for a while is busy for both.
    alone: list[float] = []
    beside: list[float] = []
    for _ in range(ROUNDS):
        crowd.resting.set()
        time.sleep(1)
        alone += _read(place.http, reader, paths, seconds=seconds / ROUNDS)
        crowd.resting.clear()
        time.sleep(1)
        beside += _read(place.http, reader, paths, seconds=seconds / ROUNDS)
    rows = place.number("SELECT count(*) FROM presences")
    faults = len(crowd.faults)
    answered = sum((page.answered for page in crowd.pages), Counter())
    took = [each for page in crowd.pages for each in page.took]
    began = time.perf_counter()
    code = web.stop(seconds=60)
    stopped = time.perf_counter() - began
    crowd.stop()
    assert code == 0, f"the server ended with {code}"
    web = place.start("web")
    place.wait_for_pages()
    began = time.perf_counter()
    web.stop(seconds=60)
    stopped_alone = time.perf_counter() - began
    return {
        "pages": pages,
        "asks_every_seconds": EVERY_SECONDS,
        "page_alone_ms": _spread(alone),
        "page_beside_ms": _spread(beside),
        "look_ms": _spread(took),
        "looks_per_second": round(looks / passed, 1),
        "answers": {str(status): count for status, count in sorted(answered.items())},
        "share_of_one_processor": round(share, 3),
        "processor_ms_per_look": round(1000 * share * passed / max(looks, 1), 2),
        "rows_of_presence": rows,
        "faults": faults,
        "seconds_to_stop": round(stopped, 2),
        "seconds_to_stop_alone": round(stopped_alone, 2),
    }


def _inhabited(place: Installation) -> tuple[list[int], list[Reader]]:
    """Many tickets, some of them open, and agents who are signed in."""
    app = create_app(load_settings(place.environ, env_file=None))
    fill(app, TICKETS * UNFINISHED_EVERY)
    with app.app_context():
        with unit_of_work():
            identities = []
            for each in range(AGENTS):
                person = add_person(
                    f"agent{each}@example.org", name=f"Agent {each}", now=clock.now()
                )
                grant(person, role=Role.AGENT)
                identities.append(person.fs_uniquifier)
        open_ones = db.select(Ticket.id).where(Ticket.standing != "done").limit(TICKETS)
        numbers = list(db.session.scalars(open_ones))
        db.session.remove()
        db.engine.dispose()
    # Each in a context of its own: a token is remembered for as long as its context lasts.
    return numbers, [signed_in(app, identity) for identity in identities]


def _read(port: int, reader: Reader, paths: Sequence[str], *, seconds: float) -> list[float]:
    """Seconds of each page load of one reader who opens one after the other."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    took: list[float] = []
    until = time.monotonic() + seconds
    for path in cycle(paths):
        began = time.perf_counter()
        connection.request("GET", path, headers={"Cookie": reader.cookie})
        answer = connection.getresponse()
        answer.read()
        took.append(time.perf_counter() - began)
        assert answer.status == 200, (path, answer.status)
        # A reader reads; back to back it would be a different trial.
        time.sleep(PAUSE_SECONDS)
        if time.monotonic() > until and len(took) > 1:
            break
    connection.close()
    return took


def _spread(took: Sequence[float]) -> dict[str, float]:
    steps = quantiles(took, n=20)
    return {
        "p50": round(1000 * steps[9], 1),
        "p95": round(1000 * steps[18], 1),
        "worst": round(1000 * max(took), 1),
    }


def misses(database: str, result: Result) -> list[str]:
    """What of the promises does not hold, in words."""
    alone, beside = result["page_alone_ms"]["p95"], result["page_beside_ms"]["p95"]
    found = []
    if beside > MOST_OF_ALONE * alone + LEAST_MS:
        found.append(f"{database}: pages take {beside} ms beside the open ones, alone {alone} ms")
    if result["seconds_to_stop"] > result["seconds_to_stop_alone"] + MOST_SECONDS_MORE_TO_STOP:
        found.append(f"{database}: the server took {result['seconds_to_stop']} s to stop")
    if result["faults"] or set(result["answers"]) - {"200", "204"}:
        found.append(f"{database}: {result['faults']} faults, answers {result['answers']}")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=PAGES)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--database", action="append", choices=("sqlite", "postgresql"))
    parser.add_argument("--json", type=Path, help="write the numbers to this file too")
    given = parser.parse_args()
    results: dict[str, Result] = {}
    with open_folder("together") as folder, syncing_cluster(folder / "postgresql") as cluster:
        for database in given.database or ("sqlite", "postgresql"):
            if database == "postgresql":
                cluster.execute('CREATE DATABASE "together"')
                url = cluster.url("together")
            else:
                url = f"sqlite:///{folder / 'together.sqlite3'}"
            with installed(folder / database, url, log_level="WARNING") as place:
                results[database] = measure(place, given.pages, given.seconds)
            for name, value in results[database].items():
                print(f"{database:<12}{name:<26}{value}", flush=True)
    missed = [words for name, result in results.items() for words in misses(name, result)]
    print("\n".join(missed) or f"{given.pages} open pages leave the site quick.")
    print(json.dumps(results))
    if given.json:
        given.json.write_text(json.dumps(results, indent=2) + "\n")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
