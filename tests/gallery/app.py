"""The gallery's application: real templates, invented tickets, addresses that lead nowhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, flash, render_template, request
from flask_bootstrap import Bootstrap5
from jinja2 import ChoiceLoader, FileSystemLoader
from werkzeug.exceptions import HTTPException, default_exceptions

from tests.gallery import forms, sample

ROOT = Path(__file__).resolve().parents[2]
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "object-src 'none'"
)
FRAME_POLICY = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "sandbox allow-same-origin"
)
NOWHERE = {
    "desk": ["work_list", "ticket", "search", "write_first"],
    "portal": ["home", "follow"],
    "admin": [
        *("home", "mailboxes", "mail_log", "outbox", "captured", "people", "rules"),
        *("functions", "changes"),
    ],
    "language": ["choose"],
    "security": ["login", "logout", "change_password", "forgot_password"],
}
PAGES = [
    "parts",
    "work_list",
    "work_list_empty",
    "ticket",
    "ticket_writing",
    "sign_in",
    "portal_home",
    "portal_ticket",
    "portal_form",
    "admin_list",
    "admin_form",
]


def create_gallery() -> Flask:
    """The gallery as a WSGI application."""
    app = Flask(__name__, static_folder=str(ROOT / "static"))
    app.config.update(SECRET_KEY="gallery", BOOTSTRAP_SERVE_LOCAL=True)
    app.jinja_loader = ChoiceLoader(
        [
            FileSystemLoader(str(ROOT / "templates")),
            FileSystemLoader(str(Path(__file__).parent / "templates")),
        ]
    )
    Bootstrap5(app)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.filters.update(ago=sample.ago, exact=sample.exact, day=sample.day)
    _lead_nowhere(app)
    _show_pages(app)
    app.context_processor(_context)
    app.after_request(_guard)
    return app


def _context() -> dict[str, Any]:
    return {
        "nav": sample.NAV,
        "me": {"name": "Karin Berg"},
        "lang": "en",
        "current_user": None,
        "csrf_token": lambda: "token",
    } | LANGUAGES


def _guard(response: Response) -> Response:
    policy = FRAME_POLICY if request.path.startswith("/mail") else POLICY
    if request.path == "/mail":
        policy = "style-src 'unsafe-inline'"
    response.headers["Content-Security-Policy"] = policy
    return response


def _lead_nowhere(app: Flask) -> None:
    for name, endpoints in NOWHERE.items():
        blueprint = Blueprint(name, name)
        for endpoint in endpoints:
            blueprint.add_url_rule(
                f"/{name}/{endpoint}", endpoint, _nowhere, methods=["GET", "POST"]
            )
        app.register_blueprint(blueprint)


def _nowhere(**_values: object) -> str:
    return render_template("gallery/index.html", pages=PAGES, codes=sorted(ERRORS))


LANGUAGES = {"languages": {"en": "English", "sv": "Svenska"}}
ERRORS = [400, 403, 404, 405, 413, 429, 500, 503]


def _show_pages(app: Flask) -> None:
    app.add_url_rule("/", "index", _nowhere)

    @app.get("/page/<name>")
    def page(name: str) -> str:
        if name == "parts":
            flash("Saved. The next mail uses it.", "success")
        drawn = re.findall(r'symbol id="([^"]+)"', (ROOT / "static/icons/sprite.svg").read_text())
        context = {"s": sample, "forms": forms, "icon_names": drawn}
        return render_template(f"gallery/{name}.html", **context)

    @app.get("/mail-body")
    def mail_body() -> str:
        return render_template("gallery/mail_body.html")

    @app.get("/mail")
    def mail() -> Response:
        return Response(render_template("gallery/notification.html", s=sample))

    @app.get("/mail.txt")
    def mail_text() -> Response:
        words = render_template("gallery/notification.txt", s=sample)
        return Response(words, mimetype="text/plain")

    @app.get("/error/<int:code>")
    def error(code: int) -> tuple[str, int]:
        raised: type[HTTPException] = default_exceptions[code]
        return render_template(f"errors/{code}.html", error=raised()), code
