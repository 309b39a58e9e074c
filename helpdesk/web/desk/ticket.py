"""The page of one ticket."""

from __future__ import annotations

from flask import render_template, request

from helpdesk.domain.accounts.permissions import Action
from helpdesk.forms.desk.ticket import TicketForm
from helpdesk.web.account import settings
from helpdesk.web.desk.decisions import decisions, moves, replies_and
from helpdesk.web.desk.door import blueprint
from helpdesk.web.desk.page import read_page
from helpdesk.web.desk.rows import state_kind
from helpdesk.web.desk.writing import writing
from helpdesk.web.numbers import row_number
from helpdesk.web.security import needs


@blueprint.get("/tickets/<int:number>")
@needs(Action.SEE_TICKETS)
def ticket(number: int) -> str:
    """The conversation, and beside it what can be decided.

    With `since`, of the conversation only what is newer than that version: an open page takes its
    parts from there.
    """
    return ticket_page(number, since=row_number(request.args.get("since")))


def ticket_page(
    number: int,
    came_back: TicketForm | None = None,
    *,
    seen: int | None = None,
    refused: str | None = None,
    since: int | None = None,
) -> str:
    """The page; also with a form that came back: the ticket is newer than `seen`, or `refused`.

    With `since`, only the parts of the conversation that are newer than that version.
    """
    page = read_page(number)
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
        state_kind=state_kind(page.ticket),
        changes=page.changes_since(seen) if seen is not None else [],
        refused=refused,
        limit_mb=settings().max_upload_mb,
    )
