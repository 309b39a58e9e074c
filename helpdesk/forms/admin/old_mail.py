"""What becomes of mail that lay in a mailbox before us."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import DateField, Field, RadioField
from wtforms.validators import DataRequired, Optional, ValidationError

from helpdesk.domain.correspondence.models import OldMail
from helpdesk.forms.choices import SelectChoice


class OldMailForm(FlaskForm):
    """What becomes of mail that lay in the mailbox before us."""

    policy = RadioField(
        lazy_gettext("What should become of it?"),
        [DataRequired(lazy_gettext("Choose what should become of the old mail."))],
        choices=[
            SelectChoice(
                OldMail.FROM_NOW_ON.value,
                lazy_gettext("Leave it; take only what comes from now on"),
            ),
            SelectChoice(OldMail.SINCE.value, lazy_gettext("Take what came since a day")),
            SelectChoice(OldMail.EVERYTHING.value, lazy_gettext("Take everything")),
        ],
    )
    since = DateField(lazy_gettext("Since the day"), [Optional()])

    def validate_since(self, field: Field) -> None:
        """A day is needed where it decides."""
        if self.policy.data == OldMail.SINCE.value and field.data is None:
            raise ValidationError(_("Write a day, like 2026-01-31."))
