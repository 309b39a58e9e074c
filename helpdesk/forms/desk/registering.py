"""One line that becomes a ticket, and what is asked only when the line leaves it open."""

from __future__ import annotations

import re
from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import Field, SelectField, StringField
from wtforms.validators import InputRequired, Length, ValidationError

from helpdesk.forms.choices import SelectChoice
from helpdesk.forms.desk.people import Addressee, addressee

# `for:eva@example.com` and `för:"Eva Ek"`, anywhere in the line.
_FOR = re.compile(r'(?<!\S)(?:for|för):(?:"([^"]{1,200})"|(\S{1,320}))\s*', re.IGNORECASE)


class RegisterForm(FlaskForm):
    """The line, for whom, and the service; `line` and `person` are what was understood."""

    text = StringField(
        lazy_gettext("What has happened?"),
        [InputRequired(lazy_gettext("Write in a few words what it is about.")), Length(max=1000)],
        description=lazy_gettext(
            "One line is enough. Write for:eva@example.com in it when somebody else asks."
        ),
    )
    requester = StringField(
        lazy_gettext("Who asks?"),
        [Length(max=500)],
        description=lazy_gettext("An address, or the name of somebody who is known here."),
    )
    service = SelectField(lazy_gettext("Service"), coerce=int, validate_choice=False)
    line = ""
    person: Addressee | None = None

    def offer(self, services: Sequence[SelectChoice]) -> None:
        """Let these services, or none, be chosen."""
        self.service.choices = [SelectChoice("0", _("No service yet")), *services]

    def validate_text(self, field: Field) -> None:
        """Takes the name of the requester out of the line; something has to be left."""
        text = " ".join((field.data or "").removeprefix("+").split())
        named = _FOR.search(text)
        if named is not None and not (self.requester.data or "").strip():
            self.requester.data = named[1] or named[2]
        self.line = " ".join(_FOR.sub("", text).split())
        if not self.line:
            raise ValidationError(_("Write in a few words what it is about."))
        # What is shown again has the name where it is asked for.
        field.data = self.line

    def validate_requester(self, field: Field) -> None:
        """Somebody to whom one can write."""
        if (field.data or "").strip():
            self.person = addressee(field.data)
