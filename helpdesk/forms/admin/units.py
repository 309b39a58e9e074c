"""A business unit: its names, its place, whose mail is its, and who sees its tickets."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import BooleanField, Field, RadioField, SelectField, TextAreaField
from wtforms.validators import ValidationError

from helpdesk.domain.accounts.models import Sharing
from helpdesk.domain.accounts.queries import people_by_addresses
from helpdesk.forms.admin.offers import choices
from helpdesk.forms.admin.organisation import Named
from helpdesk.forms.choices import SelectChoice


def _lines(words: str | None) -> list[str]:
    lines = (words or "").replace("\x00", "").replace(",", "\n").splitlines()
    return list(dict.fromkeys(line.strip().lower() for line in lines if line.strip()))


class UnitForm(Named):
    """All of a business unit."""

    parent = SelectField(lazy_gettext("Part of"), coerce=int)
    senders = TextAreaField(
        lazy_gettext("Whose mail is theirs"),
        description=lazy_gettext(
            "One domain or address a line, like sales.example.com or anna@example.com. Whoever "
            "writes for the first time from there belongs to this unit; the most specific wins."
        ),
    )
    sharing = RadioField(
        lazy_gettext("Who sees the unit’s tickets"),
        choices=[
            SelectChoice(Sharing.OFF.value, lazy_gettext("Only who asked")),
            SelectChoice(Sharing.EVERYBODY.value, lazy_gettext("Everybody in the unit")),
            SelectChoice(Sharing.CHOSEN.value, lazy_gettext("Chosen people in the unit")),
        ],
        default=Sharing.OFF.value,
        description=lazy_gettext(
            "They read, and do not answer. It holds for tickets from now on; who asks is told, "
            "and can keep a ticket private."
        ),
    )
    readers = TextAreaField(
        lazy_gettext("Chosen people"),
        description=lazy_gettext("Their e-mail addresses, one a line; only when you chose that."),
    )
    active = BooleanField(
        lazy_gettext("In use"),
        default=True,
        description=lazy_gettext("What is not in use takes no new people and shares nothing."),
    )

    def offer(self, units: Sequence[tuple[int, str]]) -> None:
        """Let these units be what it is a part of."""
        self.parent.choices = choices([(0, _("nothing, it stands by itself")), *units])

    @property
    def sender_list(self) -> list[str]:
        """The domains and addresses as they were written."""
        return _lines(self.senders.data)

    @property
    def reader_ids(self) -> list[int]:
        """The people who were chosen."""
        return sorted(
            person.id for person in people_by_addresses(_lines(self.readers.data)).values()
        )

    def validate_readers(self, field: Field) -> None:
        """Addresses of people whom we know."""
        wanted = _lines(field.data)
        known = people_by_addresses(wanted)
        for address in wanted:
            if address not in known:
                raise ValidationError(_("Nobody is known by the address %(text)s.", text=address))
