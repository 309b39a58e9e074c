"""The reader's language and time zone, for pages and for mail."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, current_app, g, redirect, request, session
from flask_babel import Babel, get_locale, get_translations
from flask_security import current_user
from werkzeug.wrappers import Response

from helpdesk.core import assets
from helpdesk.core.config import Settings
from helpdesk.web.paths import own_path

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
    # A page says hundreds of words; the library looks up language and catalogue for each anew.
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda words: _catalogue().ugettext(words),
        ngettext=lambda one, many, number: _catalogue().ungettext(one, many, number),
        newstyle=True,
    )
    app.register_blueprint(blueprint)
    app.context_processor(lambda: {"lang": str(get_locale()), "languages": LANGUAGES})


def _catalogue() -> Any:
    """The translations of the language that is spoken now, which a mail may change for a while."""
    locale = get_locale()
    kept = g.get("catalogue") if locale is not None else None
    if kept is None or kept[0] is not locale:
        kept = (locale, get_translations())
        if locale is not None:
            g.catalogue = kept
    return kept[1]


@blueprint.post("/language/<code>")
def choose(code: str) -> Response:
    """Remember a visitor's language for this browser, and go back."""
    if code in LANGUAGES:
        session["language"] = code
    return redirect(own_path(request.form.get("next")) or "/")


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
