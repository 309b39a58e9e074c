"""A browser without JavaScript: the application's test client, signed in as somebody."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from helpdesk.core.db import db
from helpdesk.domain.accounts.models import Person

SignIn = Callable[[int], FlaskClient]


@pytest.fixture
def sign_in(app: Flask) -> SignIn:
    """`sign_in(person_id)` gives a client that carries that person's session (without CSRF tokens)."""

    def as_person(person_id: int) -> FlaskClient:
        app.config["WTF_CSRF_ENABLED"] = False
        client = app.test_client()
        with app.app_context():
            identity = db.session.get_one(Person, person_id).fs_uniquifier
        with client.session_transaction() as session:
            session["_user_id"] = identity
            session["_fresh"] = True
            session["fs_cc"] = "set"
            session["identity.id"] = identity
        return client

    return as_person
