"""Words that were written down before anybody read them are shown in the reader's language."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_babel import force_locale

from helpdesk.core.said import said

pytestmark = pytest.mark.one_database


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("It was marked as spam", "Det var märkt som skräppost"),
        # Marked words before the colon, and somebody else's after it.
        ("Set aside: HTTP 400: It was marked as spam", "Lagt åt sidan: HTTP 400: It was marked as"),
        ("550 5.1.1: no such user", "550 5.1.1: no such user"),
        (": nothing before it", ": nothing before it"),
        ("", ""),
        (None, ""),
    ],
)
def test_what_is_ours_is_translated_and_what_others_said_is_not(
    app: Flask, written: str | None, shown: str
) -> None:
    with app.test_request_context(), force_locale("sv"):
        assert said(written).startswith(shown)
        assert bool(said(written)) == bool(shown)
