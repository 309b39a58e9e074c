"""The floor: what any program must do that understands a mail and keeps three rows of it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from email import message_from_bytes
from email.policy import compat32
from typing import Any

import psycopg

_TABLES = (
    "CREATE TABLE mails (id {serial}, message_id TEXT, size INTEGER)",
    "CREATE TABLE messages (id {serial}, mail_id INTEGER, words TEXT)",
    "CREATE TABLE outbox (id {serial}, mail_id INTEGER, recipient TEXT)",
)
_ROWS = (
    "INSERT INTO mails (message_id, size) VALUES ({p}, {p})",
    "INSERT INTO messages (mail_id, words) VALUES ({p}, {p})",
    "INSERT INTO outbox (mail_id, recipient) VALUES ({p}, {p})",
)


Rows = Sequence[tuple[str, tuple[object, ...]]]


class Floor:
    """A database with the three tables; `take` is mails per second, one transaction a mail."""

    def __init__(self, url: str) -> None:
        self._on_postgresql = url.startswith("postgresql")
        self._connection = _postgresql(url) if self._on_postgresql else _sqlite(url)
        for table in _TABLES:
            serial = "SERIAL PRIMARY KEY" if self._on_postgresql else "INTEGER PRIMARY KEY"
            self._connection.execute(table.format(serial=serial))
        if self._on_postgresql:
            self._connection.commit()
        place = "%s" if self._on_postgresql else "?"
        self._statements = [row.format(p=place) for row in _ROWS]

    def take(self, mails: Sequence[bytes]) -> float:
        """Understand and keep them; how many a second."""
        began = time.perf_counter()
        for number, raw in enumerate(mails):
            message = message_from_bytes(raw, policy=compat32)
            words = ""
            for part in message.walk():
                payload = part.get_payload(decode=True)
                if isinstance(payload, bytes) and part.get_content_type() == "text/plain":
                    words = payload.decode("utf-8", "replace")
            values = (
                (message["Message-ID"], len(raw)),
                (number, words),
                (number, str(message["From"])),
            )
            self._write(list(zip(self._statements, values, strict=True)))
        return len(mails) / (time.perf_counter() - began)

    def close(self) -> None:
        """Let go of the database."""
        self._connection.close()

    def _write(self, rows: Rows) -> None:
        if not self._on_postgresql:
            self._connection.execute("BEGIN IMMEDIATE")
        for statement, values in rows:
            self._connection.execute(statement, values)
        if self._on_postgresql:
            self._connection.commit()
        else:
            self._connection.execute("COMMIT")


def _sqlite(url: str) -> Any:
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    return connection


def _postgresql(url: str) -> Any:
    # Only a server that syncs gives a floor; see machine.syncing_cluster.
    return psycopg.connect(url)
