"""What every way in ends with: a session of that person, and the page they wanted."""

from __future__ import annotations

from flask import redirect, session, url_for
from flask_security import login_user
from werkzeug.wrappers import Response

from helpdesk.domain.accounts.models import Person
from helpdesk.web.paths import own_path


def enter(person: Person, *, how: str, then: str | None) -> Response:
    """Sign a person in, with nothing left of the stranger's session, and go on."""
    language = session.get("language")
    session.clear()
    if language is not None:
        session["language"] = language
    login_user(person, remember=False, authn_via=[how])
    return redirect(own_path(then) or url_for("home"), 303)
