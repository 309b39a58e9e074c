"""What went wrong, told to the person in front of it: what happened, what was kept, what to do."""

from __future__ import annotations

import structlog
from flask import Flask, Response, current_app, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from helpdesk.core.config import Settings
from helpdesk.core.db import db
from helpdesk.core.errors import Forbidden, Invalid, NotFound, Refused

log = structlog.get_logger(__name__)

# The pages that have words of their own; any other status gets its nearest.
_PAGES = {400, 403, 404, 405, 413, 429, 500, 503}


def register(app: Flask) -> None:
    """Let every error end in a page."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, lambda error: _page(400, reason="csrf"))
    app.register_error_handler(NotFound, lambda error: _page(404))
    app.register_error_handler(Forbidden, lambda error: _page(403))
    app.register_error_handler(Refused, lambda error: _page(400, error_text=str(error)))
    app.register_error_handler(Invalid, lambda error: _page(400, error_text=str(error)))
    app.register_error_handler(OperationalError, _database)
    app.register_error_handler(Exception, _unexpected)


def _http(error: HTTPException) -> Response:
    if error.response is not None:
        return make_response(error.response)
    return _page(error.code or 500)


def _database(error: OperationalError) -> Response:
    log.error("database away", path=request.path, error=str(error.orig))
    return _page(503)


def _unexpected(error: Exception) -> Response:
    if current_app.testing and current_app.config.get("PROPAGATE_EXCEPTIONS"):
        raise error
    log.exception("unexpected error", path=request.path)
    return _page(500)


def _page(status: int, **words: str) -> Response:
    # A failed transaction must not spoil the page that tells of it.
    db.session.rollback()
    settings: Settings = current_app.extensions["helpdesk_settings"]
    page = status if status in _PAGES else (400 if status < 500 else 500)
    body = render_template(
        f"errors/{page}.html", limit_mb=settings.max_upload_mb, status=status, **words
    )
    return make_response(body, status)
