"""How an agent begins a ticket: by writing to somebody, or for somebody who called."""

from __future__ import annotations

import enum
from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import (
    Field,
    MultipleFileField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, ValidationError

from helpdesk.domain.tickets.models import Queue
from helpdesk.forms.choices import SelectChoice
from helpdesk.forms.desk.people import Addressee, addressee
from helpdesk.forms.desk.ticket import Choices, process_choices, refuse_foreign_queue


class How(enum.StrEnum):
    """Who spoke first."""

    WRITE = "write"
    CALLED = "called"


class BeginningForm(FlaskForm):
    """All that a new ticket needs."""

    how = RadioField(
        lazy_gettext("What do you want to do?"),
        default=How.WRITE.value,
        choices=[
            SelectChoice(How.WRITE.value, lazy_gettext("Write to somebody")),
            SelectChoice(
                How.CALLED.value, lazy_gettext("Register for somebody who called or came by")
            ),
        ],
    )
    to = StringField(
        lazy_gettext("Who is it about?"),
        [
            InputRequired(lazy_gettext("Write the address or the name of the person.")),
            Length(max=500),
        ],
        description=lazy_gettext("An address, or the name of somebody who is known here."),
    )
    subject = StringField(
        lazy_gettext("Subject"),
        [InputRequired(lazy_gettext("Write in a few words what it is about.")), Length(max=300)],
    )
    text = TextAreaField(lazy_gettext("Words"))
    files = MultipleFileField(lazy_gettext("Attach files"))
    # WTForms keeps the shorter name for a method of its own.
    process_name = SelectField(lazy_gettext("Process"))
    queue = SelectField(lazy_gettext("Queue"), coerce=int)
    mailbox = SelectField(lazy_gettext("Mail comes from"), coerce=int)

    queues: Mapping[int, Queue] = {}
    person: Addressee | None = None

    def offer(self, queues: Choices, by_id: Mapping[int, Queue], mailboxes: Choices) -> None:
        """Let these queues (by function) and mailboxes be chosen."""
        self.process_name.choices = process_choices()
        self.queue.choices = list(queues)
        self.queues = by_id
        self.mailbox.choices = list(mailboxes)

    def validate_to(self, field: Field) -> None:
        """Somebody to whom one can write."""
        self.person = addressee(field.data or "")

    def validate_text(self, field: Field) -> None:
        """Words are what a ticket is made of."""
        if not (field.data or "").strip():
            raise ValidationError(
                _("Write what you want to tell.")
                if self.how.data == How.WRITE.value
                else _("Write what was said.")
            )

    def validate_queue(self, field: Field) -> None:
        """A queue may be for one process only."""
        refuse_foreign_queue(self.queues.get(field.data), self.process_name.data)
