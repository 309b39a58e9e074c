"""Damaged mails through parsing, quoting, bounces, machines and sanitising, or through the filing.

Usage: fuzz.py [--seconds N] [--seed N] [--first N] [--filing] [--save FOLDER]
Each mail may cost 5 s of processor time; a case that crashes, hangs or breaks a rule is made
smaller and saved. Ends with 1 when there was any.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import logging
import multiprocessing
import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from trials.mutants import mutant, seeds_below
from trials.reading import fault_in_reading, filing

MAILS = Path(__file__).parents[1] / "tests" / "mails"
CPU_SECONDS = 5.0
MEMORY_BYTES = 2 * 1024**3
MOST_TRIES = 120
SECONDS_FOR_SHRINKING = 90
MOST_FAULTS = 20

_processes = multiprocessing.get_context("fork")
Judge = Callable[[bytes], str]


@contextlib.contextmanager
def _judge(*, files: bool) -> Iterator[Judge]:
    if not files:
        yield fault_in_reading
        return
    with filing() as road:
        yield road.fault


def _limited(judge: Judge, raw: bytes) -> tuple[str, float]:
    """The fault of one mail, and its processor time; the system ends the process past the limit."""
    began = time.process_time()
    # Not RLIMIT_CPU: that is held against ticks of the clock since the process began, which in a
    # virtual machine drift seconds away from the processor time that the process has had.
    signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS + 1)
    try:
        fault = judge(raw)
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        fault = f"{type(error).__name__} in {Path(place.filename).name}:{place.lineno}: {error}"
    signal.setitimer(signal.ITIMER_PROF, 0)
    spent = time.process_time() - began
    return fault or (f"took {spent:.1f} s" if spent > CPU_SECONDS else ""), spent


def _work(
    seed: int,
    first: int,
    until: float,
    at: Synchronized[int],
    worst: Synchronized[float],
    files: bool,
    found: multiprocessing.Queue[tuple[int, str]],
    seeds: list[bytes],
) -> None:
    logging.disable(logging.CRITICAL)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, resource.RLIM_INFINITY))
    with _judge(files=files) as judge:
        number = first
        while time.monotonic() < until:
            at.value = number
            fault, spent = _limited(judge, mutant(seeds, seed, number))
            worst.value = max(worst.value, spent)
            if fault:
                found.put((number, fault))
            number += 1
        at.value = number


def _fault_of(raw: bytes, *, files: bool) -> str:
    """The fault of one mail in a process of its own, so that a crash is a fault like others."""
    answers: multiprocessing.Queue[str] = _processes.Queue()

    def answer() -> None:
        logging.disable(logging.CRITICAL)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, resource.RLIM_INFINITY))
        with _judge(files=files) as judge:
            answers.put(_limited(judge, raw)[0])

    child = _processes.Process(target=answer)
    child.start()
    child.join()
    return answers.get() if child.exitcode == 0 else f"ended with {child.exitcode}"


def _kind(fault: str) -> str:
    if fault.startswith("took") or fault == f"ended with {-signal.SIGPROF}":
        return "too slow"
    return fault.split(":")[0][:60]


def _smaller(raw: bytes, fault: str, *, files: bool) -> bytes:
    """The mail with pieces taken out as long as it fails in the same way."""
    stop = time.monotonic() + SECONDS_FOR_SHRINKING
    size = len(raw) // 2
    tries = 0
    while size and tries < MOST_TRIES and time.monotonic() < stop:
        start = 0
        while start < len(raw) and tries < MOST_TRIES and time.monotonic() < stop:
            tries += 1
            shorter = raw[:start] + raw[start + size :]
            if _kind(_fault_of(shorter, files=files)) == _kind(fault):
                raw = shorter
            else:
                start += size
        size //= 2
    return raw


def fuzz(seconds: float, seed: int, first: int, folder: Path, *, files: bool) -> int:
    """Run for so many seconds; the number of faults, which lie in the folder afterwards."""
    at, worst = _processes.Value("q", first), _processes.Value("d", 0.0)
    found: multiprocessing.Queue[tuple[int, str]] = _processes.Queue()
    until = time.monotonic() + seconds
    begin, faults = first, 0
    seen: set[str] = set()
    seeds = seeds_below(MAILS)
    while time.monotonic() < until and faults < MOST_FAULTS:
        child = _processes.Process(
            target=_work, args=(seed, begin, until, at, worst, files, found, seeds)
        )
        child.start()
        while child.is_alive() and len(seen) < MOST_FAULTS:
            child.join(1)
            faults += _save_all(found, seen, seeds, seed, folder, files=files)
        if child.is_alive():
            child.terminate()
        child.join()
        if child.exitcode:
            found.put((at.value, f"ended with {child.exitcode}"))
            time.sleep(0.2)
        faults += _save_all(found, seen, seeds, seed, folder, files=files)
        begin = at.value + 1
    print(f"{at.value - first} mails, at most {worst.value:.2f} s each, {faults} faults.")
    return faults


def _save_all(
    found: multiprocessing.Queue[tuple[int, str]],
    seen: set[str],
    seeds: list[bytes],
    seed: int,
    folder: Path,
    *,
    files: bool,
) -> int:
    new = 0
    while not found.empty():
        number, fault = found.get()
        if _kind(fault) in seen:
            continue
        seen.add(_kind(fault))
        new += 1
        raw = mutant(seeds, seed, number)
        small = _smaller(raw, fault, files=files)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{hashlib.sha256(small).hexdigest()[:12]}.eml"
        path.write_bytes(small)
        print(f"Mail {number}: {fault}\n  {len(raw)} bytes, {len(small)} in {path}", flush=True)
    return new


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    parser.add_argument("--first", type=int, default=0, help="begin with the mail of this number")
    parser.add_argument("--filing", action="store_true", help="the whole road, on SQLite")
    parser.add_argument("--save", type=Path, default=Path("var/fuzz"))
    given = parser.parse_args()
    print(f"The seed is {given.seed}.", flush=True)
    faults = fuzz(given.seconds, given.seed, given.first, given.save, files=given.filing)
    sys.exit(1 if faults else os.EX_OK)


if __name__ == "__main__":
    main()
