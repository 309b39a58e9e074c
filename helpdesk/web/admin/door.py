"""The blueprint of administration, and what is asked in an address."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, request

blueprint = Blueprint("admin", __name__, url_prefix="/admin")

# The largest id that a table can have; PostgreSQL refuses to look for a larger one.
_LARGEST_ID = 2**31 - 1
_LONGEST_SEARCH = 200


@blueprint.url_value_preprocessor
def _only_possible_ids(endpoint: str | None, values: dict[str, Any] | None) -> None:
    if any(isinstance(value, int) and value > _LARGEST_ID for value in (values or {}).values()):
        abort(404)


def words_asked() -> str:
    """What is searched for; PostgreSQL knows no NUL."""
    return request.args.get("q", "").replace("\x00", "").strip()[:_LONGEST_SEARCH]


def id_asked(name: str) -> int | None:
    """An id in the address's question; None for what cannot be one."""
    value = request.args.get(name, type=int)
    return value if value is not None and 0 <= value <= _LARGEST_ID else None
