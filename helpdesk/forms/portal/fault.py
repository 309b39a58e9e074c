"""What somebody says about a fault: few plain choices, from which impact and urgency follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import (
    Field,
    HiddenField,
    MultipleFileField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length

from helpdesk.core.words import N_
from helpdesk.domain.services.models import Service
from helpdesk.forms.choices import SelectChoice
from helpdesk.forms.portal.answer import LONGEST_ANSWER
from helpdesk.forms.portal.filters import on_one_line, one_kind_of_line

NOT_KNOWN = 0


@dataclass(frozen=True, slots=True)
class Plain:
    """A choice in plain words, and the level (1 high to 3 low) that it stands for."""

    words: str
    level: int = 0


# How many are hit is the impact.
HIT: Mapping[str, Plain] = {
    "me": Plain(N_("Only me"), 3),
    "several": Plain(N_("Several of us"), 2),
    "many": Plain(N_("Many, or a whole workplace"), 1),
}
# How much it hinders them is the urgency.
HINDERS: Mapping[str, Plain] = {
    "stopped": Plain(N_("No, it stops the work"), 1),
    "harder": Plain(N_("Yes, but it is harder"), 2),
    "waits": Plain(N_("Yes, it can wait"), 3),
}
SINCE: Mapping[str, Plain] = {
    "now": Plain(N_("Just now")),
    "today": Plain(N_("Since some time today")),
    "yesterday": Plain(N_("Since yesterday")),
    "longer": Plain(N_("Longer, or now and then")),
}


def _choices(data: Mapping[str, Plain]) -> list[SelectChoice]:
    return [SelectChoice(value, lazy_gettext(plain.words)) for value, plain in data.items()]


_CHOOSE = lazy_gettext("Choose what fits best.")


class FaultForm(FlaskForm):
    """A fault; `once` is the mark by which it is sent only one time."""

    service = SelectField(lazy_gettext("What is it about?"), coerce=int)
    subject = StringField(
        lazy_gettext("What does not work?"),
        [
            InputRequired(lazy_gettext("Write in a few words what does not work.")),
            Length(max=200, message=lazy_gettext("Use at most 200 characters.")),
        ],
        filters=[on_one_line],
        description=lazy_gettext("In a few words, like “The printer on floor 3 prints twice”."),
    )
    text = TextAreaField(
        lazy_gettext("Tell us more"),
        [
            Length(
                max=LONGEST_ANSWER,
                message=lazy_gettext("This is too long. Put it in a file instead."),
            )
        ],
        filters=[one_kind_of_line],
        description=lazy_gettext("What you did, what happened, and what the screen said."),
    )
    since = RadioField(
        lazy_gettext("Since when?"), [InputRequired(_CHOOSE)], choices=_choices(SINCE)
    )
    hit = RadioField(lazy_gettext("Who is hit?"), [InputRequired(_CHOOSE)], choices=_choices(HIT))
    hinders = RadioField(
        lazy_gettext("Can you work meanwhile?"),
        [InputRequired(_CHOOSE)],
        choices=_choices(HINDERS),
    )
    files = MultipleFileField(lazy_gettext("Files"))
    once = HiddenField()

    names: Mapping[int, str] = {}

    def offer(self, services: Sequence[tuple[Service, str]]) -> None:
        """Let these services be chosen, by their names."""
        self.names = {service.id: name for service, name in services}
        self.service.choices = [
            SelectChoice(NOT_KNOWN, lazy_gettext("I do not know, or something else")),
            *(SelectChoice(service_id, name) for service_id, name in self.names.items()),
        ]

    def said(self) -> list[tuple[Field, str]]:
        """Each question with its answer in words, for the page that shows all before sending."""
        answers: list[tuple[Field, str]] = []
        if self.service.data != NOT_KNOWN:
            answers.append((self.service, self.names[self.service.data]))
        answers.append((self.subject, self.subject.data or ""))
        if self.text.data:
            answers.append((self.text, self.text.data))
        answers += [
            (field, _(data[field.data].words))
            for field, data in ((self.since, SINCE), (self.hit, HIT), (self.hinders, HINDERS))
        ]
        return answers

    def words(self) -> str:
        """What the ticket's first message says: their words, and the choices below."""
        chosen = [
            f"{field.label.text} {_(data[field.data].words)}"
            for field, data in ((self.since, SINCE), (self.hit, HIT), (self.hinders, HINDERS))
        ]
        return "\n\n".join(part for part in (self.text.data or "", "\n".join(chosen)) if part)

    @property
    def impact(self) -> int:
        """From 1 (high) to 3; only after validation."""
        return HIT[self.hit.data].level

    @property
    def urgency(self) -> int:
        """From 1 (high) to 3; only after validation."""
        return HINDERS[self.hinders.data].level
