"""The reader's language and time zone, for pages and for mail."""

from __future__ import annotations

from flask import Blueprint, Flask, current_app, g, redirect, request, session
from flask_babel import Babel, get_locale
from flask_security import current_user
from werkzeug.wrappers import Response

from helpdesk.core import assets
from helpdesk.core.config import Settings

LANGUAGES = {"en": "English", "sv": "Svenska"}

babel = Babel()
blueprint = Blueprint("language", __name__)


def speak(app: Flask, settings: Settings) -> None:
    """Let pages and mail speak the reader's language; outside a request, the default one."""
    babel.init_app(
        app,
        default_locale=settings.default_language,
        default_timezone=str(settings.time_zone),
        default_translation_directories=str(assets.TRANSLATIONS),
        locale_selector=_language,
        timezone_selector=_time_zone,
    )
    app.register_blueprint(blueprint)
    app.context_processor(lambda: {"lang": str(get_locale()), "languages": LANGUAGES})


@blueprint.post("/language/<code>")
def choose(code: str) -> Response:
    """Remember a visitor's language for this browser, and go back."""
    if code in LANGUAGES:
        session["language"] = code
    path = request.form.get("next", "/")
    # Only a path of our own: a second slash or backslash would name another host, and browsers
    # leave out the tabs and line ends that could hide one.
    own = path.startswith("/") and path[1:2] not in ("/", "\\") and path.isprintable()
    return redirect(path if own else "/")


def _language() -> str:
    own = current_user.language if current_user and current_user.is_authenticated else None
    # Who came by a signed link is known, although nobody signed in.
    chosen = own or session.get("language") or g.get("language_of_reader")
    if chosen in LANGUAGES:
        return str(chosen)
    settings: Settings = current_app.extensions["helpdesk_settings"]
    return request.accept_languages.best_match(list(LANGUAGES)) or settings.default_language


def _time_zone() -> str | None:
    if current_user and current_user.is_authenticated and current_user.time_zone:
        return str(current_user.time_zone)
    return g.get("time_zone_of_reader")
