"""What a requester writes on a ticket."""

from __future__ import annotations

import enum

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import HiddenField, MultipleFileField, TextAreaField
from wtforms.validators import Length, Optional

from helpdesk.forms.portal.filters import one_kind_of_line

# Far more than anybody writes by hand; what is longer belongs in a file.
LONGEST_ANSWER = 100_000


class Wish(enum.StrEnum):
    """What the pressed button asks for."""

    SEND = "send"
    SOLVED = "solved"
    REOPEN = "reopen"
    THANK = "thank"


class AnswerForm(FlaskForm):
    """Words, files, and what is wanted with them."""

    text = TextAreaField(
        lazy_gettext("Your answer"),
        [
            Optional(),
            Length(
                max=LONGEST_ANSWER,
                message=lazy_gettext("This is too long. Put it in a file instead."),
            ),
        ],
        filters=[one_kind_of_line],
    )
    files = MultipleFileField(lazy_gettext("Files"))
    wish = HiddenField(default=Wish.SEND.value)

    @property
    def wanted(self) -> Wish:
        """The pressed button; sending when it cannot be told."""
        known = {wish.value for wish in Wish}
        return Wish(self.wish.data) if self.wish.data in known else Wish.SEND

    def ask_for_words(self) -> None:
        """Say that there is nothing to send."""
        self.text.errors = [_("Write something, or choose a file.")]
