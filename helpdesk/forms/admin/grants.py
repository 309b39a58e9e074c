"""A sign-in by OAuth 2: who the provider is, who agrees, and as whom we ask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import Field, PasswordField, RadioField, StringField
from wtforms.validators import DataRequired, Length, ValidationError

from helpdesk.domain.correspondence.granting import is_safe_url
from helpdesk.domain.correspondence.models import GrantFlow
from helpdesk.forms.admin.text import one_line, stripped
from helpdesk.forms.choices import SelectChoice

_FLOWS = {
    GrantFlow.CLIENT_CREDENTIALS: lazy_gettext(
        "The organisation agreed once, for the application (client credentials)"
    ),
    GrantFlow.AUTHORIZATION_CODE: lazy_gettext(
        "The mailbox’s own user agrees, in a browser (authorization code)"
    ),
}


class GrantForm(FlaskForm):
    """A sign-in as an administrator sees it; secrets go in and never come out."""

    name = StringField(
        lazy_gettext("Name"),
        [DataRequired(lazy_gettext("Give the sign-in a name.")), Length(max=60), one_line],
        description=lazy_gettext("A short name for lists and settings, like “Microsoft 365”."),
        filters=[stripped],
    )
    flow = RadioField(
        lazy_gettext("Who agrees?"),
        [DataRequired(lazy_gettext("Choose who agrees."))],
        default=GrantFlow.AUTHORIZATION_CODE.value,
    )
    tenant = StringField(
        lazy_gettext("Directory"),
        [Length(max=200), one_line],
        description=lazy_gettext(
            "The organisation’s tenant id or its domain, like example.onmicrosoft.com."
        ),
        filters=[stripped],
    )
    authorize_url = StringField(
        lazy_gettext("Where people agree"),
        [Length(max=500), one_line],
        description=lazy_gettext("The authorization endpoint; only when a person agrees."),
        filters=[stripped],
    )
    token_url = StringField(
        lazy_gettext("Where tokens come from"),
        [Length(max=500), one_line],
        description=lazy_gettext("The token endpoint."),
        filters=[stripped],
    )
    scope = StringField(
        lazy_gettext("Scope"),
        [Length(max=1000), one_line],
        description=lazy_gettext("What is asked for, separated by spaces."),
        filters=[stripped],
    )
    client_id = StringField(
        lazy_gettext("Application’s id"),
        [
            DataRequired(lazy_gettext("Write the id that the provider gave the application.")),
            Length(max=300),
            one_line,
        ],
        description=lazy_gettext("The provider calls it application id or client id."),
        filters=[stripped],
    )
    client_secret = PasswordField(lazy_gettext("Application’s secret"), [Length(max=2000)])

    is_preset: bool = False
    wants_tenant: bool = False
    secret_is_kept: bool = False

    def offer(self, flows: Sequence[GrantFlow]) -> None:
        """Let these ways be chosen."""
        self.flow.choices = [SelectChoice(flow.value, _FLOWS[flow]) for flow in flows]
        if len(flows) == 1:
            self.flow.data = flows[0].value

    @property
    def is_for_a_person(self) -> bool:
        """Whether somebody agrees in a browser."""
        return bool(self.flow.data == GrantFlow.AUTHORIZATION_CODE.value)

    def validate_tenant(self, field: Field) -> None:
        """Only some providers have directories."""
        if self.wants_tenant and not field.data:
            raise ValidationError(_("Write the directory’s id or domain, like example.org."))

    def validate_authorize_url(self, field: Field) -> None:
        """Needed where a person agrees, and nobody knows it yet."""
        if not self.is_preset and self.is_for_a_person and not is_safe_url(field.data or ""):
            raise ValidationError(_("Write an address that begins with https://."))

    def validate_token_url(self, field: Field) -> None:
        """Needed where nobody knows it yet; secrets are sent there."""
        if not self.is_preset and not is_safe_url(field.data or ""):
            raise ValidationError(_("Write an address that begins with https://."))

    def validate_client_secret(self, field: Field) -> None:
        """An application without a person behind it has nothing else to prove who it is."""
        if not self.is_for_a_person and not field.data and not self.secret_is_kept:
            raise ValidationError(_("Write the secret that the provider gave the application."))

    @property
    def given(self) -> dict[str, Any]:
        """What the form says of the provider's columns."""
        names = ("flow", "tenant", "authorize_url", "token_url", "scope")
        return {name: self[name].data or "" for name in names}
