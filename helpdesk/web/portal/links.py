"""Signed links that have ended: what they show, and how one asks for a new one."""

from __future__ import annotations

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response as BaseResponse

from helpdesk.core import clock, signing
from helpdesk.core.db import unit_of_work
from helpdesk.core.signing import ExpiredToken
from helpdesk.domain.notifications.actions import send_new_link
from helpdesk.web.errors import kept_words
from helpdesk.web.portal.way import PURPOSE, BrokenLink, max_age_seconds, who_and_what
from helpdesk.web.security import limiter


def expired(error: Exception) -> Response:
    """The page behind a link whose time is over; it says nothing about the ticket."""
    token = (request.view_args or {})["token"]
    return make_response(
        render_template("portal/link_expired.html", token=token, kept_words=kept_words()), 410
    )


def broken(error: Exception) -> Response:
    """The page behind a link that is not ours, or that leads nowhere any more."""
    return make_response(render_template("portal/link_broken.html", kept_words=kept_words()), 404)


@limiter.limit("10 per minute; 30 per hour")
def renew_link(token: str) -> BaseResponse:
    """Mail a new link to whom the old one was for; the answer never tells whether there is one."""
    try:
        named = signing.read_token(PURPOSE, token, max_age_seconds=max_age_seconds())
    except ExpiredToken as error:
        named = error.payload
    try:
        with unit_of_work():
            person, ticket = who_and_what(named)
            send_new_link(ticket, to=person, now=clock.now())
    except (BrokenLink, IntegrityError):
        # Nobody to send it to, or the same press twice: the other one wrote it.
        pass
    flash(
        _(
            "If the ticket is still yours to follow, a new link is on its way to your address. "
            "It can take a few minutes."
        ),
        "success",
    )
    return redirect(url_for("portal.follow", token=token), 303)
