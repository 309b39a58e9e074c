"""The floor: what any program must do that understands a mail and keeps three rows of it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Sequence
from email import message_from_bytes
from email.policy import compat32
from pathlib import Path

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


def on_sqlite(mails: Sequence[bytes], folder: Path) -> float:
    """Mails per second with SQLite: WAL, synchronous=FULL, one transaction a mail."""
    connection = sqlite3.connect(folder / "floor.sqlite3", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    for table in _TABLES:
        connection.execute(table.format(serial="INTEGER PRIMARY KEY"))

    def write(rows: Sequence[tuple[str, tuple[object, ...]]]) -> None:
        connection.execute("BEGIN IMMEDIATE")
        for statement, values in rows:
            connection.execute(statement, values)
        connection.execute("COMMIT")

    try:
        return _rate(mails, write, place="?")
    finally:
        connection.close()


def on_postgresql(mails: Sequence[bytes], url: str) -> float:
    """Mails per second with PostgreSQL, one transaction a mail; the server must sync."""
    with psycopg.connect(url) as connection:
        for table in _TABLES:
            connection.execute(table.format(serial="SERIAL PRIMARY KEY"))  # type: ignore[arg-type]
        connection.commit()

        def write(rows: Sequence[tuple[str, tuple[object, ...]]]) -> None:
            for statement, values in rows:
                connection.execute(statement, values)  # type: ignore[arg-type]
            connection.commit()

        return _rate(mails, write, place="%s")


def _rate(
    mails: Sequence[bytes],
    write: Callable[[Sequence[tuple[str, tuple[object, ...]]]], None],
    *,
    place: str,
) -> float:
    statements = [row.format(p=place) for row in _ROWS]
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
        write(list(zip(statements, values, strict=True)))
    return len(mails) / (time.perf_counter() - began)
