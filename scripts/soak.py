"""Mail by IMAP, LMTP and pipe while the worker is killed; afterwards every mail is accounted for.

Usage: soak.py [--mails N] [--way imap|lmtp|pipe] [--database sqlite|postgresql] [--seed N]
Ends with 1 when anything is lost or doubled.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from trials import endurance
from trials.machine import open_folder, syncing_cluster
from trials.mails import Sent, generated

from tests.journeys.accounting import faults
from tests.journeys.installation import Installation, installed
from tests.peers.dovecot import Dovecot, start_dovecot
from tests.peers.smtp import smtp_sink

MAILS = 1000
WAYS = ("imap", "lmtp", "pipe")
DATABASES = ("sqlite", "postgresql")
SHOWN_FAULTS = 20


def soak(
    folder: Path, url: str, way: str, mails: list[Sent], dovecot: Dovecot, seed: int
) -> list[str]:
    """One way in, one database; what is wrong afterwards, a sentence each."""
    with smtp_sink() as sink:
        out = {"smtp_host": "127.0.0.1", "smtp_port": str(sink.port), "smtp_security": "none"}
        with installed(folder, url, **out) as place:
            began = time.monotonic()
            # Not for secrets: a soak that failed is to be repeated.
            with endurance.killing(place, random.Random(seed)) as killed:
                _hand_over(way, dovecot)(place, mails)
            endurance.wait_until_told(place, len(mails))
            found = faults(
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
    doubles = len(sink.mails) - len({mail.message["Message-ID"] for mail in sink.mails})
    print(
        f"{way}: {len(mails)} mails in {seconds:.0f} s, {len(killed)} kills,"
        f" {doubles} acknowledgements left twice with one Message-ID, {len(found)} faults"
    )
    return found


def _hand_over(way: str, dovecot: Dovecot) -> Callable[[Installation, list[Sent]], None]:
    if way == "imap":
        return lambda place, mails: endurance.by_imap(place, mails, dovecot)
    return endurance.by_lmtp if way == "lmtp" else endurance.by_pipe


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=MAILS)
    parser.add_argument("--way", action="append", choices=WAYS)
    parser.add_argument("--database", action="append", choices=DATABASES)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    given = parser.parse_args()
    print(f"The seed is {given.seed}.")
    wrong: list[str] = []
    with open_folder("soak") as folder, syncing_cluster(folder / "postgresql") as cluster:
        dovecot = start_dovecot(folder / "dovecot")
        try:
            for database in given.database or DATABASES:
                print(f"{database}:")
                for way in given.way or WAYS:
                    url = f"sqlite:///{folder / way}.sqlite3"
                    if database == "postgresql":
                        cluster.execute(f'CREATE DATABASE "soak_{way}"')
                        url = cluster.url(f"soak_{way}")
                    mails = list(generated(given.mails, mark=way, seed=given.seed))
                    place = folder / f"{database}-{way}"
                    found = soak(place, url, way, mails, dovecot, given.seed)
                    wrong += [f"{database}, {way}: {words}" for words in found]
        finally:
            dovecot.stop()
    for words in wrong[:SHOWN_FAULTS]:
        print(words, file=sys.stderr)
    print("Something was lost or doubled." if wrong else "Nothing was lost, nothing was doubled.")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
