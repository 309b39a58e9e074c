"""Where a worker leaves a sign of life, so that others can see when it was last at work."""

from __future__ import annotations

import json
import os
import socket
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

_FOLDER = "workers"
# A sign this old is of a worker that is gone for good.
_FORGOTTEN_SECONDS = 7 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Beat:
    """One worker's last sign of life."""

    at: datetime
    host: str
    pid: int


def beat(data_dir: Path, *, now: datetime) -> None:
    """Leave a sign of life of this process; also sweeps away very old ones."""
    folder = data_dir / _FOLDER
    folder.mkdir(exist_ok=True)
    host, pid = socket.gethostname(), os.getpid()
    own = folder / f"{host}-{pid}.json"
    beside = own.with_suffix(".new")
    beside.write_text(json.dumps({"at": now.isoformat(), "host": host, "pid": pid}))
    os.replace(beside, own)
    for each in beats(data_dir):
        if (now - each.at).total_seconds() > _FORGOTTEN_SECONDS:
            (folder / f"{each.host}-{each.pid}.json").unlink(missing_ok=True)


def end(data_dir: Path) -> None:
    """This process stops on purpose, and nobody should wait for it."""
    with suppress(OSError):
        (data_dir / _FOLDER / f"{socket.gethostname()}-{os.getpid()}.json").unlink()


def beats(data_dir: Path) -> list[Beat]:
    """The signs of life of all workers that share the data folder, the newest first."""
    found = []
    for file in (data_dir / _FOLDER).glob("*.json"):
        # One that is half written or just swept away says nothing.
        with suppress(OSError, ValueError, KeyError, TypeError):
            said = json.loads(file.read_text())
            found.append(Beat(datetime.fromisoformat(said["at"]), said["host"], int(said["pid"])))
    return sorted(found, key=lambda each: each.at, reverse=True)
