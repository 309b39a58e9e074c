"""A helpdesk of its own with real processes: commands, programs, and a look at its database."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, text

from tests.conftest import SECRET
from tests.peers.postgresql import free_port

ROOT = Path(__file__).parents[2]


@dataclass
class Program:
    """A running program of the helpdesk, and the files that it writes its words to."""

    name: str
    process: subprocess.Popen[bytes]
    out: Path
    err: Path

    @property
    def words(self) -> str:
        """All that it has said."""
        return self.out.read_text() + self.err.read_text()

    def children(self) -> dict[int, str]:
        """Its programs, by process id, as they were started: `web`, `worker`."""
        found = {}
        for pid in _children(self.process.pid):
            command = _command(pid)
            if "helpdesk" in command:
                found[pid] = command.split()[-1]
        return found

    def family(self) -> list[int]:
        """Its own process id and those of all that it has started, however deep."""
        return family_of(self.process.pid)

    def child(self, name: str, *, besides: Collection[int] = (), seconds: float = 30) -> int:
        """The process id of one of its programs, as soon as there is one `besides` those."""
        found: list[int] = []

        def is_there() -> bool:
            # One look: between two of them a program that dies could be seen and then be gone.
            seen = self.children().items()
            found[:] = [pid for pid, each in seen if each == name and pid not in besides]
            return bool(found)

        wait_until(is_there, seconds, f"{name} of its own")
        return found[0]

    def stop(self, number: int = signal.SIGTERM, seconds: float = 15) -> int:
        """Send a signal and wait; the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(seconds)


@dataclass
class Installation:
    """One helpdesk: a folder, a database, free ports. `with` stops whatever it has started."""

    folder: Path
    database: str
    settings: dict[str, str] = field(default_factory=dict)
    http: int = field(default_factory=free_port)
    smtp: int = field(default_factory=free_port)
    lmtp: int = field(default_factory=free_port)
    programs: list[Program] = field(default_factory=list)
    _engine: Engine | None = None

    @property
    def address(self) -> str:
        """Where its pages are."""
        return f"http://127.0.0.1:{self.http}"

    @property
    def environ(self) -> dict[str, str]:
        """The variables of its programs; none of the settings of who runs the tests."""
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "HOME") if name in os.environ}
        ours = {
            "HELPDESK_DATA_DIR": str(self.folder / "data"),
            "HELPDESK_DATABASE_URL": self.database,
            "HELPDESK_SECRET_KEY": SECRET,
            "HELPDESK_HTTP_LISTEN": f"127.0.0.1:{self.http}",
            "HELPDESK_SMTP_LISTEN": f"127.0.0.1:{self.smtp}",
            "HELPDESK_LMTP_LISTEN": f"127.0.0.1:{self.lmtp}",
            "HELPDESK_TIME_ZONE": "Europe/Stockholm",
        }
        more = {f"HELPDESK_{name.upper()}": value for name, value in self.settings.items()}
        return kept | {"PYTHONPATH": str(ROOT)} | ours | more

    def __enter__(self) -> Installation:
        self.folder.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        family = [pid for program in self.programs for pid in program.family()]
        running = [each for each in self.programs if each.process.poll() is None]
        for program in running:
            program.process.terminate()
        for program in running:
            try:
                program.process.wait(15)
            except subprocess.TimeoutExpired:
                program.process.kill()
                program.process.wait()
        for pid in family:
            if _is_ours(pid):
                os.kill(pid, signal.SIGKILL)
        if self._engine is not None:
            self._engine.dispose()

    def helpdesk(self, *arguments: str, stdin: bytes = b"", code: int = 0) -> str:
        """Run a command to its end; what it printed. AssertionError for another exit code."""
        done = subprocess.run(
            [sys.executable, "-m", "helpdesk", *arguments],
            input=stdin,
            capture_output=True,
            check=False,
            cwd=self.folder,
            env=self.environ,
            timeout=120,
        )
        words = done.stderr.decode()
        assert done.returncode == code, f"{arguments} ended with {done.returncode}: {words}"
        return done.stdout.decode()

    def lines(self, *arguments: str) -> list[Any]:
        """The JSON lines that a command prints."""
        return [json.loads(line) for line in self.helpdesk(*arguments, "--json").splitlines()]

    def start(self, *arguments: str, **environ: str) -> Program:
        """Start a program; it is stopped when the installation ends."""
        name = "-".join(arguments).replace("/", "_")
        number = len(self.programs)
        out, err = (self.folder / f"{number}-{name}.{kind}" for kind in ("out", "err"))
        with out.open("wb") as out_file, err.open("wb") as err_file:
            process = subprocess.Popen(
                [sys.executable, "-m", "helpdesk", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=out_file,
                stderr=err_file,
                cwd=self.folder,
                env=self.environ | environ,
            )
        self.programs.append(Program(name, process, out, err))
        return self.programs[-1]

    def wait_for_pages(self, seconds: float = 60) -> None:
        """Wait until the pages and their database answer."""
        wait_until(lambda: fetched(f"{self.address}/health/ready") is not None, seconds, "pages")

    def wait_for_doors(self, seconds: float = 60) -> None:
        """Wait until the SMTP door takes mail."""
        wait_until(lambda: _answers(self.smtp), seconds, "the SMTP door")

    def ask(self, statement: str, **values: object) -> Sequence[Any]:
        """Rows of the database, as they are committed now."""
        with self._connected().connect() as connection:
            return connection.execute(text(statement), values).all()

    def _connected(self) -> Engine:
        if self._engine is None:
            url = self.database.replace("postgresql://", "postgresql+psycopg://")
            self._engine = create_engine(url)
        return self._engine

    def number(self, statement: str, **values: object) -> int:
        """One number out of the database."""
        return int(self.ask(statement, **values)[0][0])

    def wait_until_filed(self, count: int, seconds: float) -> None:
        """Wait until so many mails are kept and none of them waits."""
        statement = (
            "SELECT count(*), count(CASE WHEN state = 'waiting' THEN 1 END) FROM inbound_mails"
        )

        def all_are_filed() -> bool:
            ((kept, waiting),) = self.ask(statement)
            return kept >= count and not waiting

        wait_until(all_are_filed, seconds, f"{count} filed mails")


@contextmanager
def installed(
    folder: Path, database: str, *, init: bool = True, **settings: str
) -> Iterator[Installation]:
    """An installation, set up as `helpdesk init` does it."""
    with Installation(folder, database, settings) as new:
        if init:
            new.helpdesk(
                *("init", "--name", "IT helpdesk", "--address", "helpdesk@example.org"),
                *("--admin", "ada@example.org", "--admin-name", "Ada Admin"),
            )
        yield new


def wait_until(holds: Callable[[], object], seconds: float, what: str) -> None:
    """Wait until something holds; AssertionError names what did not come."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(f"no {what} within {seconds} s")
        time.sleep(0.05)


def fetched(address: str) -> bytes | None:
    """What an address answers, None while nobody answers or with anything but 200."""
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return bytes(answer.read())
    except (urllib.error.URLError, OSError):
        return None


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except OSError:
        return False
    return True


def _children(pid: int) -> list[int]:
    try:
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    return [int(child) for child in listed.split()]


def family_of(pid: int) -> list[int]:
    """The process and all that it has started, however deep."""
    return [pid, *(each for child in _children(pid) for each in family_of(child))]


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
    except OSError:
        return ""


def _is_ours(pid: int) -> bool:
    # A number may have been given to somebody else in the meantime.
    return "-m helpdesk" in _command(pid)
