"""Gives each static file an address that changes with its content, so that browsers may keep it."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

import flask_bootstrap
from flask import Flask, Response, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from werkzeug.security import safe_join

from helpdesk.core import assets

# Ours, and those of the package that Bootstrap comes in.
FOLDERS = {
    "static": str(assets.STATIC),
    "bootstrap.static": str(Path(flask_bootstrap.__file__).parent / "static" / "bootstrap5"),
}
ONE_YEAR_SECONDS = 365 * 24 * 60 * 60


class _Sessions(SecureCookieSessionInterface):
    """A static file is the same for everybody; "Vary: Cookie" would have browsers ask again."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Leave static files as they are."""
        if request.endpoint not in FOLDERS:
            super().save_session(app, session, response)


def register(app: Flask) -> None:
    """Add the version to addresses of static files, and let versioned ones be kept."""
    app.session_interface = _Sessions()
    app.url_defaults(_add_version)
    app.after_request(_let_be_kept)


def _add_version(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint in FOLDERS and "filename" in values:
        values.setdefault("v", _version(endpoint, values["filename"]))


def content_of(endpoint: str, filename: str) -> bytes | None:
    """What is in a static file; None for one that is not there."""
    path = safe_join(FOLDERS[endpoint], filename)
    try:
        with open(path or "", "rb") as file:
            return file.read()
    except OSError:
        return None


@lru_cache(maxsize=500)
def _version(endpoint: str, filename: str) -> str | None:
    data = content_of(endpoint, filename)
    return hashlib.sha256(data).hexdigest()[:10] if data is not None else None


def _let_be_kept(response: Response) -> Response:
    if request.endpoint in FOLDERS and request.args.get("v") and response.status_code == 200:
        response.cache_control.no_cache = None
        response.cache_control.public = True
        response.cache_control.max_age = ONE_YEAR_SECONDS
        response.cache_control.immutable = True
    return response
