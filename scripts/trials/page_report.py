"""What the measurements of pages say to a person: a table, and what is aimed at and missed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

# What is aimed at.
SLOWEST_P95_MS = 40
MOST_GROWTH = 1.3
MOST_STATEMENTS = 15
HEAVIEST_FIRST_KB = 150
HEAVIEST_THEN_KB = 30

Result = dict[str, Any]


def table(results: Sequence[Result]) -> str:
    """One line a page and database: times at each number of tickets, and how they grow."""
    lines = [
        f"{'page':<30}{'database':<12}{'tickets':>9}  {'p50':>7}{'p95':>7}"
        f"{'CPU 50':>8}{'CPU 95':>8}{'growth':>8}{'SQL':>5}"
    ]
    for result in results:
        for name, page in result["pages"].items():
            growth = growth_of(results, result, name)
            lines.append(
                f"{name:<30}{result['database']:<12}{result['tickets']:>9}  {page['p50_ms']:>7}"
                f"{page['p95_ms']:>7}{page['cpu_p50_ms']:>8}{page['cpu_p95_ms']:>8}"
                f"{f'{growth:.2f}' if growth else '':>8}{page['statements']:>5}"
            )
    for name, weight in results[-1]["weight"].items():
        lines.append(f"{name:<30}{weight['first_kb']} kB first, {weight['then_kb']} kB then")
    return "\n".join(lines)


def growth_of(results: Sequence[Result], result: Result, name: str) -> float | None:
    """The median processor time beside that of the smallest of the same database."""
    same = [each for each in results if each["database"] == result["database"]]
    least = min(same, key=lambda each: int(each["tickets"]))
    if least is result:
        return None
    return float(result["pages"][name]["cpu_p50_ms"]) / float(least["pages"][name]["cpu_p50_ms"])


def misses(results: Sequence[Result]) -> list[str]:
    """What is aimed at and was not reached."""
    found = []
    for result in results:
        where = f"{result['database']} with {result['tickets']}"
        for name, page in result["pages"].items():
            growth = growth_of(results, result, name)
            if page["p95_ms"] > SLOWEST_P95_MS:
                found.append(f"{where}: {name}: p95 {page['p95_ms']} ms, CPU {page['cpu_p95_ms']}")
            if page["statements"] > MOST_STATEMENTS:
                found.append(f"{where}: {name}: {page['statements']} statements")
            if growth is not None and growth > MOST_GROWTH:
                found.append(f"{where}: {name}: {growth:.2f} times the time of fewer tickets")
        for name, weight in result["weight"].items():
            if weight["first_kb"] > HEAVIEST_FIRST_KB or weight["then_kb"] > HEAVIEST_THEN_KB:
                found.append(f"{where}: {name}: {weight['first_kb']} and {weight['then_kb']} kB")
    return found
