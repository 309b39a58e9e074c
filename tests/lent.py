"""What tests lend each other, since making it anew for each takes more time than the test itself.

One engine for each kind of database, whose connections go to the database of the test that is
running: statements are put together once and not once a test. And routes that put the address of
their page together only when somebody asks for it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import event, make_url
from sqlalchemy.engine import Dialect, Engine
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry
from werkzeug.routing import Rule

from helpdesk.core.db import db

_engines: dict[str, Engine] = {}
_addresses: dict[str, str] = {}


class LateRule(Rule):
    """A route of which each test makes its own and hardly any test asks for the address."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        made: list[Callable[..., tuple[str, str]]] = []
        make = super()._compile_builder

        def build(rule: Rule, **values: Any) -> tuple[str, str]:
            if not made:
                made.append(make(append_unknown))
            return made[0](rule, **values)

        return build


def lend_engine(app: Flask) -> None:
    """Let an application that has asked nothing yet use the engine of all tests."""
    with app.app_context():
        own = db.engine
        kind = own.dialect.name
        _addresses[kind] = app.config["SQLALCHEMY_DATABASE_URI"]
        if kind not in _engines:
            _engines[kind] = own
            event.listen(own, "do_connect", _connect)
            event.listen(own, "checkout", _refuse_that_of_another_test)
        db.engines[None] = _engines[kind]


def _connect(
    dialect: Dialect, record: ConnectionPoolEntry, _args: object, options: dict[str, Any]
) -> Any:
    record.info["address"] = _addresses[dialect.name]
    arguments, names = dialect.create_connect_args(make_url(_addresses[dialect.name]))
    return dialect.connect(*arguments, **(options | names))


def _refuse_that_of_another_test(
    _connection: object, record: ConnectionPoolEntry, _proxy: object
) -> None:
    # A thread that outlives its test may give one back when the next has begun; the pool then
    # makes another.
    if record.info.get("address") not in _addresses.values():
        raise DisconnectionError("It leads to the database of another test.")
