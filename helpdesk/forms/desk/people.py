"""People as agents type them: an address, a name with an address, or a name that is known."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask_babel import gettext as _
from wtforms.validators import ValidationError

from helpdesk.core.errors import Invalid
from helpdesk.domain.accounts.actions import checked_address
from helpdesk.domain.accounts.queries import people_like
from helpdesk.domain.correspondence.queries import is_ours

# A text with more than this is no list of people.
MOST_PEOPLE = 50
LONGEST_LIST = 5000
# A comma inside a quoted name is part of it: "Lund, Nils" <nils@example.com>.
_BETWEEN = re.compile(r'[,;\n](?=(?:[^"]*"[^"]*")*[^"]*\Z)')
_NAME_AND_ADDRESS = re.compile(r"([^<>]*)<([^<>]*)>\Z")


@dataclass(frozen=True, slots=True)
class Addressee:
    """Somebody to write to, known or not."""

    address: str
    name: str = ""


def addressees(text: str) -> tuple[Addressee, ...]:
    """Everybody in a list with commas, semicolons or lines between; ValidationError in words."""
    # A long text is no list of people, and takes long to take apart.
    short = text[:LONGEST_LIST]
    parts = [part for part in _BETWEEN.split(short) if part.strip()]
    if len(parts) > MOST_PEOPLE or short != text:
        raise ValidationError(_("Name at most %(number)s people at once.", number=MOST_PEOPLE))
    found = (_addressee(part.strip()) for part in parts)
    return tuple({each.address: each for each in found}.values())


def addressee(text: str) -> Addressee:
    """The one person in a text; ValidationError in words for none or several."""
    found = addressees(text)
    if len(found) != 1:
        raise ValidationError(_("Name one person; others can be added as copies."))
    return found[0]


def _addressee(text: str) -> Addressee:
    named = _NAME_AND_ADDRESS.match(text)
    name, address = (named[1].strip(' "'), named[2]) if named else ("", text)
    if "@" not in address:
        return _known(text)
    try:
        address = checked_address(address)
    except Invalid:
        raise ValidationError(_("“%(text)s” is no e-mail address.", text=address)) from None
    if is_ours(address):
        raise ValidationError(
            _("%(address)s is an address of ours: the mail would come back.", address=address)
        )
    return Addressee(address, name)


def _known(name: str) -> Addressee:
    people = people_like(name, limit=4)
    exact = [person for person in people if person.name.casefold() == name.casefold()]
    people = exact or people
    if not people:
        raise ValidationError(_("Nobody here is called “%(name)s”. Write the address.", name=name))
    if len(people) > 1:
        some = ", ".join(f"{person.display_name} <{person.email}>" for person in people[:3])
        raise ValidationError(
            _(
                "Several people are called “%(name)s”: %(some)s. Write the address.",
                name=name,
                some=some,
            )
        )
    return Addressee(people[0].email, people[0].name)
