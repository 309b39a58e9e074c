"""Rows written past the flush: the session and the database know of them what a flush would say."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from helpdesk.core.db import asked_once, db, unit_of_work
from helpdesk.core.rows import at_the_end, insert, unless_known, write_unless_known
from helpdesk.domain.accounts.models import Address, Person
from helpdesk.domain.services.models import NodeKind, Service

pytestmark = pytest.mark.usefixtures("context")

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def person(address: str) -> Person:
    return Person(
        email=address,
        created_at=NOW,
        addresses=[Address(address=address)],
        roles=[],
        memberships=[],
    )


def service(key: str) -> dict[str, object]:
    return {"key": key, "name_en": key, "name_sv": key, "kind": NodeKind.SERVICE.value}


def how_many(kind: type[Person | Address | Service]) -> int:
    return db.session.scalar(select(func.count()).select_from(kind)) or 0


def test_a_row_has_its_key_its_defaults_and_its_children_at_once() -> None:
    with unit_of_work():
        eva = insert(person("eva@example.org"))
        (address,) = eva.addresses
        assert eva.id
        assert address.person_id == eva.id
        assert eva.active is True
        assert eva.name == ""
        assert eva.password is None
        assert len(eva.fs_uniquifier) == 64
        assert not db.session.new
        assert not db.session.dirty
        key, uniquifier = eva.id, eva.fs_uniquifier
    db.session.expire_all()
    found = db.session.get_one(Person, key)
    assert (found.email, found.created_at, found.fs_uniquifier) == (
        "eva@example.org",
        NOW,
        uniquifier,
    )
    assert [each.address for each in found.addresses] == ["eva@example.org"]


def test_what_is_changed_afterwards_is_written_like_any_change() -> None:
    with unit_of_work():
        eva = insert(person("eva@example.org"))
        eva.name = "Eva"
    db.session.expire_all()
    assert db.session.scalar(select(Person.name)) == "Eva"


def test_a_row_of_a_unit_of_work_that_failed_is_nowhere() -> None:
    kept = []
    with suppress(ZeroDivisionError), unit_of_work():
        kept.append(insert(person("eva@example.org")))
        raise ZeroDivisionError
    assert how_many(Person) == how_many(Address) == 0
    assert kept[0] not in db.session
    # The number may be given again, and then is another's.
    with unit_of_work():
        oskar = insert(person("oskar@example.org"))
        assert db.session.get(Person, oskar.id) is oskar


def test_a_row_that_is_there_already_is_refused_as_by_a_flush() -> None:
    with unit_of_work():
        insert(person("eva@example.org"))
    with pytest.raises(IntegrityError), unit_of_work():
        insert(person("eva@example.org"))
    assert how_many(Person) == 1


def test_what_is_left_for_the_end_is_there_after_the_commit_and_once() -> None:
    with unit_of_work():
        for key in ("email", "printing", "email"):
            at_the_end(unless_known(Service), **service(key))
        assert how_many(Service) == 0
    assert sorted(db.session.scalars(select(Service.key))) == ["email", "printing"]
    db.session.rollback()
    with unit_of_work():
        pass
    assert how_many(Service) == 2


def test_of_a_row_that_may_be_there_already_it_is_known_whether_it_was_written() -> None:
    with unit_of_work():
        assert write_unless_known(Service, service("email"))
        assert not write_unless_known(Service, service("email"))
        assert write_unless_known(Service, service("printing"))
    assert how_many(Service) == 2


def test_what_was_left_for_an_end_that_never_came_is_not_written_with_the_next() -> None:
    with suppress(ZeroDivisionError), unit_of_work():
        at_the_end(unless_known(Service), **service("email"))
        raise ZeroDivisionError
    with unit_of_work():
        at_the_end(unless_known(Service), **service("printing"))
    assert list(db.session.scalars(select(Service.key))) == ["printing"]


def test_an_answer_is_forgotten_when_such_a_row_was_written() -> None:
    @asked_once(Person)
    def people() -> int:
        return how_many(Person)

    with unit_of_work():
        assert people() == 0
        insert(person("eva@example.org"))
        assert people() == 1
