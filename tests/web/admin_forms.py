"""Fills the forms of administration as a browser would: what the page holds, with some changes."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


class _Fields(HTMLParser):
    """The named fields of the forms on a page and what they would send."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, list[str]] = {}
        self._select = ""
        self._area = ""
        self._chosen = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "input" and name:
            ticks = given.get("type") in ("checkbox", "radio")
            if not ticks or "checked" in given:
                self.values.setdefault(name, []).append(given.get("value") or "")
        elif tag == "textarea":
            self._area = name
            self.values[name] = [""]
        elif tag == "select":
            self._select, self._chosen = name, False
        elif tag == "option" and self._select and ("selected" in given or not self._chosen):
            if "selected" in given or self._select not in self.values:
                self.values[self._select] = [given.get("value") or ""]
            self._chosen = self._chosen or "selected" in given

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        if tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            # A browser leaves out the first line break.
            self.values[self._area] = [data.removeprefix("\r\n").removeprefix("\n")]


def fields_of(text: str) -> dict[str, Any]:
    """What the forms of a page would send."""
    parser = _Fields()
    parser.feed(text)
    return dict(parser.values)


def send(client: FlaskClient, path: str, **changes: Any) -> TestResponse:
    """Open a page, change some fields (None leaves one out), send it, follow where it leads."""
    shown = client.get(path)
    assert shown.status_code == 200, path
    values = fields_of(shown.text) | changes
    values = {name: value for name, value in values.items() if value is not None}
    return client.post(path, data=values, follow_redirects=True)
