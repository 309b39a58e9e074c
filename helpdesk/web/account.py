"""Sign in, sign out, choose a password: Flask-Security with our own pages and our own outbox."""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app, redirect, url_for
from flask_security import Security, SQLAlchemyUserDatastore, current_user
from flask_security.mail_util import MailUtil
from werkzeug.wrappers import Response

from helpdesk.core import clock
from helpdesk.core.config import Settings
from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.accounts.models import Grant, Person
from helpdesk.domain.accounts.permissions import Action, may
from helpdesk.domain.accounts.queries import person_by_address
from helpdesk.domain.notifications.actions import send_sign_in_help
from helpdesk.web.security import SIGN_IN_LIMIT, limiter

security = Security()


class People(SQLAlchemyUserDatastore):
    """People as the sign-in library asks for them: any of a person's addresses finds them."""

    def find_user(self, case_insensitive: bool = False, **kwargs: Any) -> Person | None:
        """The person by address or by the library's own identifiers."""
        address = kwargs.get("email")
        if address is not None:
            return person_by_address(str(address))
        found: Person | None = super().find_user(case_insensitive, **kwargs)
        return found


class Outbox(MailUtil):  # type: ignore[misc]
    """Mail of the sign-in library goes the way of all mail."""

    def send_mail(
        self, template: str, subject: str, recipient: str, sender: Any, body: str, html: str | None,
        **kwargs: Any,
    ) -> None:
        """Only the link to a new password is ever sent; its words are ours."""
        person = person_by_address(recipient)
        link = kwargs.get("reset_link")
        if person is None or link is None:
            return
        with unit_of_work():
            person = db.session.get_one(Person, person.id)
            send_sign_in_help(person, link=str(link), now=clock.now())


def let_people_sign_in(app: Flask, settings: Settings) -> None:
    """Register the pages of the sign-in library under /account."""
    app.config.update(
        SECURITY_URL_PREFIX="/account",
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106
        SECURITY_PASSWORD_SALT=settings.secret_key.get_secret_value(),
        SECURITY_PASSWORD_LENGTH_MIN=10,
        SECURITY_PASSWORD_COMPLEXITY_CHECKER=None,
        SECURITY_RECOVERABLE=True,
        SECURITY_CHANGEABLE=True,
        SECURITY_SEND_PASSWORD_CHANGE_EMAIL=False,
        SECURITY_SEND_PASSWORD_RESET_NOTICE_EMAIL=False,
        SECURITY_RESET_PASSWORD_WITHIN="1 days",
        # The same answer whether an address is known or not.
        SECURITY_RETURN_GENERIC_RESPONSES=True,
        SECURITY_USER_IDENTITY_ATTRIBUTES=[{"email": {"mapper": _address, "case_insensitive": True}}],
        SECURITY_POST_LOGIN_VIEW="/account/home",
        SECURITY_POST_LOGOUT_VIEW="/account/login",
        SECURITY_POST_RESET_VIEW="/account/login",
        SECURITY_POST_CHANGE_VIEW="/account/home",
        SECURITY_LOGOUT_METHODS=["POST"],
        SECURITY_DEFAULT_REMEMBER_ME=False,
        SECURITY_FLASH_MESSAGES=True,
        SECURITY_EMAIL_VALIDATOR_ARGS={"check_deliverability": False, "test_environment": True},
        SECURITY_REDIRECT_ALLOW_SUBDOMAINS=False,
        SECURITY_STATIC_FOLDER=None,
    )
    security.init_app(app, People(db, Person, Grant), mail_util_cls=Outbox)
    app.add_url_rule("/account/home", "home", _home)
    limit = limiter.limit(SIGN_IN_LIMIT, methods=["POST"])
    for endpoint in ("security.login", "security.forgot_password", "security.reset_password"):
        app.view_functions[endpoint] = limit(app.view_functions[endpoint])


def _home() -> Response:
    """Where one lands after signing in."""
    person = current_user._get_current_object()
    if may(person, Action.SEE_TICKETS):
        return redirect(url_for("desk.work_list", list="mine"))
    return redirect(url_for("portal.home"))


_home.needs = Action.FOLLOW_OWN_TICKET  # type: ignore[attr-defined]


def _address(text: str) -> str | None:
    """What was typed as an address, or None when it cannot be one."""
    text = text.strip().lower()
    return text if "@" in text else None


def settings() -> Settings:
    """The settings of the application that answers this request."""
    found: Settings = current_app.extensions["helpdesk_settings"]
    return found


def me() -> Person:
    """The person who is signed in; only behind the guard."""
    person: Person = current_user._get_current_object()
    return person
