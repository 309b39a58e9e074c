"""Whether 200 open ticket pages leave the site quick: real web servers, on both databases.

Usage: bench_together.py [--pages N] [--seconds N] [--database sqlite|postgresql] [--json FILE]

Each page asks as static/js/together.js does it for somebody who is at work, on a connection that
it keeps. Beside them one reader opens tickets and work lists, first without the pages, then with
them. The server is stopped while all of them ask.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import selectors
import socket
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from statistics import quantiles
from typing import Any
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).parents[1]))

from scripts.trials.machine import cpu_seconds, open_folder, syncing_cluster
from scripts.trials.preload import fill

from helpdesk.application import create_app
from helpdesk.core import clock
from helpdesk.core.config import load_settings
from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.accounts.actions import add_person, grant
from helpdesk.domain.accounts.permissions import Role
from helpdesk.web.account import set_password
from tests.journeys.installation import Installation, Program, family_of, installed

PAGES = 200
SECONDS = 30
# The fastest that an open page asks (EVERY_MS in static/js/together.js), with its jitter.
EVERY_SECONDS = 5.0
JITTER = 0.1
# As many people as would have so many pages open; each looks at a few tickets.
AGENTS = 25
TICKETS = 60
PASSWORD = "only for this trial"

# What must hold for the pages to be "no burden": a page load with them beside one without.
MOST_OF_ALONE = 1.5
MOST_SECONDS_TO_STOP = 3.0

Result = dict[str, Any]


@dataclass
class Person:
    """Somebody who is signed in: the cookies, and the token of their forms."""

    cookie: str
    token: str


@dataclass
class Page:
    """An open ticket page: when it asks next, what it knows, and its connection."""

    person: Person
    number: int
    due: float
    mark: str = ""
    seen: str = "1"
    asked_at: float = 0.0
    took: list[float] = field(default_factory=list)
    answered: dict[int, int] = field(default_factory=dict)
    connection: http.client.HTTPConnection | None = None

    def ask(self, port: int) -> None:
        """Send the question; whoever waits for the answer calls `hear`."""
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.asked_at = time.perf_counter()
        said = {"csrf_token": self.person.token, "mark": self.mark, "seen": self.seen}
        self.connection.request(
            "POST",
            f"/desk/tickets/{self.number}/together",
            urlencode(said | {"doing": "reading"}),
            {
                "Cookie": self.person.cookie,
                "Content-Type": "application/x-www-form-urlencoded",
                "Accept": "application/json",
            },
        )

    def hear(self) -> None:
        """Read the answer, and remember how long it took."""
        assert self.connection is not None
        answer = self.connection.getresponse()
        body = answer.read()
        self.took.append(time.perf_counter() - self.asked_at)
        self.answered[answer.status] = self.answered.get(answer.status, 0) + 1
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
        self._over = threading.Event()

    def run(self) -> None:
        """Ask until told to stop; each page waits for its answer before it asks again."""
        chance = Random(3)
        waiting = selectors.DefaultSelector()
        while not self._over.is_set():
            now = time.monotonic()
            for page in self.pages:
                if page.due <= now:
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
    readers = [_signed_in(place, address) for address in people]
    paths = [f"/desk/tickets/{number}" for number in numbers[:20]] + ["/desk/all", "/desk/mine"]
    _read(place.http, readers[0], paths * 3, seconds=5)

    idle = _share(web, lambda: time.sleep(3))[0]
    alone = _read(place.http, readers[0], paths, seconds=seconds)
    begun = time.monotonic()
    chance = Random(5)
    crowd = Crowd(
        [
            Page(
                readers[each % len(readers)],
                numbers[chance.randrange(len(numbers))],
                begun + EVERY_SECONDS * each / pages,
            )
            for each in range(pages)
        ],
        place.http,
    )
    crowd.start()
    # Until each has asked once, all is new to them.
    time.sleep(EVERY_SECONDS + 2)
    for page in crowd.pages:
        page.took.clear()
        page.answered.clear()
    written = _writes(place)
    share, looks = _share(web, lambda: time.sleep(seconds / 2))[0] - idle, sum(
        len(page.took) for page in crowd.pages
    )
    beside = _read(place.http, readers[0], paths, seconds=seconds)
    seen_by = place.number("SELECT count(*) FROM presences")
    faults = list(crowd.faults)
    began = time.perf_counter()
    code = web.stop(seconds=60)
    stopped = time.perf_counter() - began
    crowd.stop()
    took = [each for page in crowd.pages for each in page.took]
    answered: dict[int, int] = {}
    for page in crowd.pages:
        for status, count in page.answered.items():
            answered[status] = answered.get(status, 0) + count
    assert code == 0, f"the server ended with {code}"
    return {
        "pages": pages,
        "asks_every_seconds": EVERY_SECONDS,
        "page_alone_ms": _spread(alone),
        "page_beside_ms": _spread(beside),
        "look_ms": _spread(took),
        "looks_per_second": round(looks / (seconds / 2), 1),
        "answers": {str(status): count for status, count in sorted(answered.items())},
        "share_of_one_processor": round(share, 3),
        "processor_ms_per_look": round(1000 * share * (seconds / 2) / max(looks, 1), 2),
        "rows_of_presence": seen_by,
        "writes_per_look": written,
        "faults": len(faults),
        "seconds_to_stop": round(stopped, 2),
    }


def _inhabited(place: Installation) -> tuple[list[int], list[str]]:
    settings = load_settings(place.environ, env_file=None)
    app = create_app(settings)
    fill(app, TICKETS * 50)
    addresses = [f"agent{each}@example.org" for each in range(AGENTS)]
    with app.app_context():
        with unit_of_work():
            for address in addresses:
                person = add_person(address, name=address.partition("@")[0], now=clock.now())
                grant(person, role=Role.AGENT)
                set_password(person, PASSWORD)
        numbers = [number for (number,) in db.session.execute(_unfinished())]
        db.session.remove()
        db.engine.dispose()
    return numbers, addresses
