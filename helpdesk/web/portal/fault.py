"""Report a fault: a short form, all of it once more before it goes, and what happens next.

Only for people who are signed in, so that nobody can make the desk write to a third person.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for
from flask_babel import get_locale
from werkzeug.wrappers import Response as BaseResponse

from helpdesk.core import clock, signing
from helpdesk.core.db import unit_of_work
from helpdesk.core.signing import ExpiredToken, ForgedToken
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.accounts.permissions import Action, require
from helpdesk.domain.accounts.queries import person_by_id
from helpdesk.domain.accounts.spending import led_to, spend, what_it_led_to
from helpdesk.domain.correspondence.models import Mailbox
from helpdesk.domain.correspondence.queries import mailboxes
from helpdesk.domain.intake import Intake, receive
from helpdesk.domain.processes.incident import INCIDENT
from helpdesk.domain.routing.queries import Placement, placement
from helpdesk.domain.routing.rules import Clues
from helpdesk.domain.services.models import Service
from helpdesk.domain.services.queries import services
from helpdesk.domain.tickets.actions import Words
from helpdesk.domain.tickets.queries.following import followed_ticket, followed_unfinished
from helpdesk.domain.tickets.rules import USUAL_LEVEL
from helpdesk.forms.portal.fault import FaultForm
from helpdesk.web.account import me, settings
from helpdesk.web.filters import local_name
from helpdesk.web.portal import notices
from helpdesk.web.portal.rows import ticket_rows
from helpdesk.web.portal.standing import stand_of
from helpdesk.web.portal.ticket import subject_of
from helpdesk.web.security import limiter, needs
from helpdesk.web.uploads import CarriedFile, carried_files

PURPOSE = "fault"
# As long as the form itself may be sent.
_ONCE_SECONDS = 12 * 60 * 60
# Enough to find the one that was reported already.
OWN_SHOWN = 5


@needs(Action.REPORT_FAULT)
@limiter.limit("30 per minute; 200 per hour", methods=["POST"])
def fault() -> BaseResponse:
    """The form, then all of it to look at, then the ticket."""
    form = FaultForm()
    known = services()
    form.offer(sorted(((each, local_name(each)) for each in known), key=lambda pair: pair[1]))
    if request.method != "POST":
        wanted = request.args.get("service")
        form.service.data = next((each.id for each in known if each.key == wanted), 0)
        form.subject.data = (request.args.get("subject") or "")[:200]
        return _form_page(form, ())
    carried = carried_files(
        form.files.data or (), request.form.getlist("carried"), owner=f"fault:{me().id}"
    )
    step = request.form.get("step")
    if not form.validate():
        return _form_page(form, carried, 422)
    if step == "change":
        return _form_page(form, carried)
    nonce = _nonce(form.once.data or "")
    if step != "send" or nonce is None:
        if nonce is None:
            form.once.data = signing.token(PURPOSE, [secrets.token_urlsafe(16), me().id])
        return _review_page(form, carried)
    chosen = next((each for each in known if each.id == form.service.data), None)
    number = _sent(form, carried, chosen.id if chosen else None, nonce)
    return redirect(url_for("portal.fault_received", number=number), 303)


@needs(Action.FOLLOW_OWN_TICKET)
def fault_received(number: int) -> str:
    """What happens next, and when one hears of it."""
    ticket = followed_ticket(me(), number)
    return render_template(
        "portal/fault_received.html",
        ticket=ticket,
        subject=subject_of(ticket),
        person=me(),
        stand=stand_of(ticket, now=clock.now(), reopen_days=settings().reopen_days),
    )


def _nonce(mark: str) -> str | None:
    try:
        nonce, person_id = signing.read_token(PURPOSE, mark, max_age_seconds=_ONCE_SECONDS)
    except (ExpiredToken, ForgedToken):
        return None
    return str(nonce) if person_id == me().id else None


def _sent(
    form: FaultForm, carried: tuple[CarriedFile, ...], service_id: int | None, nonce: str
) -> int:
    """The number of the ticket; the same one when the same form is sent again."""
    person_id, now = me().id, clock.now()
    with unit_of_work() as session:
        if not spend(nonce, now=now):
            return what_it_led_to(nonce) or 0
        person = person_by_id(person_id)
        require(person, Action.REPORT_FAULT)
        assert person is not None
        words = Words(
            text=form.words(),
            files=tuple(each.file for each in carried),
            sender=person.email,
        )
        mailbox = _mailbox()
        service = session.get(Service, service_id) if service_id is not None else None
        ticket, _message = receive(
            Intake(
                requester=person,
                subject=form.subject.data or "",
                words=words,
                placement=_placed(form, words, person, mailbox, service),
                mailbox_id=mailbox.id if mailbox else None,
                language=person.language or str(get_locale())[:2],
            ),
            by=person,
            now=now,
        )
        led_to(nonce, ticket.number)
        return ticket.number


def _mailbox() -> Mailbox | None:
    """The mailbox that speaks for faults: one that takes them, or else the first."""
    active = mailboxes(active_only=True)
    fitting = (mailbox for mailbox in active if mailbox.process == INCIDENT.name)
    return next(fitting, next(iter(active), None))


def _placed(
    form: FaultForm,
    words: Words,
    person: Person,
    mailbox: Mailbox | None,
    service: Service | None,
) -> Placement:
    """Where a mail with these words would go; what was chosen fills what the rules leave open."""
    where = placement(
        Clues(
            sender=person.email,
            recipients=(mailbox.address,) if mailbox else (),
            subject=form.subject.data or "",
            text=words.text,
        ),
        process=INCIDENT.name,
        queue_id=mailbox.queue_id if mailbox else None,
    )
    said_by_rule = bool(where.rule) and (where.impact, where.urgency) != (USUAL_LEVEL, USUAL_LEVEL)
    return replace(
        where,
        service=service or where.service,
        impact=where.impact if said_by_rule else form.impact,
        urgency=where.urgency if said_by_rule else form.urgency,
    )


def _form_page(form: FaultForm, carried: tuple[CarriedFile, ...], status: int = 200) -> Response:
    now = notices.running(notices.notices_now()) if form.service.data else []
    matching = [each for each in now if each.service_id == form.service.data]
    return _page(
        "fault",
        status,
        form=form,
        carried=carried,
        notices=notices.shown(matching, me()),
        limit_mb=settings().max_upload_mb,
    )


def _review_page(form: FaultForm, carried: tuple[CarriedFile, ...]) -> Response:
    written = f"{form.subject.data} {form.text.data}"
    matching = notices.about(
        notices.notices_now(), service_id=form.service.data or None, written=written
    )
    return _page(
        "fault_review",
        200,
        form=form,
        carried=carried,
        notices=notices.shown(matching, me()),
        own=ticket_rows(followed_unfinished(me(), limit=OWN_SHOWN).rows),
        person=me(),
    )


def _page(name: str, status: int, **values: Any) -> Response:
    return make_response(render_template(f"portal/{name}.html", **values), status)
