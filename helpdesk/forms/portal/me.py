"""What people say about themselves."""

from __future__ import annotations

from zoneinfo import available_timezones

from flask_babel import lazy_gettext
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
        lazy_gettext("Name"),
        [Length(max=200, message=lazy_gettext("Use at most 200 characters."))],
        filters=[on_one_line],
        description=lazy_gettext("As it is shown beside what you write."),
    )
    language = SelectField(
        lazy_gettext("Language"), description=lazy_gettext("For these pages and for mail to you.")
    )
    time_zone = StringField(
        lazy_gettext("Time zone"),
        filters=[on_one_line],
        description=lazy_gettext("Begin to write the name of a city, like Europe/Helsinki."),
    )

    def offer(self, languages: dict[str, str]) -> None:
        """Let these languages be chosen, and any time zone that is known."""
        self.language.choices = [
            ("", lazy_gettext("As the browser and the ticket say")),
            *languages.items(),
        ]
        self.time_zone.validators = [
            AnyOf(["", *time_zones()], message=lazy_gettext("Choose a time zone from the list."))
        ]


class AgentForm(MeForm):
    """The same for those who write replies."""

    signature = TextAreaField(
        lazy_gettext("Signature"),
        [Length(max=2000, message=lazy_gettext("Use at most 2000 characters."))],
        filters=[one_kind_of_line],
        description=lazy_gettext("Put under the replies that you write."),
    )
