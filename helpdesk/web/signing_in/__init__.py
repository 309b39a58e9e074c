"""Signing in without a password: by a link in a mail, or by OpenID Connect."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Flask, session
from flask_security import current_user

from helpdesk.core.config import Settings
from helpdesk.web.paths import own_path
from helpdesk.web.signing_in import by_link, by_oidc, provider

blueprint = Blueprint("signing_in", __name__, url_prefix="/account")

blueprint.add_url_rule("/link", "ask", by_link.ask, methods=["GET", "POST"])
blueprint.add_url_rule("/link/<token>", "link", by_link.link, methods=["GET", "POST"])
blueprint.add_url_rule("/oidc", "oidc", by_oidc.begin)
blueprint.add_url_rule("/oidc/back", "oidc_back", by_oidc.back)
blueprint.add_url_rule("/oidc/sign-out", "oidc_sign_out", by_oidc.sign_out)


def register(app: Flask, settings: Settings) -> None:
    """Register the pages, and tell the sign-in page which ways there are."""
    provider.prepare(app, settings)
    app.register_blueprint(blueprint)
    label = settings.oidc_label or urlsplit(settings.oidc_issuer).hostname or ""

    def ways() -> dict[str, Any]:
        return {
            "oidc_label": label,
            # Signed out here, and still signed in there.
            "signed_in_there": by_oidc.THERE in session and not current_user.is_authenticated,
            "own_path": own_path,
        }

    app.context_processor(ways)
