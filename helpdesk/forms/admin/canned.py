"""A canned reply, and the ticket on which it is tried."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from helpdesk.forms.admin.offers import choices
from helpdesk.forms.admin.text import one_line, stripped
from helpdesk.forms.portal.filters import one_kind_of_line

FOR_ALL = 0


class CannedReplyForm(FlaskForm):
    """Its name, whom it is for, and its words in each language."""

    name = StringField(
        lazy_gettext("Name"),
        [
            DataRequired(lazy_gettext("Give the canned reply a name.")),
            Length(max=100, message=lazy_gettext("Use at most 100 characters.")),
            one_line,
        ],
        description=lazy_gettext("Agents choose it by this name; no requester sees it."),
        filters=[stripped],
    )
    function = SelectField(lazy_gettext("For"), coerce=int)
    words_en = TextAreaField(
        lazy_gettext("Words in English"), [Length(max=20_000)], filters=[one_kind_of_line]
    )
    words_sv = TextAreaField(
        lazy_gettext("Words in Swedish"),
        [Length(max=20_000)],
        description=lazy_gettext("Where only one language is written, all get that one."),
        filters=[one_kind_of_line],
    )
    ticket = IntegerField(
        lazy_gettext("Number of a ticket to try it on"), [Optional(), NumberRange(1, 2**31 - 1)]
    )

    def offer(self, functions: Sequence[tuple[int, str]]) -> None:
        """Let it be for everybody, or for one of these functions."""
        self.function.choices = choices([(FOR_ALL, _("Everybody")), *functions])

    @property
    def values(self) -> dict[str, Any]:
        """What the form says, by column of the canned reply."""
        return {
            "name": self.name.data or "",
            "words_en": self.words_en.data or "",
            "words_sv": self.words_sv.data or "",
            "function_id": self.function.data or None,
        }
