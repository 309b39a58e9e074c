"""Canned replies: their list, one of them, and how it reads on a real ticket."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from helpdesk.core import clock
from helpdesk.core.db import unit_of_work
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.domain.accounts.permissions import Action
from helpdesk.domain.replies.actions import (
    add_canned_reply,
    change_canned_reply,
    delete_canned_reply,
)
from helpdesk.domain.replies.models import CannedReply
from helpdesk.domain.replies.queries import canned_replies, canned_reply, words_for
from helpdesk.domain.replies.rules import VARIABLES
from helpdesk.domain.tickets.queries import ticket_for
from helpdesk.forms.admin.canned import CannedReplyForm
from helpdesk.web.account import me
from helpdesk.web.admin.choices import function_choices, tell
from helpdesk.web.admin.door import blueprint
from helpdesk.web.language import LANGUAGES
from helpdesk.web.security import needs

# (language, words as they would be sent)
Preview = Sequence[tuple[str, str]]


@blueprint.get("/canned-replies")
@needs(Action.MANAGE_CANNED_REPLIES)
def canned_list() -> str:
    """All canned replies by name."""
    return render_template(
        "admin/canned.html", rows=canned_replies(), functions=dict(function_choices())
    )


@blueprint.route("/canned-replies/new", methods=["GET", "POST"])
@needs(Action.MANAGE_CANNED_REPLIES)
def canned_new() -> Response | str:
    """Add a canned reply; how it reads can be seen first."""
    return _edit(None)


@blueprint.route("/canned-replies/<int:reply_id>", methods=["GET", "POST"])
@needs(Action.MANAGE_CANNED_REPLIES)
def canned_one(reply_id: int) -> Response | str:
    """Change a canned reply; how it reads can be seen first."""
    return _edit(canned_reply(reply_id))


@blueprint.post("/canned-replies/<int:reply_id>/delete")
@needs(Action.MANAGE_CANNED_REPLIES)
def canned_delete(reply_id: int) -> Response:
    """Delete a canned reply; what was sent with it stays."""
    with unit_of_work():
        delete_canned_reply(canned_reply(reply_id), by=me(), now=clock.now())
    flash(_("Deleted."), "success")
    return redirect(url_for("admin.canned_list"), 303)


def _edit(row: CannedReply | None) -> Response | str:
    form = CannedReplyForm(obj=row)
    form.offer(function_choices())
    if row is not None and request.method == "GET":
        form.function.data = row.function_id or 0
    if not form.validate_on_submit():
        return _page(form, row)
    if "try" in request.form:
        return _page(form, row, _preview(form))
    row_id = row.id if row is not None else None
    try:
        with unit_of_work():
            if row_id is None:
                add_canned_reply(form.values, by=me(), now=clock.now())
            else:
                change_canned_reply(
                    canned_reply(row_id), values=form.values, by=me(), now=clock.now()
                )
    except Invalid as error:
        tell(form, error)
        return _page(form, canned_reply(row_id) if row_id is not None else None)
    flash(_("Saved."), "success")
    return redirect(url_for("admin.canned_list"), 303)


def _preview(form: CannedReplyForm) -> Preview:
    """The words in each language as they would be sent on the ticket; faults stand at the field."""
    if form.ticket.data is None:
        form.ticket.errors = [_("Write the number of a ticket.")]
        return ()
    try:
        ticket = ticket_for(me(), form.ticket.data)
    except NotFound:
        form.ticket.errors = [_("There is no ticket with this number.")]
        return ()
    tried = CannedReply(**form.values)
    return [
        (name, words_for(tried, ticket, me(), language=language))
        for language, name in LANGUAGES.items()
    ]


def _page(form: CannedReplyForm, row: CannedReply | None, preview: Preview = ()) -> str:
    return render_template(
        "admin/canned_form.html", form=form, row=row, preview=preview, variables=VARIABLES
    )
