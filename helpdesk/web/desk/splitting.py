"""Making a new ticket of some of a ticket's messages."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from helpdesk.core import clock
from helpdesk.core.db import unit_of_work
from helpdesk.core.errors import Invalid, Outdated, Refused
from helpdesk.domain.accounts.permissions import Action
from helpdesk.domain.tickets import actions
from helpdesk.domain.tickets.queries import (
    conversation_to_read,
    ticket_for,
    ticket_to_change,
)
from helpdesk.forms.desk.belonging import SplitForm
from helpdesk.web.account import me
from helpdesk.web.desk.acting import CONFLICT, UNPROCESSABLE, put_error
from helpdesk.web.desk.door import blueprint
from helpdesk.web.desk.ticket import ticket_page
from helpdesk.web.numbers import row_number
from helpdesk.web.security import needs


@blueprint.get("/tickets/<int:number>/split")
@needs(Action.WORK_ON_TICKETS)
def split(number: int) -> str:
    """Choose the messages."""
    return _page(number, _chosen(request.args.getlist("message")))


@blueprint.post("/tickets/<int:number>/split")
@needs(Action.WORK_ON_TICKETS)
def do_split(number: int) -> Response | tuple[str, int]:
    """Make the ticket and lead to it."""
    form = SplitForm()
    chosen = _chosen(request.form.getlist("message"))
    if not form.validate():
        return _page(number, chosen, form), UNPROCESSABLE
    try:
        with unit_of_work():
            new = actions.split(
                ticket_to_change(me(), number),
                message_ids=sorted(chosen),
                subject=form.subject.data or "",
                seen=form.version,
                by=me(),
                now=clock.now(),
            )
            made = new.number
    except Outdated as error:
        return ticket_page(number, seen=error.seen), CONFLICT
    except Invalid as error:
        put_error(form, error)
        return _page(number, chosen, form), UNPROCESSABLE
    except Refused as error:
        return _page(number, chosen, form, _(error.words, **error.facts)), CONFLICT
    flash(_("Split off from #%(number)s. Nobody was told.", number=number), "success")
    return redirect(url_for("desk.ticket", number=made), 303)


def _chosen(words: list[str]) -> set[int]:
    return {found for each in words if (found := row_number(each)) is not None}


def _page(number: int, chosen: set[int], form: SplitForm | None = None, refused: str = "") -> str:
    ticket = ticket_for(me(), number)
    said = [
        spoken.message
        for spoken in conversation_to_read(ticket, internal=True)
        # What is only shown here because its ticket was merged is split off there.
        if spoken.message.ticket_id == ticket.id
    ]
    return render_template(
        "desk/split.html",
        ticket=ticket,
        messages=said,
        chosen=chosen,
        refused=refused,
        form=form or SplitForm(seen=ticket.version, fresh=True, data={"subject": ticket.subject}),
    )
