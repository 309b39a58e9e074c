"""The outbox: what waits, what failed, what left, with the server's answers."""

from __future__ import annotations

from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from helpdesk.core import clock
from helpdesk.core.db import db, unit_of_work
from helpdesk.core.errors import NotFound, Refused
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.accounts.permissions import Action
from helpdesk.domain.correspondence import delivery
from helpdesk.domain.correspondence.bouncing import suppressed_among, suppressed_count
from helpdesk.domain.correspondence.models import Mailbox, OutboundMail
from helpdesk.domain.correspondence.queries import outbound_to_change, sending_trouble
from helpdesk.domain.reconciliation import OUTBOX_STATES, PAGE, overview
from helpdesk.domain.reconciliation import outbox as asked
from helpdesk.web.account import me, settings
from helpdesk.web.admin.door import blueprint, id_asked, words_asked
from helpdesk.web.security import needs


@blueprint.get("/outbox")
@needs(Action.SEE_OUTBOX)
def outbox() -> str:
    """What waits, and by request what failed, left or was cancelled."""
    shown = request.args.get("state", "waiting")
    if shown not in OUTBOX_STATES:
        shown = "waiting"
    words = words_asked()
    before = id_asked("before")
    rows = asked(OUTBOX_STATES[shown], words=words, before=before, limit=PAGE + 1)
    older = None
    if len(rows) > PAGE:
        last = rows[PAGE - 1].id
        older = url_for("admin.outbox", state=shown, q=words or None, before=last)
    return render_template(
        "admin/outbox.html",
        rows=rows[:PAGE],
        shown=shown,
        words=words,
        overview=overview(now=clock.now()),
        trouble=sending_trouble(),
        captures=not settings().smtp_host,
        unreached=suppressed_count(),
        older=older,
        newest=url_for("admin.outbox", state=shown, q=words or None) if before else None,
    )


@blueprint.get("/outbox/<int:outbound_id>")
@needs(Action.SEE_OUTBOX)
def outbound(outbound_id: int) -> str:
    """One mail: to whom, about what, how far it came, and what the server answered."""
    mail = db.session.get(OutboundMail, outbound_id)
    if mail is None:
        raise NotFound(f"There is no outbound mail {outbound_id}.")
    decided = mail.facts.get("decided", [])
    return render_template(
        "admin/outbound.html",
        mail=mail,
        unreached=suppressed_among((mail.to_address,)).get(mail.to_address.lower()),
        person=db.session.get(Person, mail.person_id) if mail.person_id else None,
        mailbox=db.session.get(Mailbox, mail.mailbox_id) if mail.mailbox_id else None,
        decided=[
            (each["what"], db.session.get(Person, each["by"]), datetime.fromisoformat(each["at"]))
            for each in decided
        ],
        link_to_ticket=_link_to_ticket(mail.ticket_id),
        may_send=mail.state in ("waiting", "failed", "bounced", "cancelled", "captured"),
        may_cancel=mail.state in ("waiting", "failed"),
    )


@blueprint.post("/outbox/<int:outbound_id>/send-again")
@needs(Action.MANAGE_OUTBOX)
def send_again(outbound_id: int) -> Response:
    """Let the worker send it as soon as it can."""
    try:
        with unit_of_work():
            delivery.send_again(_to_change(outbound_id), by=me(), now=clock.now())
    except Refused as refused:
        flash(_(str(refused)), "error")
    else:
        flash(_("It is sent again within moments."), "success")
    return redirect(url_for("admin.outbound", outbound_id=outbound_id))


@blueprint.post("/outbox/<int:outbound_id>/cancel")
@needs(Action.MANAGE_OUTBOX)
def cancel(outbound_id: int) -> Response:
    """Keep it from being sent."""
    try:
        with unit_of_work():
            delivery.cancel(_to_change(outbound_id), by=me(), now=clock.now())
    except Refused as refused:
        flash(_(str(refused)), "error")
    else:
        flash(_("It will not be sent."), "success")
    return redirect(url_for("admin.outbound", outbound_id=outbound_id))


def _link_to_ticket(number: int | None) -> Markup | str:
    if number is None:
        return ""
    return Markup('<a href="{}">#{}</a>').format(url_for("desk.ticket", number=number), number)


def _to_change(outbound_id: int) -> OutboundMail:
    mail = outbound_to_change(outbound_id)
    if mail is None:
        raise NotFound(f"There is no outbound mail {outbound_id}.")
    return mail
