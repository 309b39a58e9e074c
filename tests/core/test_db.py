"""Units of work: who waits for whom, for the disk or not, and what is remembered meanwhile."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select, text
from sqlalchemy.exc import OperationalError

from helpdesk.core.db import asked_once, db, on_postgresql, unit_of_work
from helpdesk.domain.services.models import NodeKind, Service

_asked: list[str] = []


@asked_once(Service)
def names() -> list[str]:
    """A question that says when it is really asked."""
    _asked.append("names")
    return list(db.session.scalars(select(Service.name_en).order_by(Service.id)))


@pytest.fixture(autouse=True)
def _nothing_asked(context: Flask) -> None:
    _asked.clear()


def service(key: str) -> Service:
    return Service(key=key, name_en=key, name_sv=key, kind=NodeKind.SERVICE.value)


def how_commits_wait() -> str:
    """What the database says of the commit of the transaction that is open."""
    asked = "SHOW synchronous_commit" if on_postgresql() else "PRAGMA synchronous"
    return str(db.session.scalar(text(asked)))


def test_a_unit_of_work_waits_for_the_disk_unless_it_says_otherwise(context: Flask) -> None:
    waits, does_not = ("on", "off") if on_postgresql() else ("2", "1")
    found = []
    for durable in (True, False, True):
        with unit_of_work(durable=durable):
            found.append(how_commits_wait())
    assert found == [waits, does_not, waits]


def test_what_is_not_waited_for_is_committed_all_the_same(context: Flask) -> None:
    with unit_of_work(durable=False):
        db.session.add(service("email"))
    with db.engine.connect() as elsewhere:
        assert elsewhere.scalar(select(Service.key)) == "email"


def test_a_connection_that_died_meanwhile_costs_one_unit_of_work_and_not_all(
    context: Flask,
) -> None:
    if not on_postgresql():
        pytest.skip("SQLite has no connection that could die")
    mine = db.session.scalar(text("SELECT pg_backend_pid()"))
    with db.engine.connect() as elsewhere:
        elsewhere.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": mine})
    with pytest.raises(OperationalError), unit_of_work():
        pass
    with unit_of_work() as session:
        session.add(service("email"))
    assert names() == ["email"]


def test_a_question_is_asked_once_in_a_unit_of_work(context: Flask) -> None:
    with unit_of_work():
        assert names() == names() == []
    assert len(_asked) == 1
    with unit_of_work():
        names()
    assert len(_asked) == 2
    names()
    names()
    assert len(_asked) == 4, "outside, nothing is remembered"


def test_an_answer_is_forgotten_when_its_rows_change(context: Flask) -> None:
    with unit_of_work() as session:
        assert names() == []
        session.add(service("email"))
        session.flush()
        assert names() == ["email"]
        session.scalars(select(Service)).one().name_en = "mail"
        session.flush()
        assert names() == ["mail"]


def test_threads_of_a_process_take_turns_at_writing(app: Flask, context: Flask) -> None:
    if on_postgresql():
        pytest.skip("PostgreSQL lets several write at once")
    done: list[int] = []

    def impatient(connection: Any, *_: object) -> None:
        # Whoever comes to a locked database fails at once, instead of sleeping and looking again.
        connection.execute("PRAGMA busy_timeout=0")

    def write(number: int) -> None:
        with app.app_context():
            for turn in range(5):
                with unit_of_work() as session:
                    session.add(service(f"s{number}.{turn}"))
                    session.flush()
                    time.sleep(0.01)
            db.session.remove()
        done.append(number)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    event.listen(db.engine, "checkout", impatient)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        event.remove(db.engine, "checkout", impatient)
        # No other test is to get a connection that is impatient.
        db.session.remove()
        db.engine.dispose()
    assert sorted(done) == [0, 1, 2, 3]
    assert len(names()) == 20
