"""Quick registration: one line becomes a ticket, and can be taken back for a moment."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from helpdesk.core import clock
from helpdesk.core.db import unit_of_work
from helpdesk.core.errors import Refused
from helpdesk.core.said import said
from helpdesk.core.words import N_
from helpdesk.domain.accounts.actions import know
from helpdesk.domain.accounts.permissions import Action
from helpdesk.domain.accounts.queries import functions_of
from helpdesk.domain.correspondence.delivery import withdraw_mail
from helpdesk.domain.correspondence.queries import mail_about
from helpdesk.domain.processes import PROCESSES
from helpdesk.domain.routing.guessing import guess
from helpdesk.domain.services.queries import services
from helpdesk.domain.tickets.actions import Opening, Words, open_ticket
from helpdesk.domain.tickets.actions.opening import unregister
from helpdesk.domain.tickets.queries import history, queues, ticket_to_change
from helpdesk.forms.choices import SelectChoice
from helpdesk.forms.desk.registering import RegisterForm
from helpdesk.web.account import me
from helpdesk.web.desk.acting import UNPROCESSABLE, told_words
from helpdesk.web.desk.choices import service_choices
from helpdesk.web.desk.door import blueprint
from helpdesk.web.desk.speaking import UNDO_TIME
from helpdesk.web.security import needs

# Why the requester gets no acknowledgement: it is the agent who sits there and sees the ticket.
BY_ONESELF = N_("The requester registered it here")


@blueprint.route("/register", methods=["GET", "POST"])
@needs(Action.WRITE_FIRST)
def register() -> str | Response | tuple[str, int]:
    """One line, and what is asked only when the line leaves it open."""
    form = RegisterForm()
    form.offer(service_choices(services()))
    if request.method == "GET":
        form.text.data = request.args.get("text", "").removeprefix("+").strip()
        return _page(form, asks=())
    if not form.validate():
        return _page(form, asks=()), UNPROCESSABLE
    own = {function.id for function in functions_of(me())}
    mine = next((queue for queue in queues() if queue.function_id in own), None)
    try:
        found = guess(
            form.line,
            sender=form.person.address if form.person else me().email,
            process=(mine.process if mine else None) or next(iter(PROCESSES)),
            queue_id=mine.id if mine else None,
        )
    except Refused as error:
        form.form_errors.append(_(error.words, **error.facts))
        return _page(form, asks=()), UNPROCESSABLE
    chosen = next((each for each in services() if each.id == form.service.data), None)
    # A page that asked brings the field along, also when nothing was chosen in it.
    if found.doubtful and form.service.name not in request.form:
        return _page(form, asks=service_choices(found.doubtful))
    now = clock.now()
    with unit_of_work():
        place = found.placement
        requester = (
            know(form.person.address, name=form.person.name, now=now) if form.person else me()
        )
        opening = Opening(
            subject=form.line,
            requester=requester,
            process=place.process,
            queue=place.queue,
            service=chosen or place.service,
            impact=place.impact,
            urgency=place.urgency,
            language=requester.language or str(get_locale()),
            reason=place.rule,
        )
        ticket, _message = open_ticket(
            opening,
            Words(form.line, channel="phone" if form.person else "web"),
            hushed="" if form.person and requester.id != me().id else BY_ONESELF,
            hold=UNDO_TIME,
            by=me(),
            now=now,
        )
        number = ticket.number
        told = told_words(mail_about(line.id for line in history(ticket)))
    words = _("Ticket #%(number)s is there.", number=number)
    flash(f"{words} {told}".strip(), "success")
    return redirect(url_for("desk.ticket", number=number), 303)


@blueprint.post("/tickets/<int:number>/unregister")
@needs(Action.WRITE_FIRST)
def take_back_registration(number: int) -> Response:
    """Take back a ticket that one has just registered; its line can be written anew."""
    try:
        with unit_of_work():
            ticket = ticket_to_change(me(), number)
            message = unregister(ticket, by=me(), now=clock.now())
            withdraw_mail(message.id)
            line = ticket.subject
    except Refused as error:
        flash(said(error.words), "warning")
        return redirect(url_for("desk.ticket", number=number), 303)
    flash(_("Taken back. #%(number)s is closed, and nobody was told.", number=number), "success")
    return redirect(url_for("desk.register", text=line), 303)


def _page(form: RegisterForm, *, asks: Sequence[SelectChoice]) -> str:
    return render_template("desk/register.html", form=form, asks=asks)
