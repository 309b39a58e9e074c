"""An agent's words on a ticket: replies and notes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from helpdesk.core import clock
from helpdesk.domain.accounts.actions import know
from helpdesk.domain.accounts.permissions import Action
from helpdesk.domain.replies.actions import forget_draft
from helpdesk.domain.tickets import actions
from helpdesk.domain.tickets.actions import Words
from helpdesk.domain.tickets.models import Message, Ticket
from helpdesk.forms.desk.ticket import NoteForm, ReplyForm, WordsForm
from helpdesk.web.account import me
from helpdesk.web.desk.acting import carry_out
from helpdesk.web.desk.door import blueprint
from helpdesk.web.security import needs
from helpdesk.web.uploads import carried_files

# As long as somebody needs to see what they have just sent.
UNDO_TIME = timedelta(seconds=10)


@blueprint.post("/tickets/<int:number>/reply")
@needs(Action.WORK_ON_TICKETS)
def reply(number: int) -> Response | tuple[str, int]:
    """Write to the requester and the followers, and perhaps move the ticket with it."""
    form = ReplyForm()
    words = _words(form)

    def act(ticket: Ticket) -> Message:
        now = clock.now()
        copies = [know(each.address, name=each.name, now=now) for each in form.copies]
        forget_draft(ticket, form.name, by=me())
        return actions.reply(
            ticket,
            words(),
            hold=UNDO_TIME,
            then=form.then.data or None,
            cc=copies,
            seen=form.version,
            by=me(),
            now=now,
        )

    return carry_out(number, form, act, said=_("Your reply is on its way."))


@blueprint.post("/tickets/<int:number>/note")
@needs(Action.WORK_ON_TICKETS)
def note(number: int) -> Response | tuple[str, int]:
    """Write something that only agents see."""
    form = NoteForm()
    words = _words(form)

    def act(ticket: Ticket) -> Message:
        forget_draft(ticket, form.name, by=me())
        return actions.add_note(ticket, words(), seen=form.version, by=me(), now=clock.now())

    return carry_out(number, form, act, said=_("Your note is kept. Only agents see it."))


def _words(form: WordsForm) -> Callable[[], Words]:
    """Take the files in at once, whatever becomes of the form; gives what was written, on call."""
    marks = request.form.getlist(f"{form.name}-carried")
    form.carried = carried_files(form.files.data or (), marks, owner=str(me().id))

    def words() -> Words:
        text = (form.text.data or "").replace("\r\n", "\n").strip()
        return Words(text, files=tuple(each.file for each in form.carried))

    return words
