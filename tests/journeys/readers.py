"""Somebody who is signed in to a running installation, without the way through its pages."""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Flask, session
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import generate_csrf


@dataclass(frozen=True, slots=True)
class Reader:
    """The cookie that signing in gives, and the token of forms that belongs to it."""

    cookie: str
    token: str

    def sign(self, connection: http.client.HTTPConnection, number: int, **said: str) -> None:
        """Ask as an open ticket page does it; the answer is the caller's to read."""
        connection.request(
            "POST",
            f"/desk/tickets/{number}/together",
            urlencode({"csrf_token": self.token, "mark": "", "seen": "1", **said}),
            {
                "Cookie": self.cookie,
                "Content-Type": "application/x-www-form-urlencoded",
                "Accept": "application/json",
            },
        )


def signed_in(app: Flask, identity: str) -> Reader:
    """The reader with that `Person.fs_uniquifier`; not inside of a context of the application.

    So many sign-ins at once as a trial needs would meet their limit.
    """
    with app.test_request_context():
        token = generate_csrf()
        known = {"_user_id": identity, "identity.id": identity, "_fresh": True, "fs_cc": "set"}
        serializer = SecureCookieSessionInterface().get_signing_serializer(app)
        assert serializer is not None
        return Reader(f"session={serializer.dumps(dict(session) | known)}", token)
