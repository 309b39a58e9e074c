"""What the measurements say to a person: a table, and what is aimed at and was not reached."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

# What is aimed at: parts of the floor, mails, seconds and megabytes.
LEAST_OF_FLOOR = 0.2
AIM_OF_FLOOR = 0.35
LEAST_SENT_PER_SECOND = 200
LEAST_FULL_OF_EMPTY = 0.9
LONGEST_START_SECONDS = 4
MOST_MEMORY_MB = 300

ROADS = ("maildir", "lmtp", "imap")

Result = dict[str, Any]


def table(results: Sequence[Result]) -> str:
    """One column a database."""
    rows: list[tuple[str, Callable[[Result], str]]] = [
        (
            "floor: parse and 3 rows",
            lambda result: f"{result['maildir']['floor_per_second']:.0f}/s",
        )
    ]
    rows += [(f"taken in by {road}", _taken_in(road)) for road in ROADS]
    rows += [("sent by SMTP", lambda result: _pace(result["sending"]))]
    if all("full" in result for result in results):
        rows.append((f"at {results[0]['full']['tickets']} tickets", _full))
    rows += [
        ("start to first page", lambda result: f"{result['first_page_seconds']:.1f} s"),
        ("web and worker", _memory),
    ]
    cells = [["", *(result["database"] for result in results)]]
    cells += [[name, *(cell(result) for result in results)] for name, cell in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        for line in cells
    ]
    return "\n".join(line.rstrip() for line in lines)


def misses(result: Result) -> list[str]:
    """What is aimed at and was not reached."""
    found = []
    of_floor = result["maildir"]["of_floor"]
    if of_floor < AIM_OF_FLOOR:
        least = "too slow," if of_floor < LEAST_OF_FLOOR else "enough, but"
        found.append(f"maildir: {of_floor} of the floor; {least} {AIM_OF_FLOOR} is aimed at")
    if result["sending"]["per_second"] < LEAST_SENT_PER_SECOND:
        found.append(f"sending: fewer than {LEAST_SENT_PER_SECOND}/s")
    if "full" in result and result["full"]["full_of_empty"] < LEAST_FULL_OF_EMPTY:
        found.append(f"with many tickets: below {LEAST_FULL_OF_EMPTY} of the speed with none")
    if result["first_page_seconds"] > LONGEST_START_SECONDS:
        found.append(f"start: longer than {LONGEST_START_SECONDS} s")
    if result["memory"]["web_and_worker"]["pss_mb"] > MOST_MEMORY_MB:
        found.append(f"memory: more than {MOST_MEMORY_MB} MB")
    return [f"{result['database']}: {words}" for words in found]


def _taken_in(road: str) -> Callable[[Result], str]:
    def cell(result: Result) -> str:
        return f"{_pace(result[road])}, {result[road]['of_floor']:.2f} of floor"

    return cell


def _pace(told: Result) -> str:
    return f"{told['per_second']:.0f}/s, {told['cpu_ms_per_mail']:.1f} ms CPU"


def _full(result: Result) -> str:
    full = result["full"]
    return (
        f"{_pace(full['full'])}, {full['full_of_empty']:.2f} of empty"
        f" (CPU {full['cpu_full_of_empty']:.2f})"
    )


def _memory(result: Result) -> str:
    memory = result["memory"]["web_and_worker"]
    return f"{memory['pss_mb']} MB ({memory['rss_mb']} MB resident)"
