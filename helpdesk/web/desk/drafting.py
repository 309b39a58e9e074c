"""What an agent does while writing: keep a draft, insert a canned reply, take a reply back."""

from __future__ import annotations

from flask import flash, jsonify, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from helpdesk.core import clock
from helpdesk.core.db import unit_of_work
from helpdesk.core.errors import Invalid, NotFound, Refused
from helpdesk.core.said import said
from helpdesk.domain.accounts.permissions import Action
from helpdesk.domain.replies.actions import forget_draft, keep_draft, kind_of
from helpdesk.domain.replies.queries import at_hand
from helpdesk.domain.replies.taking_back import take_back as take_reply_back
from helpdesk.domain.tickets.models import Ticket
from helpdesk.domain.tickets.queries import message_for, ticket_for, ticket_to_change
from helpdesk.domain.tickets.queries.suppliers import conversation_of, quotation
from helpdesk.forms.desk.ticket import ReplyForm, SupplierForm
from helpdesk.web.account import me, settings
from helpdesk.web.desk.acting import CONFLICT, UNPROCESSABLE
from helpdesk.web.desk.door import blueprint
from helpdesk.web.desk.ticket import ticket_page
from helpdesk.web.filters import file_size
from helpdesk.web.security import needs
from helpdesk.web.uploads import carried_files, to_bring_back

# `s` and as many digits as a number in a database has.
LONGEST_KIND = 10


@blueprint.post("/tickets/<int:number>/draft")
@needs(Action.WORK_ON_TICKETS)
def draft(number: int) -> Response | tuple[Response, int]:
    """Keep what is being written, for the page that says so every few seconds, or for a button.

    Files are kept with it by the button, and where the page says `files`, as soon as one is added.
    """
    kind = request.args.get("kind", "reply")
    quietly = request.accept_mimetypes.best == "application/json"
    text = request.form.get(f"{kind}-text", "").replace("\r\n", "\n").replace("\x00", "")
    carried = None
    if "files" in request.args or not (quietly or "forget" in request.args):
        marks = request.form.getlist(f"{kind}-carried")
        uploads = request.files.getlist(f"{kind}-files")
        carried = carried_files(uploads, marks, owner=str(me().id))
        limit = settings().max_upload_mb
        if sum(each.file.size for each in carried) > limit * 1024 * 1024:
            words = _("The files are larger than %(number)s MB together.", number=limit)
            if quietly:
                return jsonify(words=words), UNPROCESSABLE
            flash(words, "warning")
            return redirect(url_for("desk.ticket", number=number, _anchor=kind), 303)
    try:
        # What is lost when the machine loses its power is what was typed in a few seconds.
        with unit_of_work(durable=not quietly):
            ticket = ticket_for(me(), number)
            if "forget" in request.args:
                forget_draft(ticket, kind, by=me())
                mark = ""
            else:
                mark = keep_draft(
                    ticket,
                    kind,
                    words=text,
                    cc=_written(f"{kind}-cc") or _written(f"{kind}-to"),
                    subject=_written(f"{kind}-subject"),
                    seen=request.form.get("draft-seen") if quietly else None,
                    files=to_bring_back(carried) if carried is not None else None,
                    by=me(),
                    now=clock.now(),
                )
    except Refused as error:
        return jsonify(words=said(error.words)), CONFLICT
    except Invalid as error:
        return jsonify(words=said(error.words)), UNPROCESSABLE
    if quietly:
        return jsonify(
            seen=mark,
            files=[
                {
                    "name": each.file.filename,
                    "size": file_size(each.file.size),
                    "mark": each.mark,
                    "infected": each.file.infected_with,
                }
                for each in carried or ()
            ],
        )
    flash(_("Your draft is kept.") if mark else _("Your draft is gone."), "success")
    return redirect(url_for("desk.ticket", number=number, _anchor=kind), 303)


@blueprint.get("/tickets/<int:number>/canned")
@needs(Action.WORK_ON_TICKETS)
def canned(number: int) -> Response:
    """The canned replies for a ticket, filled in, for the script that inserts them."""
    ticket = ticket_for(me(), number)
    offered = at_hand(ticket, me()).canned
    return jsonify([{"id": each.id, "name": each.name, "words": each.words} for each in offered])


@blueprint.post("/tickets/<int:number>/canned")
@needs(Action.WORK_ON_TICKETS)
def insert_canned(number: int) -> str:
    """The page again, with more words below what was written; nothing is sent.

    A canned reply, or for a supplier what the requester said last, as a quotation.
    """
    ticket = ticket_for(me(), number)
    form = _form_of(ticket, request.args.get("kind", "reply"))
    marks = request.form.getlist(f"{form.name}-carried")
    form.carried = carried_files(form.files.data or (), marks, owner=str(me().id))
    if "quote" in request.args:
        inserted = [quotation(ticket)]
    else:
        chosen = request.form.get("canned", type=int)
        inserted = [each.words for each in at_hand(ticket, me()).canned if each.id == chosen]
    written = (form.text.data or "").replace("\r\n", "\n").rstrip()
    form.text.data = "\n\n".join([written, *inserted] if written else inserted)
    seen = form.seen.data or ""
    return ticket_page(number, form, seen=int(seen) if seen.isdecimal() else None)


def _written(name: str) -> str:
    return request.form.get(name, "").replace("\x00", "")


def _form_of(ticket: Ticket, kind: str) -> ReplyForm | SupplierForm:
    if kind == SupplierForm.name:
        return SupplierForm()
    if kind[:1] == "s" and kind[1:].isdecimal() and len(kind) <= LONGEST_KIND:
        return SupplierForm(conversation_of(ticket, int(kind[1:])).id)
    return ReplyForm()


@blueprint.post("/tickets/<int:number>/messages/<int:message_id>/take-back")
@needs(Action.WORK_ON_TICKETS)
def take_back(number: int, message_id: int) -> Response:
    """Take back a reply that has not left; its words are in the editor again."""
    try:
        with unit_of_work():
            ticket = ticket_to_change(me(), number)
            message = message_for(me(), message_id)
            if message.ticket_id != ticket.id:
                raise NotFound("There is no such message on this ticket.")
            kind = kind_of(message)
            take_reply_back(ticket, message, by=me(), now=clock.now())
    except Refused as error:
        flash(said(error.words), "warning")
        return redirect(url_for("desk.ticket", number=number), 303)
    flash(_("Taken back. Nothing was sent, and your words are here again."), "success")
    return redirect(url_for("desk.ticket", number=number, _anchor=kind), 303)
