"""Sign in, sign out, choose a password: Flask-Security with our own pages and our own outbox."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any, cast

from flask import Flask, current_app, g, redirect, session, url_for
from flask_security import Security, SQLAlchemyUserDatastore, current_user, user_authenticated
from flask_security.mail_util import MailUtil
from flask_security.recoverable import generate_reset_password_token
from flask_security.utils import hash_password
from werkzeug.wrappers import Response

from helpdesk.core import assets, clock
from helpdesk.core.config import Settings
from helpdesk.core.db import db, unit_of_work
from helpdesk.core.errors import Invalid
from helpdesk.core.words import N_
from helpdesk.domain.accounts.models import Grant, Person
from helpdesk.domain.accounts.permissions import Action, may
from helpdesk.domain.accounts.queries import person_by_address
from helpdesk.domain.correspondence.queries import sent_lately
from helpdesk.domain.notifications.actions import send_sign_in_help
from helpdesk.forms.portal.sign_in import SignInForm
from helpdesk.web.security import SIGN_IN_LIMIT, limiter
from helpdesk.web.sign_in_words import WORDS

# Whoever asks in somebody else's name must not fill their inbox.
LINKS_PER_HOUR = 5


class People(SQLAlchemyUserDatastore):
    """People as the sign-in library asks for them: any of a person's addresses finds them."""

    def find_user(self, case_insensitive: bool = False, **kwargs: Any) -> Person | None:
        """The person by address or by the library's own identifiers."""
        address = kwargs.get("email")
        if address is not None:
            return person_by_address(str(address))
        return cast("Person | None", super().find_user(case_insensitive, **kwargs))


class Outbox(MailUtil):
    """Mail of the sign-in library goes the way of all mail."""

    def normalize(self, email: str) -> str:
        """The address as it is known here; what is copied often has spaces around it."""
        return str(super().normalize(email.strip()))

    def validate(self, email: str) -> str:
        """The same for an address that mail will be sent to."""
        return str(super().validate(email.strip()))

    def send_mail(
        self,
        template: str,
        subject: str,
        recipient: str | tuple[str, str],
        sender: str | tuple[str, str],
        body: str | None,
        html: str | None,
        **kwargs: Any,
    ) -> None:
        """Only the link to a new password is ever sent; its words are ours."""
        address = recipient if isinstance(recipient, str) else recipient[1]
        person = person_by_address(address)
        token = kwargs.get("reset_token")
        if person is None or token is None:
            return
        with unit_of_work():
            person = db.session.get_one(Person, person.id)
            _send_link(person, str(token))


# The library takes this class here only; `init_app` would ignore it without a word.
security = Security(mail_util_cls=Outbox)


def mail_a_link(person: Person) -> None:
    """Mail a person the link by which they choose a password; inside a unit of work."""
    _send_link(person, generate_reset_password_token(person))


def _send_link(person: Person, token: str) -> None:
    now = clock.now()
    since = now - timedelta(hours=1)
    if sent_lately("sign-in-help", person.email, since=since) >= LINKS_PER_HOUR:
        return
    # The library's own link begins with whatever host the asking browser named, which would let
    # a stranger lead the token to a server of theirs.
    path = url_for("security.reset_password", token=token, _external=False)
    send_sign_in_help(person, link=settings().base_url + path, now=now)


def let_people_sign_in(app: Flask, settings: Settings) -> None:
    """Register the pages of the sign-in library under /account."""
    app.config.update(
        SECURITY_URL_PREFIX="/account",
        SECURITY_PASSWORD_HASH="argon2",
        SECURITY_PASSWORD_SALT=settings.secret_key.get_secret_value(),
        SECURITY_PASSWORD_LENGTH_MIN=10,
        SECURITY_PASSWORD_COMPLEXITY_CHECKER=None,
        SECURITY_RECOVERABLE=True,
        SECURITY_CHANGEABLE=True,
        SECURITY_SEND_PASSWORD_CHANGE_EMAIL=False,
        SECURITY_SEND_PASSWORD_RESET_NOTICE_EMAIL=False,
        SECURITY_RESET_PASSWORD_WITHIN=timedelta(days=1),
        # The same answer whether an address is known or not.
        SECURITY_RETURN_GENERIC_RESPONSES=True,
        SECURITY_USER_IDENTITY_ATTRIBUTES=[
            {"email": {"mapper": _address, "case_insensitive": True}}
        ],
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
        # Its words for "no-store" are none that a browser knows; the guard's are.
        SECURITY_CACHE_CONTROL=None,
        SECURITY_I18N_DOMAIN="messages",
        SECURITY_I18N_DIRNAME=str(assets.TRANSLATIONS),
        REMEMBER_COOKIE_DURATION=timedelta(days=30),
        **{f"SECURITY_MSG_{name}": words for name, words in WORDS.items()},
    )
    security.init_app(app, People(db, Person, Grant), login_form=SignInForm)
    user_authenticated.connect(_forget_the_stranger, app)
    app.add_url_rule("/account/home", "home", _home)
    limit = limiter.limit(SIGN_IN_LIMIT, methods=["POST"])
    for endpoint in ("security.login", "security.forgot_password", "security.reset_password"):
        app.view_functions[endpoint] = cast("Any", limit(app.view_functions[endpoint]))


def _forget_the_stranger(sender: Flask, **_known: Any) -> None:
    # A form that was open before, perhaps planted by somebody else, must not work afterwards.
    session.pop("csrf_token", None)
    g.pop("csrf_token", None)


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


def set_password(person: Person, password: str) -> str:
    """Give a person a password, stored as an argon2 hash; Invalid when it is too short."""
    shortest: int = current_app.config["SECURITY_PASSWORD_LENGTH_MIN"]
    if len(password) < shortest:
        raise Invalid("password", N_("Use at least %(length)s characters."), length=shortest)
    person.password = hash_password(password)
    # A new identifier ends the sessions that the old password had opened.
    person.fs_uniquifier = secrets.token_hex(32)
    return password
