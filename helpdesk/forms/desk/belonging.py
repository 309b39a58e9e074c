"""Forms by which tickets are put off, linked, merged, separated and split."""

from __future__ import annotations

from flask_babel import lazy_gettext
from wtforms import DateTimeLocalField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional, Regexp

from helpdesk.core.words import N_
from helpdesk.domain.tickets.models import LinkKind
from helpdesk.forms.choices import SelectChoice
from helpdesk.forms.desk.ticket import TicketForm

# The other end of a kind that does not say the same from both ends.
REVERSED = " of"

# What an agent can say of a ticket, in the order in which it is offered.
KINDS = {
    LinkKind.RELATED.value: N_("is related to"),
    LinkKind.DUPLICATE.value: N_("is a duplicate of"),
    LinkKind.CHILD.value: N_("is a part of"),
    LinkKind.CHILD.value + REVERSED: N_("has as a part"),
    LinkKind.CAUSED.value: N_("is caused by"),
    LinkKind.CAUSED.value + REVERSED: N_("is the cause of"),
    LinkKind.FOLLOWS.value: N_("follows"),
}


class SnoozeForm(TicketForm):
    """Until when a ticket is put off: an instant that was offered, or a day and time of one's own.

    `until` is an instant (ISO 8601); `at` is a time on the reader's wall.
    """

    name = "snooze"
    until = StringField(validators=[Optional(), Length(max=40)])
    at = DateTimeLocalField(lazy_gettext("Day and time"), [Optional()])


class WakeForm(TicketForm):
    """Fetches a ticket back."""

    name = "wake"


class LinkForm(TicketForm):
    """What a ticket is to another one."""

    name = "link"
    kind = SelectField(lazy_gettext("This ticket"), [InputRequired()])
    other = StringField(validators=[InputRequired(), Regexp(r"#?\d{1,9}\Z")])

    def offer(self, choices: list[SelectChoice]) -> None:
        """Let these kinds be chosen."""
        self.kind.choices = choices


class UnlinkForm(TicketForm):
    """Takes a link away."""

    name = "unlink"
    link = StringField(validators=[InputRequired(), Regexp(r"\d{1,9}\Z")])


class MergeForm(TicketForm):
    """Merges a ticket into another; `share` are the people who may read that one from then on."""

    name = "merge"
    into = StringField(validators=[InputRequired(), Regexp(r"#?\d{1,9}\Z")])


class SeparateForm(TicketForm):
    """Lets a merged ticket stand alone again."""

    name = "separate"


class SplitForm(TicketForm):
    """Makes a new ticket of some messages."""

    name = "split"
    subject = StringField(
        lazy_gettext("Subject of the new ticket"),
        [InputRequired(lazy_gettext("A ticket needs a subject.")), Length(max=300)],
    )
