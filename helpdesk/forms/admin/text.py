"""What every field of administration does with what was typed."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import Field
from wtforms.validators import ValidationError

_NO_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")


def one_line(form: FlaskForm, field: Field) -> None:
    """Nothing but what can stand on one line."""
    if _NO_CONTROLS.search(field.data or ""):
        raise ValidationError(_("Write it on one line."))


def stripped(text: Any) -> Any:
    """What was typed, without the white space around it and without NUL, which no table takes.

    A list out of a table passes as it is: who fills the form writes it in words.
    """
    return text.replace("\x00", "").strip() if isinstance(text, str) else text
