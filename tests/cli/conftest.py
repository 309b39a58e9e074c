"""The command in this process and in one of its own, on a database of the test's own."""

from __future__ import annotations

import io
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from helpdesk.cli import main
from tests.conftest import SECRET
from tests.peers.postgresql import Cluster


@dataclass(frozen=True)
class Said:
    """What a command left: its exit code and its words."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[Any]:
        """Standard output as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass
class Command:
    """`helpdesk`, with the environment of one installation."""

    folder: Path
    environ: dict[str, str]
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str, stdin: bytes = b"", **environ: str) -> Said:
        """Run it in this process, which is quicker; everything but the start is the same."""
        with self.monkeypatch.context() as patch:
            for name in [name for name in os.environ if name.startswith("HELPDESK_")]:
                patch.delenv(name)
            for name, value in (self.environ | environ).items():
                patch.setenv(name, value)
            patch.chdir(self.folder)
            patch.setattr(sys, "argv", ["helpdesk", *arguments])
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
            self.capsys.readouterr()
            try:
                main()
                code = 0
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else int(bool(end.code))
            said = self.capsys.readouterr()
        return Said(code, said.out, said.err)

    def process(self, *arguments: str, stdin: bytes = b"", **environ: str) -> Said:
        """Run it in a process of its own, as a mail server does."""
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        done = subprocess.run(
            [sys.executable, "-m", "helpdesk", *arguments],
            check=False,
            input=stdin,
            capture_output=True,
            cwd=self.folder,
            env=kept | {"PYTHONPATH": str(Path(__file__).parents[2])} | self.environ | environ,
            timeout=60,
        )
        return Said(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Command]:
    """The command without a database; what it does to the logs is undone."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    environ = {"HELPDESK_DATA_DIR": str(tmp_path), "HELPDESK_SECRET_KEY": SECRET}
    yield Command(tmp_path, environ, monkeypatch, capsys)
    root.handlers[:] = before
    root.setLevel(level)


@pytest.fixture
def helpdesk(command: Command, database: str) -> Command:
    """The command on a database that is migrated and empty."""
    command.environ["HELPDESK_DATABASE_URL"] = database
    return command


@pytest.fixture
def fresh(
    command: Command, database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Command]:
    """The command on a database without any table."""
    if database.startswith("sqlite"):
        command.environ["HELPDESK_DATABASE_URL"] = f"sqlite:///{tmp_path / 'fresh.sqlite3'}"
        yield command
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    name = f"fresh_{os.getpid()}_{tmp_path.name}".lower().replace("-", "_")[:60]
    cluster.execute(f'CREATE DATABASE "{name}"')
    command.environ["HELPDESK_DATABASE_URL"] = cluster.url(name)
    yield command
    cluster.drop_database(name)
