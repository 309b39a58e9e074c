"""Every setting is explained in .env.example, and nothing else is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from dotenv import dotenv_values

from helpdesk.core.config import FIELDS, load_settings, variable

ROOT = Path(__file__).resolve().parent.parent.parent
EXAMPLE = ROOT / ".env.example"
LINE = re.compile(r"^#(HELPDESK_[A-Z_]+)=(.*)$")

# These two read the environment: one to know the settings, one to hand it on to its children.
READERS_OF_THE_ENVIRONMENT = {"helpdesk/core/config.py", "helpdesk/supervisor.py"}


def shown_settings() -> dict[str, str]:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    return {found[1]: found[2] for line in lines if (found := LINE.match(line))}


def test_every_setting_is_in_the_example_and_every_line_of_it_is_a_setting() -> None:
    assert set(shown_settings()) == {variable(name) for name in FIELDS}


def test_every_setting_is_explained_in_words() -> None:
    explained: list[str] = []
    words = ""
    for line in EXAMPLE.read_text(encoding="utf-8").splitlines():
        if found := LINE.match(line):
            # Neighbours share one explanation, so it stays until an empty line.
            if len(words.split()) >= 6:
                explained.append(found[1])
        elif line.startswith("# "):
            words += line.removeprefix("#")
        else:
            words = ""

    assert sorted(explained) == sorted(shown_settings())


def test_the_example_shows_what_is_used_when_nothing_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    plain = re.sub(r"^#(HELPDESK_)", r"\1", EXAMPLE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    written = tmp_path / "written"
    written.write_text(plain, encoding="utf-8")
    assert len(dotenv_values(written)) == len(FIELDS)

    assert load_settings({}, written) == load_settings({}, None)


def test_only_the_settings_read_the_environment() -> None:
    reading = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "helpdesk").rglob("*.py")
        if re.search(r"os\.environ|getenv|from os import", path.read_text(encoding="utf-8"))
    }

    assert reading <= READERS_OF_THE_ENVIRONMENT
