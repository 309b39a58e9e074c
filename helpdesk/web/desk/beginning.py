"""A ticket that an agent begins: by writing first, or for somebody who called."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from helpdesk.core import clock
from helpdesk.core.db import unit_of_work
from helpdesk.domain.accounts.actions import know
from helpdesk.domain.accounts.permissions import Action
from helpdesk.domain.accounts.queries import functions_of, people_like
from helpdesk.domain.correspondence.queries import mail_about, mailboxes
from helpdesk.domain.processes import PROCESSES
from helpdesk.domain.tickets.actions import Opening, Words, open_ticket
from helpdesk.domain.tickets.actions import write_first as begin
from helpdesk.domain.tickets.models import Queue
from helpdesk.domain.tickets.queries import history, queues
from helpdesk.forms.desk.beginning import BeginningForm, How
from helpdesk.web.account import me, settings
from helpdesk.web.desk.acting import UNPROCESSABLE, told_words
from helpdesk.web.desk.choices import mailbox_choices, queue_choices
from helpdesk.web.desk.door import blueprint
from helpdesk.web.security import needs
from helpdesk.web.uploads import CarriedFile, carried_files

# Type-ahead begins when the letters say something.
FEWEST_LETTERS = 2


@blueprint.route("/new", methods=["GET", "POST"])
@needs(Action.WRITE_FIRST)
def write_first() -> str | Response | tuple[str, int]:
    """Write to somebody, or register what somebody said."""
    all_queues = queues()
    active = mailboxes(active_only=True)
    form = BeginningForm(data=_usual(all_queues))
    form.offer(
        queue_choices(all_queues),
        {queue.id: queue for queue in all_queues},
        mailbox_choices(active),
    )
    if request.method == "GET":
        form.to.data = request.args.get("to", "")
        return _page(form, ())
    carried = carried_files(
        form.files.data or (), request.form.getlist("carried"), owner=str(me().id)
    )
    if not form.validate():
        return _page(form, carried), UNPROCESSABLE
    return _begun(form, carried, {mailbox.id: mailbox.language for mailbox in active})


@blueprint.get("/people")
@needs(Action.WRITE_FIRST)
def people() -> str:
    """Options for the field that is being typed in: people whose name or address begins so."""
    named = (request.args.get(field) for field in ("to", "q", "requester"))
    words = next((each for each in named if each), "").strip()
    found = people_like(words, limit=8) if len(words) >= FEWEST_LETTERS else ()
    return render_template("desk/_people.html", people=found)


def _page(form: BeginningForm, carried: tuple[CarriedFile, ...]) -> str:
    return render_template(
        "desk/write_first.html", form=form, carried=carried, limit_mb=settings().max_upload_mb
    )


def _begun(
    form: BeginningForm, carried: tuple[CarriedFile, ...], languages: dict[int, str]
) -> Response:
    now = clock.now()
    called = form.how.data == How.CALLED.value
    text = (form.text.data or "").replace("\r\n", "\n").strip()
    files = tuple(each.file for each in carried)
    assert form.person is not None
    with unit_of_work():
        requester = know(form.person.address, name=form.person.name, now=now)
        opening = Opening(
            subject=form.subject.data or "",
            requester=requester,
            process=form.process_name.data,
            queue=next(queue for queue in queues() if queue.id == form.queue.data),
            mailbox_id=form.mailbox.data or None,
            language=requester.language
            or languages.get(form.mailbox.data or 0)
            or str(get_locale()),
        )
        if called:
            words = Words(text, files=files, channel="phone")
            ticket, _message = open_ticket(opening, words, by=me(), now=now)
        else:
            ticket, _message = begin(opening, Words(text, files=files), by=me(), now=now)
        number = ticket.number
        told = told_words(mail_about(line.id for line in history(ticket)))
    said = _("Ticket #%(number)s is there.", number=number)
    flash(f"{said} {told}".strip(), "success")
    return redirect(url_for("desk.ticket", number=number), 303)


def _usual(all_queues: Sequence[Queue]) -> dict[str, object]:
    """The agent's own function is where most of what they begin belongs."""
    own = {function.id for function in functions_of(me())}
    mine = [queue for queue in all_queues if queue.function_id in own]
    first = next(iter(mine or all_queues), None)
    process = (first.process if first else None) or next(iter(PROCESSES))
    return {"queue": first.id if first else None, "process_name": process}
