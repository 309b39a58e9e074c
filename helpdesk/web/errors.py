"""What went wrong, told to the person in front of it: what happened, what was kept, what to do."""

from __future__ import annotations

import contextlib

import structlog
from flask import Flask, Response, current_app, g, make_response, render_template, request
from flask_babel import gettext
from flask_security.core import AnonymousUser
from flask_wtf.csrf import CSRFError
from markupsafe import escape
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import HTTPException

from helpdesk.core.config import Settings
from helpdesk.core.db import db
from helpdesk.core.errors import Forbidden, HelpdeskError, Invalid, NotFound, Outdated, Refused

log = structlog.get_logger(__name__)

# The pages that have words of their own; any other status gets its nearest.
_PAGES = {400, 401, 403, 404, 405, 409, 413, 429, 500, 503}
# RFC 9110 section 15.5.6 wants Allow with 405; the others say when and how to try again.
_HEADERS = ("Allow", "Retry-After", "WWW-Authenticate")
# What is shorter than a few words is typed again faster than it is copied.
_WORTH_KEEPING = 20
_LONGEST_KEPT = 100_000


def register(app: Flask) -> None:
    """Let every error end in a page."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, lambda error: _page(400, reason="csrf"))
    app.register_error_handler(NotFound, lambda error: _page(404))
    app.register_error_handler(Forbidden, lambda error: _page(403))
    app.register_error_handler(Outdated, lambda error: _page(409))
    for told in (Refused, Invalid):
        app.register_error_handler(told, _told)
    for away in (OperationalError, InterfaceError, PoolTimeoutError):
        app.register_error_handler(away, _database)
    app.register_error_handler(Exception, _unexpected)


def kept_words() -> list[str]:
    """The words of the form that came, for a page that cannot take them: they can be copied.

    Only from a form of our own: nobody else may have their words shown under our name.
    """
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return []
    try:
        fields = request.form.items(multi=True)
    except HTTPException:
        # Too large to be read, or no form at all.
        return []
    return [
        words[:_LONGEST_KEPT]
        for name, words in fields
        if "password" not in name
        and len(words.strip()) >= _WORTH_KEEPING
        and len(words.split()) > 2
    ]


def _told(error: HelpdeskError) -> Response:
    return _page(400, error_text=gettext(error.words, **error.facts))


def _http(error: HTTPException) -> Response:
    if error.response is not None:
        return make_response(error.response)
    response = _page(error.code or 500)
    if error.code == 429:
        response.headers["Retry-After"] = "60"
    for name, value in error.get_headers(request.environ):
        if name in _HEADERS:
            response.headers[name] = value
    return response


def _database(error: SQLAlchemyError) -> Response:
    log.error("database away", path=request.path, error=str(getattr(error, "orig", error)))
    # The page must not ask the database who is reading it.
    g._login_user = AnonymousUser()
    response = _page(503)
    response.headers["Retry-After"] = "30"
    return response


def _unexpected(error: Exception) -> Response:
    if current_app.testing and current_app.config.get("PROPAGATE_EXCEPTIONS"):
        raise error
    log.exception("unexpected error", path=request.path)
    return _page(500)


def _page(status: int, **words: str) -> Response:
    # A failed transaction must not spoil the page that tells of it.
    with contextlib.suppress(SQLAlchemyError):
        db.session.rollback()
    settings: Settings = current_app.extensions["helpdesk_settings"]
    page = status if status in _PAGES else (400 if status < 500 else 500)
    values = {
        "limit_mb": settings.max_upload_mb,
        "status": status,
        "kept_words": kept_words() if request.method == "POST" else [],
        **words,
    }
    return make_response(_body(f"errors/{page}.html", values, status), status)


def _body(template: str, values: dict[str, object], status: int) -> str:
    try:
        try:
            return render_template(template, **values)
        except SQLAlchemyError:
            # The frame asks who is reading; without the database that is nobody.
            g._login_user = AnonymousUser()
            return render_template(template, **values)
    except Exception:
        # Fewer words are better than none.
        log.exception("error page failed", path=request.path, status=status)
        return _bare(status)


def _bare(status: int) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Error {escape(status)}</title></head><body><h1>Something went wrong with us</h1>"
        "<p>Nothing that had been saved is lost. Try again in a few minutes.</p></body></html>"
    )
