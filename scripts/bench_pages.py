"""How fast and how heavy pages are with many tickets, on both databases.

Usage: bench_pages.py [--tickets N]… [--database sqlite|postgresql]… [--rounds N] [--keep FOLDER]
                      [--json FILE]

Asked of the real WSGI application by one client in this process, so that processor time can be
told beside the time on the wall, which on a busy machine says more about the others.
"""

from __future__ import annotations

import argparse
import gc
import json
import re
import shutil
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from flask import Flask
from flask.testing import FlaskClient

from helpdesk.application import create_app
from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.domain.accounts.models import Person
from scripts.trials.machine import open_folder, syncing_cluster
from scripts.trials.page_report import misses, table
from scripts.trials.preload import fill, vocabulary
from tests.conftest import settings_for, upgrade
from tests.statements import statements
from tests.web.tickets import a_reply, a_ticket, an_answer
from tests.world import World, make_world

TICKETS = (100_000, 1_000_000)
ROUNDS = 60
# Shorter than mails are, so that a million fit on the disk; how long words are changes no page.
WORDS_EACH = 30
_ASSETS = re.compile(r'(?:href|src)="(/(?:static|bootstrap/static)/[^"#]+)')

Result = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Filled:
    """A database with many tickets: who looks, and the tickets with few and many messages."""

    agent_id: int
    short: int
    long: int
    seconds: int


def filled(app: Flask, kind: str, count: int) -> Filled:
    """Fill an empty database."""
    upgrade(app)
    with app.app_context():
        world = make_world()
        db.session.remove()
    began = time.monotonic()
    fill(app, count, words_each=WORDS_EACH, mails=False)
    seconds = round(time.monotonic() - began)
    with app.app_context():
        short, long = (_conversation(world, turns) for turns in (10, 200))
        if kind == "sqlite":
            # As the nightly job does it.
            db.session.execute(db.text("PRAGMA optimize=0x10002"))
            db.session.commit()
        db.session.remove()
    return Filled(world.agnes_id, short, long, seconds)


def measure(folder: Path, url: str, kind: str, count: int, rounds: int) -> Result:
    """One database with so many tickets: every page, several times."""
    app = create_app(settings_for(folder, url))
    app.config["WTF_CSRF_ENABLED"] = False
    known = folder / "filled.json"
    if known.exists():
        place = Filled(**json.loads(known.read_text()))
    else:
        place = filled(app, kind, count)
        known.write_text(json.dumps(asdict(place)))
    client = _signed_in(app, place.agent_id)
    words = list(vocabulary())
    pages = {
        "list: all open": "/desk/all",
        "list: all open, last changed": "/desk/all?sort=changed",
        "list: function": "/desk/service-desk",
        "list: mine": "/desk/mine",
        "list: recently changed": "/desk/recent",
        "list: done by function": "/desk/service-desk?view=done",
        "ticket: 10 messages": f"/desk/tickets/{place.short}",
        "ticket: 200 messages": f"/desk/tickets/{place.long}",
        "search: common word": f"/desk/search?q={words[0]}",
        "search: rare word": f"/desk/search?q={words[7_900]}",
        "search: word and filters": f"/desk/search?q={words[3]}+status:open+priority:1",
        "search: only filters": "/desk/search?q=function:technical+status:open",
    }
    # What is here stays: as the server does it before it forks.
    gc.collect()
    gc.freeze()
    result = {name: _asked(client, address, rounds) for name, address in pages.items()}
    return {
        "database": kind,
        "tickets": count,
        "filled_in_seconds": place.seconds,
        "pages": result,
        "weight": {name: _weight(client, pages[name]) for name in _WEIGHED},
    }


_WEIGHED = ("list: all open", "ticket: 10 messages", "ticket: 200 messages", "search: common word")


def _conversation(world: World, messages: int) -> int:
    """A ticket of so many messages; its number."""
    now = clock.now()
    number = a_ticket(world, now)
    for turn in range(messages // 2):
        said = f"Words of a usual mail, number {turn}.\n" * 8
        a_reply(world, number, now, said)
        if 2 * turn + 3 <= messages:
            an_answer(world, number, now, said, html=f"<p>{said}</p>")
    return number


def _signed_in(app: Flask, person_id: int) -> FlaskClient:
    with app.app_context():
        identity = db.session.get_one(Person, person_id).fs_uniquifier
        db.session.remove()
    client: FlaskClient = app.test_client()
    with client.session_transaction() as session:
        session |= {"_user_id": identity, "_fresh": True, "fs_cc": "set"}
        session["identity.id"] = identity
    return client


def _asked(client: FlaskClient, address: str, rounds: int) -> Result:
    wall, cpu = [], []
    for _ in range(5):
        assert client.get(address, buffered=True).status_code == 200, address
    for _ in range(rounds):
        began, used = time.perf_counter(), time.process_time()
        client.get(address, buffered=True)
        wall.append((time.perf_counter() - began) * 1000)
        cpu.append((time.process_time() - used) * 1000)
    with statements() as sent:
        client.get(address, buffered=True)
    return {
        "p50_ms": round(median(wall), 1),
        "p95_ms": round(quantiles(wall, n=20)[-1], 1),
        "cpu_p50_ms": round(median(cpu), 1),
        "cpu_p95_ms": round(quantiles(cpu, n=20)[-1], 1),
        "statements": len([each for each in sent if not each.startswith("BEGIN")]),
    }


def _weight(client: FlaskClient, address: str) -> Result:
    """Bytes on the wire: of the first visit with all that the page names, and of the next."""
    headers = {"Accept-Encoding": "gzip"}
    page = client.get(address, headers=headers, buffered=True)
    plain = client.get(address, buffered=True).text
    named = {*_ASSETS.findall(plain), *_icons(plain)}
    more = [len(client.get(each, headers=headers, buffered=True).data) for each in sorted(named)]
    return {
        "first_kb": round((len(page.data) + sum(more)) / 1000, 1),
        "then_kb": round(len(page.data) / 1000, 1),
    }


def _icons(page: str) -> set[str]:
    return set(re.findall(r'<use href="([^"#]+)#', page))


def run(
    databases: Sequence[str], counts: Sequence[int], rounds: int, keep: Path | None
) -> list[Result]:
    """All of them, the small one first; in `keep` SQLite's databases stay for another time."""
    results = []
    with ExitStack() as stack:
        folder = stack.enter_context(open_folder("bench-pages"))
        if "postgresql" in databases:
            cluster = stack.enter_context(syncing_cluster(folder / "postgresql"))
        for kind in databases:
            for count in counts:
                name = f"pages_{count}"
                place = (keep or folder) / f"{kind}-{name}"
                url = f"sqlite:///{place / name}.sqlite3"
                if kind == "postgresql":
                    cluster.execute(f'CREATE DATABASE "{name}"')
                    url = cluster.url(name)
                results.append(measure(place, url, kind, count, rounds))
                print(json.dumps(results[-1]), file=sys.stderr, flush=True)
                if keep is None:
                    shutil.rmtree(place)
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, action="append", help="how many (default: both)")
    parser.add_argument("--database", action="append", choices=("sqlite", "postgresql"))
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--keep", type=Path, help="leave SQLite's databases there, and use them")
    parser.add_argument("--json", type=Path, help="write the numbers to this file too")
    given = parser.parse_args()
    results = run(
        given.database or ("sqlite", "postgresql"),
        given.tickets or TICKETS,
        given.rounds,
        given.keep,
    )
    print(table(results))
    for words in misses(results):
        print(words)
    if given.json:
        given.json.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
