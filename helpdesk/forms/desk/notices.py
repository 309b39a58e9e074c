"""What an agent tells everybody about something that is broken."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    Field,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional

from helpdesk.domain.services.models import Service
from helpdesk.forms.choices import SelectChoice
from helpdesk.forms.portal.filters import on_one_line, one_kind_of_line

NO_SERVICE = 0
# What a browser's own field sends, and what its forerunners sent with a space.
_FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
_TOO_LONG = lazy_gettext("Use at most 5000 characters.")
_LONGEST = 5000


class _LocalTime(DateTimeLocalField):
    """A time as the writer's clock shows it, with our words where it is none."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Let an empty field be no time, and say what is wrong with any other."""
        if not valuelist or not valuelist[0].strip():
            self.data = None
            return
        try:
            super().process_formdata(list(valuelist))
        except ValueError:
            raise ValueError(
                lazy_gettext("Write a day and a time, like 2026-01-31 14:30.")
            ) from None


def _words(label: Any) -> TextAreaField:
    return TextAreaField(
        label, [Length(max=_LONGEST, message=_TOO_LONG)], filters=[one_kind_of_line]
    )


class NoticeForm(FlaskForm):
    """All that a service notice says; one language is enough."""

    title_en = StringField(
        lazy_gettext("Title in English"), [Length(max=200)], filters=[on_one_line]
    )
    title_sv = StringField(
        lazy_gettext("Title in Swedish"), [Length(max=200)], filters=[on_one_line]
    )
    words_en = _words(lazy_gettext("Words in English"))
    words_sv = _words(lazy_gettext("Words in Swedish"))
    service = SelectField(lazy_gettext("Service"), coerce=int)
    since_at = _LocalTime(
        lazy_gettext("Broken since"),
        [InputRequired(lazy_gettext("Write since when it has been broken."))],
        format=_FORMATS,
    )
    expected_at = _LocalTime(
        lazy_gettext("Expected to be over"),
        [Optional()],
        format=_FORMATS,
        description=lazy_gettext(
            "Leave it empty if nobody knows. When it has passed, you are reminded."
        ),
    )
    public = BooleanField(
        lazy_gettext("Also show it to people who are not signed in"), default=True
    )

    def offer(self, services: Sequence[tuple[Service, str]]) -> None:
        """Let these services be chosen, by their names."""
        self.service.choices = [
            SelectChoice(NO_SERVICE, lazy_gettext("No service")),
            *(SelectChoice(service.id, name) for service, name in services),
        ]


class UpdateForm(FlaskForm):
    """What is new, and when it should be over now."""

    words_en = _words(lazy_gettext("Words in English"))
    words_sv = _words(lazy_gettext("Words in Swedish"))
    expected_at = _LocalTime(lazy_gettext("Expected to be over"), [Optional()], format=_FORMATS)


class EndForm(FlaskForm):
    """Last words, if there are any."""

    words_en = _words(lazy_gettext("Last words in English"))
    words_sv = _words(lazy_gettext("Last words in Swedish"))


def put_error(form: FlaskForm, field: str, words: str) -> None:
    """Let a fault that a verb found stand at its field."""
    place: Field = form[field]
    place.errors = [*place.errors, words]
