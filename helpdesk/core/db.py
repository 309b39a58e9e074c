"""The database: one handle, one way to commit, and what SQLite and PostgreSQL do differently."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, MetaData, event
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

# A write waits this long for another one before it gives up; far above the
# length of any transaction of ours.
BUSY_TIMEOUT_MS = 30_000

_writing: ContextVar[bool] = ContextVar("writing", default=False)
_open: ContextVar[bool] = ContextVar("open", default=False)


class Base(DeclarativeBase):
    """Every table; constraints have names, so that migrations can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base)


class Instant(TypeDecorator[datetime]):
    """An aware instant, stored in UTC; a naive datetime is refused on the way in."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware in, UTC stored."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC out, aware on both databases."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """One transaction, committed at the end or rolled back whole; only doors open it.

    What was read before it is read anew inside it, so that a write never rests on old rows.
    """
    session = db.session()
    if _open.get():
        raise RuntimeError("a unit of work is already open; verbs must not open one")
    token = _open.set(True)
    session.rollback()
    try:
        with write_from_the_start():
            yield session
            session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        _open.reset(token)


@contextmanager
def write_from_the_start() -> Iterator[None]:
    """Transactions begun in this block take SQLite's write lock at once, not too late."""
    token = _writing.set(True)
    try:
        yield
    finally:
        _writing.reset(token)


def on_postgresql() -> bool:
    """Whether the database is PostgreSQL; otherwise it is SQLite."""
    return db.engine.dialect.name == "postgresql"


def engine_options(url: str) -> dict[str, Any]:
    """Options for `create_engine` that suit the database behind `url`."""
    if url.startswith("sqlite"):
        return {"connect_args": {"timeout": BUSY_TIMEOUT_MS / 1000}}
    return {"pool_pre_ping": True, "pool_size": 10, "max_overflow": 10}


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, record: Any) -> None:
    if not type(connection).__module__.startswith("sqlite3"):
        return
    # The driver's own notion of transactions is switched off; ours are begun below.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "foreign_keys=ON",
        "cache_size=-32000",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _begin_on_sqlite(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if _writing.get() else "BEGIN")
