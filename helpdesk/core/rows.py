"""Writes new rows past the flush: for the few that every mail brings, where a flush is dear."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar, cast

from sqlalchemy import Executable, Insert, Table, event
from sqlalchemy import insert as insert_into
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import (
    Mapper,
    RelationshipDirection,
    Session,
    class_mapper,
    make_transient_to_detached,
)
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.sql.dml import ReturningInsert

from helpdesk.core.db import Base, db, forget_answers, on_postgresql

Row = TypeVar("Row", bound=Base)

_WRITTEN = "rows written in this transaction"
_REST = "statements for the end of this transaction"


@dataclass(frozen=True, slots=True)
class _Shape:
    """Of a table: its columns by attribute, and how the keys of its neighbours are copied."""

    statement: Insert
    key: str
    columns: tuple[str, ...]
    # Relationship, and (the key's attribute on the one that has it, on the one that names it).
    parents: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    children: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


def insert(row: Row) -> Row:
    """Write a new row with what stands in its collections, and let the session know it as written.

    For an object that the session does not have yet, with one column as its key, which the database
    gives; attributes are named like their columns. Whatever it names has to be written before. A
    flush does the same in more than twice the processor time, since it first finds out what is new
    and in which order. IntegrityError as from a flush.
    """
    shape = _shape(type(row))
    given = row.__dict__
    for name, keys in shape.parents:
        if (parent := given.get(name)) is not None:
            given.update({ours: getattr(parent, theirs) for theirs, ours in keys})
    children = [(name, keys, given.pop(name)) for name, keys in shape.children if given.get(name)]
    values = {name: given[name] for name in shape.columns if name in given}
    result = db.session.connection().execute(shape.statement, values)
    # With the defaults of columns that nobody named.
    written = cast("dict[str, Any]", result.last_inserted_params())
    (written[shape.key],) = result.inserted_primary_key or (None,)
    given.update({name: written.get(name) for name in shape.columns})
    make_transient_to_detached(row)
    session = db.session()
    session.add(row)
    session.info.setdefault(_WRITTEN, []).append(row)
    for name, keys, rows in children:
        for child in rows:
            for ours, theirs in keys:
                setattr(child, theirs, getattr(row, ours))
            insert(child)
        set_committed_value(row, name, rows)
    forget_answers(type(row))
    return row


def unless_known(kind: type[Base]) -> Insert:
    """An INSERT that does nothing for a row that is there already; made only once."""
    return _unless_known(kind, on_postgresql())


def write_unless_known(kind: type[Base], values: Mapping[str, Any]) -> bool:
    """Write one row at once, unless it is there already; whether it was written."""
    # What was written is asked for: a driver's count of rows may be -1 for "not known".
    statement = _telling_unless_known(kind, on_postgresql())
    return db.session.connection().execute(statement, values).first() is not None


@cache
def _telling_unless_known(kind: type[Base], postgresql: bool) -> ReturningInsert[Any]:
    return _unless_known(kind, postgresql).returning(*cast("Table", kind.__table__).primary_key)


@cache
def _unless_known(kind: type[Base], postgresql: bool) -> Insert:
    # Both databases know ON CONFLICT, but SQLAlchemy has a word of its own for each.
    dialect_insert = postgresql_insert if postgresql else sqlite_insert
    return dialect_insert(cast("Table", kind.__table__)).on_conflict_do_nothing()


def at_the_end(statement: Executable, **values: Any) -> None:
    """Carry out a statement before the commit, together with all that are the very same.

    For rows that nobody asks the database about before; what they name has to be written.
    """
    session = db.session()
    # Begins the transaction, if nothing did: only what was begun is known to have been rolled back.
    session.connection()
    session.info.setdefault(_REST, {}).setdefault(statement, []).append(values)


@event.listens_for(Session, "before_commit")
def _write_the_rest(session: Session) -> None:
    for statement, many in session.info.pop(_REST, {}).items():
        session.connection().execute(statement, many)


@event.listens_for(Session, "after_commit")
def _are_there(session: Session) -> None:
    session.info.pop(_WRITTEN, None)


@event.listens_for(Session, "after_rollback")
def _were_never_there(session: Session) -> None:
    session.info.pop(_REST, None)
    # The session knows only of rows that it has written itself that they are gone.
    for row in session.info.pop(_WRITTEN, ()):
        if row in session:
            session.expunge(row)


@cache
def _shape(kind: type[Base]) -> _Shape:
    mapper: Mapper[Any] = class_mapper(kind)
    pairs = {
        (relation.key, relation.direction): tuple(
            (str(local.key), str(remote.key))
            if relation.direction is RelationshipDirection.ONETOMANY
            else (str(remote.key), str(local.key))
            for local, remote in relation.local_remote_pairs or ()
        )
        for relation in mapper.relationships
    }
    return _Shape(
        statement=insert_into(cast("Table", kind.__table__)),
        key=str(mapper.primary_key[0].key),
        columns=tuple(attribute.key for attribute in mapper.column_attrs),
        parents=tuple(
            (name, keys)
            for (name, direction), keys in pairs.items()
            if direction is RelationshipDirection.MANYTOONE
        ),
        children=tuple(
            (name, keys)
            for (name, direction), keys in pairs.items()
            if direction is RelationshipDirection.ONETOMANY
        ),
    )
