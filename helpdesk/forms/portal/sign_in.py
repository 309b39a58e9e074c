"""The sign-in library's form without the words that it puts into fields."""

from __future__ import annotations

from typing import Any

from flask_security.forms import LoginForm


class SignInForm(LoginForm):
    """Address and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The page itself leads to the forgotten password, below its button.
        self.password.description = ""
