"""How the organisation is built: functions, queues and services, each with two names."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectField, StringField
from wtforms.validators import DataRequired, Length, NumberRange, Optional, Regexp

from helpdesk.domain.services.models import NodeKind
from helpdesk.forms.admin.offers import choices
from helpdesk.forms.admin.text import stripped
from helpdesk.forms.choices import SelectChoice

_KEY = r"[a-z0-9][a-z0-9-]*\Z"


class Named(FlaskForm):
    """A key that never changes, and a name in each language."""

    key = StringField(
        lazy_gettext("Key"),
        [
            DataRequired(lazy_gettext("Give it a key.")),
            Length(max=60),
            Regexp(_KEY, message=lazy_gettext("Small letters, digits and hyphens, no spaces.")),
        ],
        description=lazy_gettext("For addresses and scripts, like technical-operations. It stays."),
        filters=[stripped],
    )
    name_en = StringField(
        lazy_gettext("Name in English"),
        [DataRequired(lazy_gettext("Write the English name.")), Length(max=200)],
        filters=[stripped],
    )
    name_sv = StringField(
        lazy_gettext("Name in Swedish"),
        [DataRequired(lazy_gettext("Write the Swedish name.")), Length(max=200)],
        filters=[stripped],
    )


class FunctionForm(Named):
    """A unit that works together."""

    position = IntegerField(
        lazy_gettext("Place in menus"), [Optional(), NumberRange(0, 10_000)], default=0
    )


class QueueForm(Named):
    """Where tickets wait for a function."""

    function = SelectField(lazy_gettext("Function"), coerce=int)
    process_name = SelectField(lazy_gettext("Process"))
    position = IntegerField(
        lazy_gettext("Place in menus"), [Optional(), NumberRange(0, 10_000)], default=0
    )

    def offer(
        self, functions: Sequence[tuple[int, str]], processes: Sequence[tuple[str, str]]
    ) -> None:
        """Let these be chosen; a queue may be for all processes."""
        self.function.choices = choices(functions)
        self.process_name.choices = choices([("", _("all processes")), *processes])


class EmptyingForm(FlaskForm):
    """Where the unfinished tickets of a queue go."""

    to = SelectField(lazy_gettext("They go to the queue"), coerce=int)

    def offer(self, queues: Sequence[tuple[int, str]]) -> None:
        """Let these queues be chosen."""
        self.to.choices = choices(queues)


class ServiceForm(Named):
    """A node of the service structure."""

    kind = SelectField(
        lazy_gettext("Kind"),
        choices=[
            SelectChoice(NodeKind.SERVICE.value, lazy_gettext("Service")),
            SelectChoice(NodeKind.SUPPORTING_SERVICE.value, lazy_gettext("Supporting service")),
            SelectChoice(NodeKind.PRODUCT.value, lazy_gettext("Product")),
        ],
    )
    owner = SelectField(
        lazy_gettext("Owner"),
        coerce=int,
        description=lazy_gettext("The function that answers for it, outside operations."),
    )

    def offer(self, functions: Sequence[tuple[int, str]]) -> None:
        """Let these functions be chosen as owners."""
        self.owner.choices = choices([(0, _("nobody yet")), *functions])
