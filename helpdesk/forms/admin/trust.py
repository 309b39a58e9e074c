"""Whom a mailbox believes: the part of its form about senders and spam."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import Field, StringField
from wtforms.validators import Length, ValidationError

from helpdesk.core.errors import Invalid
from helpdesk.domain.correspondence.trusting import USUAL_SPAM_HEADERS, server_names, spam_sign
from helpdesk.forms.admin.text import one_line, stripped


class TrustFields(FlaskForm):
    """The servers that vouch for senders, and the header by which one of them marks spam."""

    authserv = StringField(
        lazy_gettext("Servers that vouch for senders"),
        [Length(max=1000), one_line],
        description=lazy_gettext(
            "Names as they stand first in Authentication-Results, separated by commas, like "
            "mx.example.org, mx.google.com, or protection.outlook.com for Microsoft 365. Only of "
            "servers that check DMARC on every mail and remove such a header that comes from "
            "outside. Empty: nobody is believed."
        ),
        filters=[stripped],
    )
    spam_header = StringField(
        lazy_gettext("Header that marks spam"),
        [Length(max=200), one_line],
        description=lazy_gettext(
            "Choose a usual one or write another, like “X-Spam-Flag: YES” or “X-Spam-Score: >= 7”. "
            "What it marks is set aside under Spam. Empty: no header is looked at."
        ),
        filters=[stripped],
    )

    usual_spam_headers = USUAL_SPAM_HEADERS

    def validate_authserv(self, field: Field) -> None:
        """Names of servers, each of them."""
        _read(server_names, self.authserv_list)

    def validate_spam_header(self, field: Field) -> None:
        """A sign that can be read, or nothing."""
        _read(spam_sign, field.data or "")

    @property
    def authserv_list(self) -> list[str]:
        """The names of the servers that are believed."""
        return (self.authserv.data or "").replace(",", " ").split()

    @property
    def trust_values(self) -> dict[str, Any]:
        """What this part of the form says, by column of the mailbox."""
        return {
            "authserv_ids": [name.lower() for name in self.authserv_list],
            "spam_header": self.spam_header.data or "",
        }


def _read(reader: Callable[[Any], object], given: Any) -> None:
    """Let a reader of the domain refuse what was given, in its words."""
    try:
        reader(given)
    except Invalid as error:
        raise ValidationError(_(error.words, **error.facts)) from None
