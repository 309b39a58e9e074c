"""Signing in by a link in a mail: asked for by address, good once, and only when it is pressed."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_security import current_user
from werkzeug.wrappers import Response as BaseResponse

from helpdesk.core import clock, signing
from helpdesk.core.db import unit_of_work
from helpdesk.core.signing import ExpiredToken, ForgedToken
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.accounts.queries import person_by_address, person_by_id
from helpdesk.domain.accounts.spending import spend
from helpdesk.domain.correspondence.queries import sent_lately
from helpdesk.domain.notifications.actions import send_sign_in_link
from helpdesk.forms.portal.sign_in import LinkForm
from helpdesk.web.account import LINKS_PER_HOUR, mail_a_link, settings
from helpdesk.web.paths import own_path
from helpdesk.web.security import limiter
from helpdesk.web.signing_in.entering import enter

PURPOSE = "sign in"
# Time for a slow mail and a look into the phone; a mail that is found later opens nothing.
LINK_MINUTES = 30
ASK_LIMIT = "10 per minute; 30 per hour"


@limiter.limit(ASK_LIMIT, methods=["POST"])
def ask() -> BaseResponse:
    """Ask for a link by address; the answer never tells whether the address is known."""
    if current_user.is_authenticated:
        return redirect(url_for("home"))
    form = LinkForm()
    if not form.validate_on_submit():
        if request.method != "POST":
            form.next.data = own_path(request.args.get("next")) or ""
        return _page("ask", 422 if form.errors else 200, form=form)
    address = form.address.data or ""
    with unit_of_work():
        person = person_by_address(address)
        if person is not None and person.active:
            _send(person, own_path(form.next.data))
    words = _(
        "If we know %(email)s, a mail with a link is on its way there. It can take a few minutes.",
        email=address,
    )
    flash(words, "success")
    return redirect(url_for("signing_in.ask"), 303)


def _send(person: Person, then: str | None) -> None:
    if person.roles:
        # Whoever works here signs in with a password or by OpenID Connect: see decision 21.
        mail_a_link(person)
        return
    now = clock.now()
    since = now - timedelta(hours=1)
    if sent_lately("sign-in-link", person.email, since=since) >= LINKS_PER_HOUR:
        return
    token = signing.token(PURPOSE, [secrets.token_urlsafe(16), person.id, _mark(person), then])
    # Never the host that the asking browser named: it would lead the token to a stranger's server.
    link = settings().base_url + url_for("signing_in.link", token=token, _external=False)
    send_sign_in_link(person, link=link, minutes=LINK_MINUTES, now=now)


@limiter.limit("30 per minute; 200 per hour")
def link(token: str) -> BaseResponse:
    """Show the button, or (POST) sign in: what only looks at a mail's links uses nothing up."""
    try:
        payload = signing.read_token(PURPOSE, token, max_age_seconds=LINK_MINUTES * 60)
    except (ExpiredToken, ForgedToken):
        return _page("gone", 410)
    nonce, person_id, mark, then = payload
    person = person_by_id(person_id)
    if not _opens_for(person, mark):
        return _page("gone", 410)
    # Not only for GET: a scanner may begin with HEAD.
    if request.method != "POST":
        return _page("link", 200, token=token, person=person)
    with unit_of_work():
        person = person_by_id(person_id)
        fresh = _opens_for(person, mark) and spend(nonce, now=clock.now())
    if person is None or not fresh:
        return _page("gone", 410)
    return enter(person, how="link", then=then)


def _mark(person: Person) -> str:
    # Changes with the password and when somebody is kept out: then the link opens nothing more.
    return signing.short_signature(PURPOSE, person.fs_uniquifier)


def _opens_for(person: Person | None, mark: str) -> bool:
    if person is None or not person.active or person.roles:
        return False
    return signing.is_signed(PURPOSE, person.fs_uniquifier, mark)


def _page(name: str, status: int, **values: Any) -> Response:
    return make_response(render_template(f"signing_in/{name}.html", **values), status)
