"""Invites people: a mail of ours with the sign-in library's link to choose a password."""

from __future__ import annotations

from datetime import datetime

from flask import url_for
from flask_security.recoverable import generate_reset_password_token

from helpdesk.domain.accounts.administering import invited_person
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.notifications.actions import send_sign_in_help
from helpdesk.web.account import settings


def invite(person: Person, *, by: Person, now: datetime) -> None:
    """Write the mail to the outbox, inside the caller's unit of work."""
    path = url_for("security.reset_password", token=generate_reset_password_token(person))
    # Never the name that the browser gave us: whoever chooses that would get the token.
    send_sign_in_help(person, link=settings().base_url.rstrip("/") + path, now=now)
    invited_person(person, by=by, now=now)
