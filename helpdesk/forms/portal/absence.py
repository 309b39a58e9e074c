"""When somebody is away, who stands in, and what becomes of their tickets."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import DateField, Field, RadioField, SelectField, StringField
from wtforms.validators import DataRequired, Length, ValidationError

from helpdesk.forms.choices import SelectChoice
from helpdesk.forms.portal.filters import on_one_line

KEEP, URGENT, ALL = "keep", "urgent", "all"
TO_SUBSTITUTE, TO_QUEUE = "substitute", "queue"


class AbsenceForm(FlaskForm):
    """All that one says before one goes away."""

    from_on = DateField(
        lazy_gettext("First day away"),
        [DataRequired(lazy_gettext("Choose the first day away."))],
    )
    back_on = DateField(
        lazy_gettext("Back on"),
        [DataRequired(lazy_gettext("Choose the day when you are back."))],
        description=lazy_gettext("The first day when you work again. It ends by itself."),
    )
    substitute = SelectField(
        lazy_gettext("Who stands in"),
        coerce=int,
        description=lazy_gettext("They also get the answers to your tickets while you are away."),
    )
    note = StringField(
        lazy_gettext("Note to your colleagues"),
        [Length(max=500, message=lazy_gettext("Use at most 500 characters."))],
        filters=[on_one_line],
    )
    tickets = RadioField(
        lazy_gettext("Your open tickets, now"),
        choices=[
            SelectChoice(KEEP, lazy_gettext("Keep all of them")),
            SelectChoice(URGENT, lazy_gettext("Hand over only the urgent ones (priority 1 and 2)")),
            SelectChoice(ALL, lazy_gettext("Hand over all of them")),
        ],
        default=KEEP,
    )
    where = RadioField(
        lazy_gettext("Handed over"),
        choices=[
            SelectChoice(TO_SUBSTITUTE, lazy_gettext("to who stands in")),
            SelectChoice(TO_QUEUE, lazy_gettext("back to their queues, for anybody to take")),
        ],
        default=TO_SUBSTITUTE,
    )

    def offer(self, people: Sequence[SelectChoice]) -> None:
        """Let these people stand in."""
        self.substitute.choices = [SelectChoice("0", _("Nobody")), *people]

    def validate_substitute(self, field: Field) -> None:
        """Somebody, where the tickets are to go to them."""
        goes = self.tickets.data in (URGENT, ALL) and self.where.data == TO_SUBSTITUTE
        if goes and not field.data:
            raise ValidationError(_("Choose who stands in, or let the tickets go to their queues."))
