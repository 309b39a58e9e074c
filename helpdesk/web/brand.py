"""How the pages look: the name that they carry, the logo, and the colour as a stylesheet."""

from __future__ import annotations

import time

from flask import Blueprint, Flask, Response, abort, current_app, request, url_for
from sqlalchemy.exc import SQLAlchemyError

from helpdesk.core.db import db
from helpdesk.core.errors import NotFound
from helpdesk.core.storage import storage
from helpdesk.domain.configuration.appearance import Look, colours_of, look
from helpdesk.domain.correspondence.queries import mailboxes
from helpdesk.web.static_files import ONE_YEAR_SECONDS

# A change is seen after this long; no page asks the database for it each time.
KEPT_SECONDS = 60.0

# A logo is a picture and nothing else, whoever opens its address by itself.
_LOGO_POLICY = "default-src 'none'; sandbox"

blueprint = Blueprint("appearance", __name__)


class Brand:
    """Read by the templates as `brand.name`, `brand.logo_url`; None where nothing is set.

    The name is the one that was chosen, else that of the first mailbox, which also signs the mails.
    """

    def __init__(self) -> None:
        self._name: str | None = None
        self._look = Look()
        self._read_at = float("-inf")

    @property
    def name(self) -> str | None:
        """The name of the installation."""
        return self._known().name or self._name

    @property
    def logo_url(self) -> str | None:
        """The address of the logo; another picture has another one."""
        known = self._known()
        if not known.logo_sha256:
            return None
        return url_for("appearance.logo", v=known.logo_sha256[:10])

    @property
    def stylesheet_url(self) -> str | None:
        """The address of the stylesheet that sets the colours, where they are not ours."""
        known = self._known()
        if not known.accent and not known.accent_dark:
            return None
        return url_for("appearance.stylesheet", v=known.version)

    def forget(self) -> None:
        """Read anew when next asked: this process has changed it."""
        self._read_at = float("-inf")

    def _known(self) -> Look:
        """Read anew once a minute; what was known last while the database is away."""
        if time.monotonic() - self._read_at > KEPT_SECONDS:
            try:
                first = next(iter(mailboxes(active_only=True)), None)
                self._look = look()
                self._name = first.display_name if first else None
            except SQLAlchemyError:
                db.session.rollback()
                return self._look
            self._read_at = time.monotonic()
        return self._look


@blueprint.get("/appearance.css")
def stylesheet() -> Response:
    """The colours of both themes, as static/css/tokens.css names them."""
    known = look()
    response = Response(css_of(known), mimetype="text/css")
    return _kept(response, is_current=request.args.get("v") == str(known.version))


@blueprint.get("/appearance/logo")
def logo() -> Response:
    """The logo, exactly as what it was found to be when it was chosen."""
    known = look()
    if not known.logo_sha256:
        abort(404)
    try:
        data = storage().read(known.logo_sha256)
    except NotFound:
        abort(404)
    response = Response(data, mimetype=known.logo_type)
    response.headers["Content-Security-Policy"] = _LOGO_POLICY
    response.headers["Content-Disposition"] = "inline"
    return _kept(response, is_current=request.args.get("v") == known.logo_sha256[:10])


def css_of(known: Look) -> str:
    """A stylesheet with nothing in it but colours; empty while they are ours."""
    themes = colours_of(known)
    if not themes:
        return ""
    light, dark = (
        " ".join(f"--{token}: {colour};" for token, colour in themes[theme].items())
        for theme in ("light", "dark")
    )
    return (
        f':root, [data-bs-theme="light"] {{ {light} }}\n'
        f'[data-bs-theme="dark"] {{ {dark} }}\n'
        "@media (prefers-color-scheme: dark) { "
        f":root:not([data-bs-theme]) {{ {dark} }} }}\n"
    )


def brand_of_this_process() -> Brand:
    """What the pages of this process say."""
    brand: Brand = current_app.extensions["helpdesk_brand"]
    return brand


def register(app: Flask) -> None:
    """Give `brand` and `appearance_url` to every template."""
    brand = app.extensions["helpdesk_brand"] = Brand()
    app.register_blueprint(blueprint)
    app.context_processor(lambda: {"brand": brand, "appearance_url": brand.stylesheet_url})


def _kept(response: Response, *, is_current: bool) -> Response:
    """Let browsers keep what its address names by version; anything else is asked for again."""
    if is_current:
        response.cache_control.public = True
        response.cache_control.max_age = ONE_YEAR_SECONDS
        response.cache_control.immutable = True
    else:
        response.cache_control.no_cache = True
    return response
