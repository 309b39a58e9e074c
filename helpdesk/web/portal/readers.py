"""Who can read a ticket besides those who follow it, in words for them."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from helpdesk.domain.accounts.models import Sharing
from helpdesk.domain.tickets.models import Ticket
from helpdesk.domain.tickets.queries.sharing import shared_in
from helpdesk.web.filters import local_name
from helpdesk.web.portal.way import Way


def readers_words(ticket: Ticket, way: Way) -> dict[str, Any] | None:
    """Who besides those who follow it reads the ticket, in words; None where nobody could."""
    unit = shared_in(ticket)
    if unit is None:
        return None
    name = local_name(unit)
    if ticket.private:
        words = _("You keep this from your colleagues.")
        if ticket.requester_id != way.person.id:
            words = _("Colleagues who do not follow this cannot read it.")
    elif unit.sharing == Sharing.CHOSEN.value:
        words = _("Some people in %(unit)s can read this, also what you write here.", unit=name)
    else:
        words = _("Everybody in %(unit)s can read this, also what you write here.", unit=name)
    return {
        "words": words,
        "private": ticket.private,
        "may_change": ticket.requester_id == way.person.id,
        "url": way.privacy(),
    }
