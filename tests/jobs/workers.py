"""Real workers in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from helpdesk.core.config import Settings, variable
from tests.conftest import SECRET

_PROGRAM = """
import sys
from helpdesk.application import create_app
from helpdesk.core.config import load_settings
from helpdesk.core.logs import configure_logs
from helpdesk.jobs.worker import run_worker
settings = load_settings(env_file=None)
configure_logs(log_format="text", level="INFO")
sys.exit(run_worker(settings, lambda: create_app(settings)))
"""


def environment(settings: Settings, **more: str) -> dict[str, str]:
    """The variables that give a process these settings; both doors are off unless named."""
    ours = {
        "data_dir": str(settings.data_dir),
        "secret_key": SECRET,
        "database_url": settings.database_url.get_secret_value(),
        "smtp_listen": "off",
        "lmtp_listen": "off",
    } | more
    inherited = {name: text for name, text in os.environ.items() if "HELPDESK_" not in name}
    return inherited | {variable(name): text for name, text in ours.items()}


@contextmanager
def worker(settings: Settings, log: Path, **more: str) -> Iterator[subprocess.Popen[bytes]]:
    """A worker at work; killed at the end if it still runs. What it says goes to `log`."""
    with log.open("ab") as file:
        process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM],
            env=environment(settings, **more),
            stdout=file,
            stderr=file,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_until(condition: Callable[[], bool], seconds: float = 90, *, log: Path) -> float:
    """How long it took until the condition held; AssertionError with the log when it never did."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > seconds:
            raise AssertionError(f"it did not happen; the worker said: {log.read_text()[-4000:]}")
        time.sleep(0.05)
    return time.monotonic() - began
