"""Mail by every road while workers are killed, the database stops, the disk fills, servers sulk.

Usage: soak.py [--mails N] [--scenario NAME] [--database sqlite|postgresql] [--seed N] [--json FILE]
Afterwards every mail is accounted for. Ends with 1 when anything is lost, doubled or amiss.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from scripts.trials import troubles
from scripts.trials.machine import open_folder, syncing_cluster
from scripts.trials.mails import generated
from scripts.trials.senders import hand_over, wait_until_told
from scripts.trials.troubles import SCENARIOS, Scenario, Stage
from tests.journeys.accounting import Books, books
from tests.journeys.installation import installed
from tests.peers.dovecot import Dovecot, start_dovecot
from tests.peers.postgresql import Cluster
from tests.peers.smtp import smtp_sink

MAILS = 1000
DATABASES = ("sqlite", "postgresql")
SHOWN_FAULTS = 20


@dataclass(frozen=True, slots=True)
class Soaked:
    """One scenario on one database: how it went, in numbers."""

    database: str
    scenario: str
    mails: int
    # Workers killed, or how often the trouble struck.
    struck: int
    seconds: int
    lost: int
    doubled: int
    amiss: int
    acknowledgements: int
    # Acknowledgements that came to the SMTP server, and the Message-IDs that they had.
    left: int
    ids: int
    seed: int


class Soak:
    """What all scenarios share: a folder, servers of their own, and how much is sent."""

    def __init__(self, folder: Path, cluster: Cluster, dovecot: Dovecot, count: int) -> None:
        self.folder = folder
        self.cluster = cluster
        self.dovecot = dovecot
        self.count = count

    def run(self, scenario: Scenario, database: str, seed: int) -> tuple[Soaked, Books]:
        """Send mails while the scenario has its way; the numbers, and what the books say."""
        name = f"{database}-{scenario.name}"
        place_folder = self.folder / name
        mails = list(generated(self.count, mark=scenario.name, seed=seed))
        # Not for secrets: a soak that failed is to be repeated.
        chance = random.Random(seed)
        with troubles.ground(scenario, place_folder), smtp_sink() as sink:
            out = {"smtp_host": "127.0.0.1", "smtp_port": str(sink.port), "smtp_security": "none"}
            with installed(place_folder, self._url(name, place_folder, database), **out) as place:
                stage = Stage(place, sink, chance, self.cluster if database != "sqlite" else None)
                began = time.monotonic()
                with scenario.trouble(stage) as struck:
                    hand_over(scenario.roads, place, mails, self.dovecot)
                wait_until_told(place, len(mails))
                found = books(
                    place,
                    [mail.message_id.strip("<>") for mail in mails],
                    answers={
                        mail.message_id.strip("<>"): mail.answers.strip("<>")
                        for mail in mails
                        if mail.answers
                    },
                    left=sink.mails,
                )
                seconds = time.monotonic() - began
        soaked = Soaked(
            database=database,
            scenario=scenario.name,
            mails=len(mails),
            struck=len(struck),
            seconds=round(seconds),
            lost=len(found.lost),
            doubled=len(found.doubled),
            amiss=len(found.amiss),
            acknowledgements=found.acknowledgements,
            left=found.left,
            ids=found.ids,
            seed=seed,
        )
        return soaked, found

    def _url(self, name: str, place_folder: Path, database: str) -> str:
        if database == "sqlite":
            # Beside the files, so that a full disk is full for both.
            return f"sqlite:///{place_folder / 'data' / 'helpdesk.sqlite3'}"
        self.cluster.execute(f'CREATE DATABASE "{name}"')
        return self.cluster.url(name)


def _table(all_soaked: list[Soaked]) -> str:
    heads = ("database", "scenario", "mails", "struck", "s", "lost", "doubled", "amiss")
    heads += ("acks", "left", "ids")
    lines = [heads]
    for each in all_soaked:
        numbers = (each.mails, each.struck, each.seconds, each.lost, each.doubled, each.amiss)
        numbers += (each.acknowledgements, each.left, each.ids)
        lines.append((each.database, each.scenario, *map(str, numbers)))
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column < 2 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=MAILS)
    parser.add_argument("--scenario", action="append", choices=[*SCENARIOS])
    parser.add_argument("--database", action="append", choices=DATABASES)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    parser.add_argument("--json", type=Path, help="write the numbers to this file too")
    given = parser.parse_args()
    print(f"The seed is {given.seed}.")
    all_soaked: list[Soaked] = []
    wrong: list[str] = []
    with open_folder("soak") as folder, syncing_cluster(folder / "postgresql") as cluster:
        dovecot = start_dovecot(folder / "dovecot")
        soak = Soak(folder, cluster, dovecot, given.mails)
        try:
            for database in given.database or DATABASES:
                for scenario in map(SCENARIOS.__getitem__, given.scenario or SCENARIOS):
                    why_not = scenario.cannot_be(database)
                    if why_not:
                        print(f"{database}, {scenario.name}: left out, {why_not}", flush=True)
                        continue
                    soaked, found = soak.run(scenario, database, given.seed)
                    all_soaked.append(soaked)
                    faults = [f"{database}, {scenario.name}: {words}" for words in found.faults]
                    print(json.dumps(asdict(soaked)), flush=True)
                    for words in faults[:SHOWN_FAULTS]:
                        print(words, file=sys.stderr, flush=True)
                    wrong += faults
        finally:
            dovecot.stop()
    print(_table(all_soaked))
    print("Something was lost or doubled." if wrong else "Nothing was lost, nothing was doubled.")
    if given.json:
        whole = {"seed": given.seed, "results": [asdict(each) for each in all_soaked]}
        given.json.write_text(json.dumps(whole, indent=2) + "\n")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
