"""Who may come in by which door: one guard before every request, and what every answer carries."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import Flask, Response, abort, current_app, redirect, request, url_for
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_security import current_user
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response as BaseResponse

from helpdesk.core.config import Settings
from helpdesk.core.db import write_from_the_start
from helpdesk.domain.accounts.permissions import Action, may

View = TypeVar("View", bound=Callable[..., object])

# Everything else needs somebody who is signed in. Each of these proves what it must by itself:
# a password, a signed token, or that there is nothing to prove.
PUBLIC = frozenset(
    {
        "static",
        "bootstrap.static",
        "appearance.stylesheet",
        "appearance.logo",
        "health.alive",
        "health.ready",
        "language.choose",
        "portal.home",
        "portal.follow",
        "portal.follow_answer",
        "portal.follow_attachment",
        "portal.follow_message_html",
        "portal.follow_privacy",
        "portal.follow_news",
        "portal.renew_link",
        "security.login",
        "security.forgot_password",
        "security.reset_password",
        "signing_in.ask",
        "signing_in.link",
        "signing_in.oidc",
        "signing_in.oidc_back",
        "signing_in.oidc_sign_out",
    }
)

# Pages for everybody who is signed in, whatever their roles.
SIGNED_IN = frozenset({"security.logout", "security.change_password", "security.verify"})

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "frame-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    )
)

csrf = CSRFProtect()
# Counts in each process by itself: no other server is needed, and a limit that is a few times
# higher with more processes still stops a guesser.
limiter = Limiter(get_remote_address, storage_uri="memory://", strategy="fixed-window")

SIGN_IN_LIMIT = "20 per minute; 100 per hour"


def needs(action: Action) -> Callable[[View], View]:
    """Mark a view with the action that its caller must be allowed; the guard asks for it."""

    def mark(view: View) -> View:
        view.needs = action  # type: ignore[attr-defined]
        return view

    return mark


def protect(app: Flask, settings: Settings) -> None:
    """Put the guard before every request and the headers on every answer."""
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops
        )
    app.config.update(
        MAX_CONTENT_LENGTH=settings.max_upload_mb * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=5 * 1024 * 1024,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.base_url.startswith("https://"),
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_SECURE=settings.base_url.startswith("https://"),
        # A page may stand open for a working day before its form is sent.
        WTF_CSRF_TIME_LIMIT=12 * 60 * 60,
        RATELIMIT_HEADERS_ENABLED=False,
    )
    csrf.init_app(app)
    limiter.init_app(app)
    app.before_request(_guard)
    app.after_request(_add_headers)
    _let_the_sign_in_library_write(app)


def _guard() -> BaseResponse | None:
    endpoint = request.endpoint
    if endpoint is None or endpoint in PUBLIC:
        return None
    if not current_user.is_authenticated:
        if request.method != "GET" or request.headers.get("HX-Request"):
            abort(401)
        return redirect(url_for("security.login", next=request.full_path.rstrip("?")))
    if endpoint in SIGNED_IN:
        return None
    action = getattr(current_app.view_functions[endpoint], "needs", None)
    # A view that forgot to say what it needs is closed, not open.
    if action is None or not may(current_user._get_current_object(), action):
        abort(403)
    return None


def _add_headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("X-Frame-Options", "DENY")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if request.endpoint not in ("static", "bootstrap.static"):
        # Pages hold people's mail; no cache between us and them may keep one.
        headers.setdefault("Cache-Control", "no-store")
    if request.is_secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response


def _let_the_sign_in_library_write(app: Flask) -> None:
    """Its views commit by themselves: give them SQLite's write lock from their first statement."""

    def begin() -> None:
        if request.method == "POST" and (request.endpoint or "").startswith("security."):
            block = write_from_the_start()
            block.__enter__()
            request.environ["helpdesk.writing"] = block

    def end(error: BaseException | None) -> None:
        block = request.environ.pop("helpdesk.writing", None)
        if block is not None:
            block.__exit__(None, None, None)

    app.before_request_funcs.setdefault(None, []).insert(0, begin)
    app.teardown_request(end)
