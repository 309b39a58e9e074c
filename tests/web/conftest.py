"""A browser without JavaScript: the application's test client, signed in as somebody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from helpdesk.core.db import db
from helpdesk.domain.accounts.models import Person

SignIn = Callable[[int], FlaskClient]


class Browser(FlaskClient):
    """Asks as from outside, also when the test itself has a context open.

    Otherwise the request would share it, and with it who was signed in and which language was
    spoken in the request before.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """One request in a context of its own."""
        with self.application.app_context():
            return super().open(*args, **kwargs)


@pytest.fixture
def sign_in(app: Flask) -> SignIn:
    """`sign_in(person_id)` gives a client with that person's session (without CSRF tokens)."""

    def as_person(person_id: int) -> FlaskClient:
        app.config["WTF_CSRF_ENABLED"] = False
        client = Browser(app, app.response_class, use_cookies=True)
        with app.app_context():
            identity = db.session.get_one(Person, person_id).fs_uniquifier
        with client.session_transaction() as session:
            session["_user_id"] = identity
            session["_fresh"] = True
            session["fs_cc"] = "set"
            session["identity.id"] = identity
        return client

    return as_person
