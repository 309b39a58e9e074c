"""How the pages look: a name, a logo, and a colour for each theme."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, StringField
from wtforms.validators import Length, ValidationError

from helpdesk.core.colours import is_colour
from helpdesk.forms.admin.text import one_line, stripped

_SHORT = re.compile(r"#?([0-9a-f])([0-9a-f])([0-9a-f])\Z")


def _colour(text: Any) -> Any:
    """A colour as we keep it: `0C6470` and `#abc` are meant as well."""
    text = stripped(text or "").lower()
    if short := _SHORT.match(text):
        return "#" + "".join(each * 2 for each in short.groups())
    return f"#{text}" if re.fullmatch(r"[0-9a-f]{6}", text) else text


def _is_colour(form: FlaskForm, field: StringField) -> None:
    if field.data and not is_colour(field.data):
        raise ValidationError(_("Write a colour as # and six digits, like #0c6470."))


class AppearanceForm(FlaskForm):
    """What can be chosen; what is left empty is as we made it."""

    name = StringField(
        lazy_gettext("Name"),
        [Length(max=100, message=lazy_gettext("Use at most 100 characters.")), one_line],
        description=lazy_gettext(
            "Stands at the top of every page and mail, and in the browser’s tab. Empty for the "
            "sender’s name of the first mailbox."
        ),
        filters=[stripped],
    )
    accent = StringField(
        lazy_gettext("Colour, light"),
        [_is_colour],
        description=lazy_gettext("Of links and buttons, like #0c6470. Empty for ours."),
        filters=[_colour],
    )
    accent_dark = StringField(
        lazy_gettext("Colour, dark"),
        [_is_colour],
        description=lazy_gettext(
            "The same in the dark. Empty for the nearest to the other that is readable there."
        ),
        filters=[_colour],
    )
    logo = FileField(
        lazy_gettext("Logo"),
        description=lazy_gettext(
            "PNG, JPEG or WebP, at most 200 kB. It is shown 24 pixels high; twice that is sharp."
        ),
    )
    no_logo = BooleanField(lazy_gettext("Take the logo away"))
