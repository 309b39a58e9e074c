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
from helpdesk.domain.tickets.actions.recording import expect
from helpdesk.domain.tickets.models import Message, Ticket
from helpdesk.domain.tickets.queries import ticket_for
from helpdesk.domain.tickets.queries.suppliers import conversation_of
from helpdesk.forms.desk.ticket import NoteForm, ReplyForm, SupplierForm, WordsForm
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


@blueprint.post("/tickets/<int:number>/suppliers")
@needs(Action.WORK_ON_TICKETS)
def ask_supplier(number: int) -> Response | tuple[str, int]:
    """Begin a conversation with a supplier, of which the requester sees nothing."""
    return _to_supplier(number, SupplierForm())


@blueprint.post("/tickets/<int:number>/suppliers/<int:conversation_id>")
@needs(Action.WORK_ON_TICKETS)
def write_to_supplier(number: int, conversation_id: int) -> Response | tuple[str, int]:
    """Go on in a conversation with a supplier."""
    conversation_of(ticket_for(me(), number), conversation_id)
    return _to_supplier(number, SupplierForm(conversation_id))


def _to_supplier(number: int, form: SupplierForm) -> Response | tuple[str, int]:
    words = _words(form)

    def act(ticket: Ticket) -> Message:
        now = clock.now()
        people = [know(each.address, name=each.name, now=now) for each in form.people]
        forget_draft(ticket, form.name, by=me())
        expect(ticket, form.version)
        if form.conversation_id is None:
            conversation = actions.begin_conversation(
                ticket, subject=form.subject.data or "", people=people, by=me(), now=now
            )
        else:
            conversation = conversation_of(ticket, form.conversation_id)
            actions.address_to(ticket, conversation, people=people)
        return actions.write_to_supplier(
            ticket,
            words(),
            conversation=conversation,
            hold=UNDO_TIME,
            then=form.then.data or None,
            by=me(),
            now=now,
        )

    return carry_out(number, form, act, said=_("Your words to the supplier are on their way."))


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
