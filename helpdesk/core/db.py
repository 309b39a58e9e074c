"""The database: one handle, one way to commit, and what SQLite and PostgreSQL do differently."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, TypeVar

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, MetaData, event
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

# A write waits this long for another one before it gives up; far above the
# length of any transaction of ours.
BUSY_TIMEOUT_MS = 30_000

R = TypeVar("R")

_writing: ContextVar[bool] = ContextVar("writing", default=False)
_durable: ContextVar[bool] = ContextVar("durable", default=True)
_open: ContextVar[bool] = ContextVar("open", default=False)

# Whoever waits for SQLite's write lock sleeps, and looks again; threads of one process can do
# better than that and hand their turn on at once.
_turn = threading.Lock()

_ANSWERS = "answers of this unit of work"


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
def unit_of_work(*, durable: bool = True) -> Iterator[Session]:
    """One transaction, committed at the end or rolled back whole; only doors open it.

    What was read before it is read anew inside it, so that a write never rests on old rows.
    `durable` False where what is lost when the machine loses its power is done again by itself:
    then the commit does not wait for the disk. A process that dies loses nothing either way.
    """
    session = db.session()
    if _open.get():
        raise RuntimeError("a unit of work is already open; verbs must not open one")
    # A connection that died since the last question says so here, and then nothing is open yet.
    session.rollback()
    token = _open.set(True)
    session.info[_ANSWERS] = {}
    try:
        with nullcontext() if on_postgresql() else _turn, write_from_the_start(durable):
            yield session
            session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        del session.info[_ANSWERS]
        _open.reset(token)


def asked_once(kind: type[Base]) -> Callable[[Callable[[], R]], Callable[[], R]]:
    """Let a question be asked once in a unit of work, until it writes a row of `kind` itself.

    For what each of many mails asks, and what rarely changes. Outside of a unit of work, and from
    one to the next, nothing is remembered.
    """

    def remembering(question: Callable[[], R]) -> Callable[[], R]:
        @functools.wraps(question)
        def ask() -> R:
            known = answers_about(kind, dict[Callable[[], R], R])
            if question not in known:
                known[question] = question()
            return known[question]

        return ask

    return remembering


def answers_about(kind: type[Base], empty: Callable[[], R]) -> R:
    """What this unit of work has found out about rows of a kind; something `empty` outside."""
    answers = db.session().info.get(_ANSWERS)
    if answers is None:
        return empty()
    found: R = answers.setdefault(kind, empty())
    return found


def forget_answers(*kinds: type[Base]) -> None:
    """Rows of these kinds were written: what was asked about them in this unit is asked anew."""
    answers = db.session().info.get(_ANSWERS)
    if answers:
        for kind in kinds:
            answers.pop(kind, None)


@event.listens_for(Session, "after_flush")
def _forget_answers(session: Session, _context: Any) -> None:
    if session.info.get(_ANSWERS):
        forget_answers(*map(type, (*session.new, *session.dirty, *session.deleted)))


@contextmanager
def write_from_the_start(durable: bool = True) -> Iterator[None]:
    """Transactions begun in this block take SQLite's write lock at once, not too late.

    Their commits do not wait for the disk where `durable` is False.
    """
    tokens = _writing.set(True), _durable.set(durable)
    try:
        yield
    finally:
        _writing.reset(tokens[0])
        _durable.reset(tokens[1])


def like_literal(words: str) -> str:
    """Words as a part of a LIKE pattern with `escape` a backslash: no sign in them means more."""
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


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
        # 16 MB instead of 4: the indexes of a large helpdesk are written to all over, and a page
        # that is written to often is copied home less often.
        "wal_autocheckpoint=4000",
    ):
        connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    durable = _durable.get()
    if connection.dialect.name != "sqlite":
        if not durable:
            connection.exec_driver_sql("SET LOCAL synchronous_commit TO off")
        return
    # Not within a transaction, and it stays until it is changed (sqlite.org/pragma.html).
    if connection.info.get("durable", True) is not durable:
        connection.exec_driver_sql(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
        connection.info["durable"] = durable
    connection.exec_driver_sql("BEGIN IMMEDIATE" if _writing.get() else "BEGIN")
