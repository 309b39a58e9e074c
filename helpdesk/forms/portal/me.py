"""What people say about themselves."""

from __future__ import annotations

from zoneinfo import available_timezones

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import AnyOf, Length

from helpdesk.forms.portal.filters import on_one_line, one_kind_of_line


def time_zones() -> list[str]:
    """The places whose time can be chosen; names that only machines use are left out."""
    return sorted(name for name in available_timezones() if "/" in name and name[:4] != "Etc/")


class MeForm(FlaskForm):
    """Name, language, time zone."""

    name = StringField(
        _l("Name"),
        [Length(max=200, message=_l("Use at most 200 characters."))],
        filters=[on_one_line],
        description=_l("As it is shown beside what you write."),
    )
    language = SelectField(_l("Language"), description=_l("For these pages and for mail to you."))
    time_zone = StringField(
        _l("Time zone"),
        filters=[on_one_line],
        description=_l("Begin to write the name of a city, like Europe/Helsinki."),
    )

    def offer(self, languages: dict[str, str]) -> None:
        """Let these languages be chosen, and any time zone that is known."""
        self.language.choices = [
            ("", _l("As the browser and the ticket say")),
            *languages.items(),
        ]
        self.time_zone.validators = [
            AnyOf(["", *time_zones()], message=_l("Choose a time zone from the list."))
        ]


class AgentForm(MeForm):
    """The same for those who write replies."""

    signature = TextAreaField(
        _l("Signature"),
        [Length(max=2000, message=_l("Use at most 2000 characters."))],
        filters=[one_kind_of_line],
        description=_l("Put under the replies that you write."),
    )
