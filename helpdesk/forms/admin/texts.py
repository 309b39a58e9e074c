"""Own words of a notification, part by part, and a ticket to try them on."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, StringField, TextAreaField
from wtforms.validators import NumberRange, Optional

from helpdesk.domain.notifications.rules import PARTS
from helpdesk.forms.admin.text import stripped


def _one_kind_of_line(text: Any) -> Any:
    return stripped(text.replace("\r\n", "\n").replace("\r", "\n")) if text else text


class TextForm(FlaskForm):
    """The parts that can be said in other words; what is left empty is said in ours."""

    subject = StringField(lazy_gettext("Subject"), filters=[stripped])
    first_line = StringField(
        lazy_gettext("First line"),
        description=lazy_gettext("What happened, in one sentence. It stands largest."),
        filters=[stripped],
    )
    expected = TextAreaField(
        lazy_gettext("What is expected"),
        description=lazy_gettext("What the reader should do now, or that they need do nothing."),
        filters=[_one_kind_of_line],
    )
    ticket = IntegerField(
        lazy_gettext("Number of a ticket to try it on"), [Optional(), NumberRange(1, 2**31 - 1)]
    )
    version = HiddenField()

    @property
    def words(self) -> dict[str, str]:
        """What was written, by part."""
        return {part: self[part].data or "" for part in PARTS}

    @property
    def written_over(self) -> int:
        """The version that the words were written over; -1 for what is none."""
        text = self.version.data or "0"
        return int(text) if text.isdecimal() and len(text) < 10 else -1
