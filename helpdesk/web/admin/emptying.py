"""A queue is emptied: its unfinished tickets go to another one, before it is deleted or rests."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from helpdesk.core import clock
from helpdesk.core.db import db, unit_of_work
from helpdesk.core.errors import NotFound, Refused
from helpdesk.domain.accounts.permissions import Action
from helpdesk.domain.tickets.handing_over import begin_to_empty
from helpdesk.domain.tickets.models import Queue
from helpdesk.domain.tickets.organising import waiting_in_queues
from helpdesk.domain.tickets.queries import queues
from helpdesk.forms.admin.organisation import EmptyingForm
from helpdesk.web.account import me
from helpdesk.web.admin.door import blueprint
from helpdesk.web.filters import local_name
from helpdesk.web.handing import hand_on
from helpdesk.web.security import needs


@blueprint.route("/queues/<int:row_id>/empty", methods=["GET", "POST"])
@needs(Action.MANAGE_ORGANISATION)
def queue_empty(row_id: int) -> Response | str:
    """Say how many tickets lie there and ask where they go; then move them."""
    queue = _queue(row_id)
    form = EmptyingForm()
    others = [
        each for each in queues() if each.id != row_id and each.process in (None, queue.process)
    ]
    form.offer([(each.id, f"{local_name(each.function)} · {local_name(each)}") for each in others])
    if not others or not form.validate_on_submit():
        waits = waiting_in_queues().get(row_id, 0)
        return render_template(
            "admin/queue_empty.html", form=form, row=queue, waits=waits, possible=bool(others)
        )
    try:
        with unit_of_work():
            to = _queue(form.to.data)
            hand_over = begin_to_empty(_queue(row_id), to=to, by=me(), now=clock.now())
            hand_over_id = hand_over.id
    except Refused as refused:
        flash(_(refused.words, **refused.facts), "error")
        return redirect(url_for("admin.queue_empty", row_id=row_id))
    flash(hand_on(hand_over_id), "success")
    return redirect(url_for("admin.queue", row_id=row_id))


def _queue(row_id: int) -> Queue:
    found = db.session.get(Queue, row_id)
    if found is None:
        raise NotFound(f"There is no queue {row_id}.")
    return found
