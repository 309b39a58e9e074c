"""Putting a ticket off until a time or an answer, and fetching it back."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _
from werkzeug.wrappers import Response

from helpdesk.core import clock
from helpdesk.core.errors import Invalid
from helpdesk.core.words import N_
from helpdesk.domain.accounts.permissions import Action
from helpdesk.domain.tickets import actions
from helpdesk.domain.tickets.models import Ticket
from helpdesk.domain.tickets.rules import instant_of
from helpdesk.forms.desk.belonging import SnoozeForm, WakeForm
from helpdesk.web.account import me
from helpdesk.web.desk.acting import carry_out
from helpdesk.web.desk.door import blueprint
from helpdesk.web.desk.putting_off import instant_from
from helpdesk.web.filters import readers_zone
from helpdesk.web.security import needs


@blueprint.post("/tickets/<int:number>/snooze")
@needs(Action.WORK_ON_TICKETS)
def snooze(number: int) -> Response | tuple[str, int]:
    """Take the ticket off the lists for a while."""
    form = SnoozeForm()

    def act(ticket: Ticket) -> None:
        until = _until(form)
        actions.snooze(ticket, until=until, seen=form.version, by=me(), now=clock.now())

    return carry_out(number, form, act, said=_("Off the lists for a while."))


@blueprint.post("/tickets/<int:number>/wake")
@needs(Action.WORK_ON_TICKETS)
def wake(number: int) -> Response | tuple[str, int]:
    """Fetch the ticket back to the lists."""
    form = WakeForm()

    def act(ticket: Ticket) -> None:
        actions.wake(ticket, why=actions.Why.BY_HAND, by=me(), now=clock.now())

    return carry_out(number, form, act, said=_("It is on the lists again."))


def _until(form: SnoozeForm) -> datetime:
    if form.at.data is not None and not form.until.data:
        return instant_of(form.at.data, readers_zone())
    until = instant_from(form.until.data or "")
    if until is None:
        raise Invalid("at", N_("Choose a day and a time."))
    return until
