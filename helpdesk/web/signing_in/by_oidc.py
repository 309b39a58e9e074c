"""Signing in by OpenID Connect: to the issuer, back again, and out."""

from __future__ import annotations

import logging

from flask import abort, flash, redirect, request, session, url_for
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from helpdesk.core import clock
from helpdesk.core.db import unit_of_work
from helpdesk.core.errors import Refused
from helpdesk.domain.accounts.identities import person_of
from helpdesk.web.account import settings
from helpdesk.web.paths import own_path
from helpdesk.web.security import limiter
from helpdesk.web.signing_in import provider
from helpdesk.web.signing_in.entering import enter
from helpdesk.web.signing_in.provider import NotSignedIn

log = logging.getLogger(__name__)

# In the session: where one wanted to go, and that one is signed in at the issuer.
THEN = "oidc_then"
THERE = "oidc_there"


@limiter.limit("30 per minute; 200 per hour")
def begin() -> Response:
    """Send the browser to the issuer."""
    if not provider.is_offered():
        abort(404)
    then = own_path(request.args.get("next"))
    try:
        answer = provider.redirect_there(
            settings().base_url + url_for("signing_in.oidc_back", _external=False)
        )
    except NotSignedIn as error:
        return _failed(error)
    session[THEN] = then
    return answer


@limiter.limit("30 per minute; 200 per hour")
def back() -> Response:
    """Sign in whom the issuer's answer proves."""
    if not provider.is_offered():
        abort(404)
    then = session.pop(THEN, None)
    try:
        claims = provider.claims_that_came_back()
        try:
            with unit_of_work():
                person = person_of(claims, introduces=settings().oidc_introduces, now=clock.now())
        except IntegrityError:
            # Two windows at once: the other one made the person or the link known.
            with unit_of_work():
                person = person_of(claims, introduces=settings().oidc_introduces, now=clock.now())
    except NotSignedIn as error:
        return _failed(error)
    except Refused as refused:
        flash(_(refused.words, **refused.facts), "error")
        return redirect(url_for("security.login"))
    answer = enter(person, how="oidc", then=then)
    session[THERE] = True
    return answer


@limiter.limit("30 per minute")
def sign_out() -> Response:
    """Who is signed out here leaves the issuer too."""
    if not provider.is_offered():
        abort(404)
    session.pop(THERE, None)
    back_to = settings().base_url + url_for("portal.home", _external=False)
    return redirect(provider.end_session_url(back_to) or url_for("security.login"))


def _failed(error: NotSignedIn) -> Response:
    log.warning("Signing in by OpenID Connect failed: %s", error)
    flash(
        _("Signing in did not succeed. Try again; if it happens again, sign in another way."),
        "error",
    )
    return redirect(url_for("security.login"))
