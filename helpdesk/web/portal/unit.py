"""What colleagues asked for, where the business unit shares it; and keeping a ticket from them."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from helpdesk.core import clock
from helpdesk.core.db import unit_of_work
from helpdesk.core.errors import NotFound
from helpdesk.domain.accounts.permissions import Action, require
from helpdesk.domain.accounts.queries import person_by_id
from helpdesk.domain.accounts.units import sees_unit
from helpdesk.domain.tickets.actions import keep_private
from helpdesk.domain.tickets.models import Ticket
from helpdesk.domain.tickets.queries.following import followed_ticket
from helpdesk.domain.tickets.queries.sharing import shared_list
from helpdesk.web.account import me, settings
from helpdesk.web.numbers import row_number
from helpdesk.web.portal.standing import stand_of
from helpdesk.web.portal.ticket import subject_of
from helpdesk.web.portal.way import Way, by_link, signed_in
from helpdesk.web.security import needs


@needs(Action.SEE_UNIT_TICKETS)
def unit_tickets() -> Response:
    """The list of one's business unit; NotFound for whom nothing is shared with."""
    unit = sees_unit(me())
    if unit is None:
        raise NotFound("Nothing is shared with you.")
    finished = request.args.get("show") == "finished"
    before = row_number(request.args.get("before"))
    page = shared_list(me(), finished=finished, before=before)
    show = "finished" if finished else None
    body = render_template(
        "portal/unit.html",
        unit=unit,
        rows=[_row(ticket) for ticket in page.rows],
        finished=finished,
        turned=before is not None,
        first=url_for("portal.unit_tickets", show=show),
        older=page.next_after and url_for("portal.unit_tickets", show=show, before=page.next_after),
    )
    return make_response(body)


@needs(Action.FOLLOW_OWN_TICKET)
def privacy(number: int) -> BaseResponse:
    """Keep one's ticket from colleagues, or show it to them."""
    return _kept(signed_in(number))


def follow_privacy(token: str) -> BaseResponse:
    """The same for whom a signed link names."""
    return _kept(by_link(token))


def _kept(way: Way) -> BaseResponse:
    private = request.form.get("private") == "1"
    person_id, number = way.person.id, way.ticket.number
    with unit_of_work():
        person = person_by_id(person_id)
        require(person, Action.FOLLOW_OWN_TICKET)
        assert person is not None
        ticket = followed_ticket(person, number, lock=True)
        keep_private(ticket, private=private, by=person, now=clock.now())
    flash(
        _("Only those who follow this ticket read it now.")
        if private
        else _("Your colleagues can read this ticket now."),
        "success",
    )
    return redirect(way.page(), 303)


def _row(ticket: Ticket) -> dict[str, Any]:
    return {
        "number": ticket.number,
        "url": url_for("portal.ticket", number=ticket.number),
        "subject": subject_of(ticket),
        "who": ticket.requester.name or ticket.requester.email.partition("@")[0],
        "opened_at": ticket.opened_at,
        "stand": stand_of(ticket, now=clock.now(), reopen_days=settings().reopen_days),
    }
