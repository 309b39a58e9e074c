"""How one signs in: the sign-in library's form without its words, and the form for a link."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext
from flask_security.forms import LoginForm
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired, Length, Regexp

from helpdesk.forms.portal.filters import on_one_line


class SignInForm(LoginForm):
    """Address and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The page itself leads to the forgotten password, below its button.
        self.password.description = ""


class LinkForm(FlaskForm):
    """The address that a link to sign in is mailed to; `next` is where it leads."""

    address = StringField(
        lazy_gettext("E-mail address"),
        [
            InputRequired(lazy_gettext("Write your address.")),
            Length(max=320, message=lazy_gettext("This is too long to be an address.")),
            Regexp(
                r"[^@\s]+@[^@\s]+\Z",
                message=lazy_gettext(
                    "This is no address: it needs an @ with something on each side."
                ),
            ),
        ],
        filters=[on_one_line],
    )
    next = HiddenField()
