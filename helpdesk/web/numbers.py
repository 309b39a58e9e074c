"""Numbers of rows in addresses: what no table can hold is nobody's number."""

from __future__ import annotations

from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

# The largest key of a row: both databases refuse a larger number with an error of their own.
LARGEST = 2**31 - 1


class RowNumber(IntegerConverter):
    """`<int:…>` in an address; a number that no row has is not found."""

    def __init__(self, map: Map, **options: Any) -> None:  # noqa: A002 (the name is werkzeug's)
        options.setdefault("max", LARGEST)
        super().__init__(map, **options)


def register(app: Flask) -> None:
    """Let every `<int:…>` be the number of a row."""
    app.url_map.converters["int"] = RowNumber


def row_number(text: str | None) -> int | None:
    """The number that a query names; None when it is none that a row could have."""
    if not text or not text.isdecimal() or len(text) > len(str(LARGEST)):
        return None
    return number if (number := int(text)) <= LARGEST else None
