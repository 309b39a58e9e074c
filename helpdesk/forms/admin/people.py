"""Who somebody is, and what they may do."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Field,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from helpdesk.core.errors import Invalid
from helpdesk.domain.accounts.actions import checked_address
from helpdesk.domain.accounts.permissions import ROLE_LABELS, Role
from helpdesk.domain.accounts.queries import person_by_address
from helpdesk.domain.correspondence.queries import is_ours
from helpdesk.forms.admin.mailboxes import LANGUAGES
from helpdesk.forms.admin.offers import choices
from helpdesk.forms.admin.text import stripped
from helpdesk.forms.choices import SelectChoice


class ManyOf(SelectMultipleField):
    """A box to tick for each choice."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class PersonForm(FlaskForm):
    """A person: name, addresses, language, roles and functions."""

    name = StringField(lazy_gettext("Name"), [Length(max=200)], filters=[stripped])
    addresses = TextAreaField(
        lazy_gettext("E-mail addresses"),
        [DataRequired(lazy_gettext("Write at least one address."))],
        description=lazy_gettext(
            "One a line. Our mail goes to the first; mail from all is theirs."
        ),
    )
    language = SelectField(
        lazy_gettext("Language"),
        choices=[SelectChoice("", lazy_gettext("as they write")), *LANGUAGES],
    )
    roles = ManyOf(
        lazy_gettext("Roles"),
        description=lazy_gettext("Everybody may ask for help; a role is for those who do more."),
    )
    functions = ManyOf(
        lazy_gettext("Works in"),
        coerce=int,
        description=lazy_gettext("The functions whose work lists are theirs."),
    )
    unit = SelectField(
        lazy_gettext("Business unit"),
        coerce=int,
        description=lazy_gettext("The part of the business that they work in."),
    )
    invite = BooleanField(
        lazy_gettext("Send an invitation"),
        description=lazy_gettext("A mail with a link by which they choose a password and sign in."),
    )

    person_id: int | None = None

    def offer(self, functions: Sequence[tuple[int, str]], units: Sequence[tuple[int, str]]) -> None:
        """Let these functions and units be chosen, and every role that is granted."""
        self.functions.choices = choices(functions)
        self.unit.choices = choices([(0, _("none")), *units])
        self.roles.choices = [
            SelectChoice(role.value, _(label))
            for role, label in ROLE_LABELS.items()
            if role is not Role.REQUESTER
        ]

    def validate_addresses(self, field: Field) -> None:
        """Addresses, each of them, and nobody else's."""
        for address in self.address_list:
            try:
                checked_address(address)
            except Invalid:
                raise ValidationError(_("“%(text)s” is no e-mail address.", text=address)) from None
            owner = person_by_address(address)
            if owner is not None and owner.id != self.person_id:
                raise ValidationError(
                    _(
                        "%(address)s belongs to %(name)s already.",
                        address=address,
                        name=owner.display_name,
                    )
                )
            if is_ours(address):
                raise ValidationError(
                    _("%(address)s is the address of a mailbox.", address=address)
                )
        if not self.address_list:
            raise ValidationError(_("Write at least one address."))

    @property
    def address_list(self) -> list[str]:
        """The addresses, in lower case, in their order."""
        lines = (self.addresses.data or "").replace("\x00", "").replace(",", "\n").splitlines()
        return list(dict.fromkeys(line.strip().lower() for line in lines if line.strip()))


class LeavingForm(FlaskForm):
    """What becomes of the tickets of somebody who leaves."""

    tickets = RadioField(
        lazy_gettext("Their open tickets"),
        choices=[
            SelectChoice("nobody", lazy_gettext("go back to their queues, for anybody to take")),
            SelectChoice("somebody", lazy_gettext("go to somebody else")),
        ],
        default="nobody",
    )
    to = SelectField(lazy_gettext("Who takes them over"), coerce=int)

    def offer(self, people: Sequence[tuple[int, str]]) -> None:
        """Let these people be chosen."""
        self.to.choices = choices([(0, _("Choose somebody")), *people])

    def validate_to(self, field: Field) -> None:
        """Somebody, where somebody is meant."""
        if self.tickets.data == "somebody" and not field.data:
            raise ValidationError(_("Choose who takes the tickets over."))
