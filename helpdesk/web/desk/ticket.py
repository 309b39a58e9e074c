"""The page of one ticket."""

from __future__ import annotations

from flask import render_template, request

from helpdesk.core.errors import NotFound
from helpdesk.domain.accounts.permissions import Action
from helpdesk.domain.tickets.queries import Window
from helpdesk.forms.desk.ticket import TicketForm
from helpdesk.web.account import settings
from helpdesk.web.desk.conversation import NEWEST_MESSAGES, PORTION
from helpdesk.web.desk.decisions import asks_and, decisions, moves, replies_and
from helpdesk.web.desk.door import blueprint
from helpdesk.web.desk.expecting import expected
from helpdesk.web.desk.putting_off import snooze_offers, snoozed_words
from helpdesk.web.desk.reading import read_page
from helpdesk.web.desk.rows import state_kind
from helpdesk.web.desk.writing import writing
from helpdesk.web.numbers import row_number
from helpdesk.web.opened import note_opened
from helpdesk.web.security import needs

# Nobody reads more on one page, and a browser hardly shows it.
WHOLE = 2_000


@blueprint.get("/tickets/<int:number>")
@needs(Action.SEE_TICKETS)
def ticket(number: int) -> str:
    """The conversation, and beside it what can be decided.

    Of a long one the middle is left out, but for `message`, which is wanted open; `all` leaves
    nothing out. With `since`, of the conversation only what is newer than that version: an open
    page takes its parts from there.
    """
    since = row_number(request.args.get("since"))
    if since is not None:
        return ticket_page(number, window=Window(PORTION), since=since)
    asked = request.args.get("message", type=int)
    newest = WHOLE if "all" in request.args else NEWEST_MESSAGES
    return ticket_page(number, window=Window(newest, also=(asked,) if asked else ()))


@blueprint.get("/tickets/<int:number>/earlier")
@needs(Action.SEE_TICKETS)
def earlier(number: int) -> str:
    """Some more of the messages before one, for the script that puts them into their place."""
    before = request.args.get("before", default=0, type=int)
    page = read_page(number, Window(PORTION, before=before))
    return render_template("desk/_earlier.html", page=page)


@blueprint.get("/tickets/<int:number>/messages/<int:message_id>")
@needs(Action.SEE_TICKETS)
def message(number: int, message_id: int) -> str:
    """The inside of one message that was folded, for the script that opens it."""
    page = read_page(number, Window(0, also=(message_id,), alone=True))
    if not page.said:
        raise NotFound("There is no such message on this ticket.")
    return render_template("desk/_opened.html", page=page)


def ticket_page(
    number: int,
    came_back: TicketForm | None = None,
    *,
    seen: int | None = None,
    refused: str | None = None,
    window: Window | None = None,
    since: int | None = None,
) -> str:
    """The page; also with a form that came back: the ticket is newer than `seen`, or `refused`.

    With `since`, only the parts of the conversation that are newer than that version.
    """
    page = read_page(number, window)
    note_opened(page.ticket, page.reader, known=page.my_mark)
    forms = decisions(page, came_back)
    return render_template(
        "desk/ticket.html",
        page=page,
        parts=page.parts if since is None else page.parts_since(since),
        since=since,
        taken_back=[] if since is None else page.taken_back_since(since),
        ticket=page.ticket,
        forms=forms,
        writing=writing(page, forms, came_back),
        came_back=came_back.name if came_back else "",
        moves=moves(page.ticket),
        replies_and=replies_and(page.ticket),
        asks_and=asks_and(page.ticket),
        state_kind=state_kind(page.ticket),
        expected=expected(page.ticket, list(page.said)),
        changes=page.changes_since(seen) if seen is not None else [],
        refused=refused,
        snoozed=snoozed_words(page.ticket),
        snooze_offers=snooze_offers(),
        limit_mb=settings().max_upload_mb,
    )
