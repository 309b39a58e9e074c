"""What the code of the house keeps to, read from its source."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "helpdesk").rglob("*.py"))
LONGEST_FILE = 300

# Files that are one table, where a split would only hide half of it. Each needs its reason here.
LONGER_FOR_A_REASON: dict[str, str] = {}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def calls(path: Path) -> Iterator[tuple[int, str]]:
    """Line and dotted name of every call in a file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            yield node.lineno, ast.unparse(node.func)


def test_only_the_unit_of_work_commits() -> None:
    found = [
        f"{name_of(path)}:{line}"
        for path in SOURCES
        if name_of(path) != "helpdesk/core/db.py"
        for line, call in calls(path)
        if call.endswith(".commit")
    ]
    assert found == []


def test_only_the_clock_tells_the_time() -> None:
    tells = re.compile(r"\b(datetime\.now|datetime\.utcnow|date\.today|datetime\.today)$")
    found = [
        f"{name_of(path)}:{line}"
        for path in SOURCES
        if name_of(path) != "helpdesk/core/clock.py"
        for line, call in calls(path)
        if tells.search(call)
    ]
    assert found == []


def test_no_file_is_longer_than_one_can_hold_in_mind() -> None:
    lengths = {name_of(path): len(path.read_text().splitlines()) for path in SOURCES}
    long = {name: length for name, length in lengths.items() if length > LONGEST_FILE}
    assert long.keys() == LONGER_FOR_A_REASON.keys(), long


def test_every_module_says_what_it_is_for() -> None:
    said = {name_of(path): ast.get_docstring(ast.parse(path.read_text())) for path in SOURCES}
    assert [name for name, words in said.items() if not words or len(words) < 9] == []


def test_no_verb_asks_which_process() -> None:
    """Add a gate, a reaction or a column to the process's data instead."""
    found = [
        f"{name_of(path)}:{node.lineno}"
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Compare)
        and ast.unparse(node.left).endswith(".process")
        and any(isinstance(other, ast.Constant) and other.value for other in node.comparators)
    ]
    assert found == []


REJECTED_FILES = {"utils", "util", "helpers", "helper", "common", "manager", "handler", "misc"}
REJECTED_WORDS = re.compile(
    r"\b(customer|end.user|technician|sub-?task|category|categories|runbook)s?\b", re.IGNORECASE
)
# What these read was written by others, in their words.
READERS_OF_MAIL = ("helpdesk/mail/bounces/", "helpdesk/mail/quoting/", "helpdesk/mail/machines/")


def test_no_file_is_a_drawer_for_everything() -> None:
    drawers = [
        name_of(path)
        for path in SOURCES
        if {path.stem, *path.relative_to(ROOT).parts} & REJECTED_FILES
    ]
    assert drawers == []


def words_for_people() -> list[Path]:
    return sorted((ROOT / "templates").rglob("*.html")) + sorted(
        (ROOT / "templates").rglob("*.txt")
    )


def test_rejected_words_do_not_occur() -> None:
    found = [
        f"{name_of(path)}: {line.strip()}"
        for path in SOURCES + words_for_people()
        if not name_of(path).startswith(READERS_OF_MAIL)
        for line in path.read_text().splitlines()
        # Unicode's own property has this name; there is no other word for it.
        if REJECTED_WORDS.search(line) and "unicodedata" not in line
    ]
    assert found == []


def test_templates_carry_no_inline_script_or_style() -> None:
    inline = re.compile(r"\son[a-z]+\s*=|\sstyle\s*=|<style|<script(?![^>]*\ssrc=)", re.IGNORECASE)
    found = [
        f"{name_of(path)}: {line.strip()}"
        for path in words_for_people()
        # Mail programs know no style sheets; mail needs its styles inline.
        if "templates/email" not in name_of(path) and path.suffix == ".html"
        for line in path.read_text().splitlines()
        if inline.search(line)
    ]
    assert found == []


def test_every_form_that_changes_something_carries_its_token() -> None:
    found = []
    for path in words_for_people():
        text = path.read_text()
        for form in re.findall(r"<form\b[^>]*>.*?</form>", text, re.DOTALL | re.IGNORECASE):
            opening = form[: form.index(">")]
            if re.search(r"method\s*=\s*.post", opening, re.IGNORECASE) and not re.search(
                r"csrf_token|hidden\(|hidden_tag|caller\(|\btoken\b|_form_token", form
            ):
                found.append(f"{name_of(path)}: {opening}")
    assert found == []


def test_the_walls_between_the_folders_stand() -> None:
    ran = subprocess.run(
        ["lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": f"{ROOT}/.venv/bin:/usr/bin:/bin", "PYTHONPATH": str(ROOT)},
    )
    assert ran.returncode == 0, ran.stdout[-3000:]


def test_templates_translate_only_words_of_our_own() -> None:
    """In a template the result of `_()` counts as safe HTML: only our own words may pass it."""
    # A literal, or a label from the data of processes, roles and notifications.
    ours = re.compile(r"""(?<![\w.])_\(\s*(?:["']|[\w.\[\]]+\.(?:label|portal|why)\b)""")
    called = re.compile(r"(?<![\w.])_\(")
    found = [
        f"{name_of(path)}: {line.strip()}"
        for path in words_for_people()
        for line in path.read_text().splitlines()
        if len(called.findall(line)) != len(ours.findall(line))
    ]
    assert found == []
