"""Gives each static file an address that changes with its content, so that browsers may keep it."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any

from flask import Flask, Response, request
from werkzeug.security import safe_join

from helpdesk.core import assets

ONE_YEAR_SECONDS = 365 * 24 * 60 * 60


def register(app: Flask) -> None:
    """Add the version to addresses of static files, and let versioned ones be kept."""
    app.url_defaults(_add_version)
    app.after_request(_let_be_kept)


def _add_version(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == "static" and "filename" in values:
        values.setdefault("v", _version(values["filename"]))


@lru_cache(maxsize=500)
def _version(filename: str) -> str | None:
    path = safe_join(str(assets.STATIC), filename)
    try:
        with open(path or "", "rb") as file:
            return hashlib.sha256(file.read()).hexdigest()[:10]
    except OSError:
        return None


def _let_be_kept(response: Response) -> Response:
    if request.endpoint == "static" and request.args.get("v") and response.status_code == 200:
        response.cache_control.no_cache = None
        response.cache_control.public = True
        response.cache_control.max_age = ONE_YEAR_SECONDS
        response.cache_control.immutable = True
    return response
