"""Search over everything that the agent may see, with the words that were found."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from helpdesk.core.errors import NotFound
from helpdesk.core.stems import highlighted
from helpdesk.domain.accounts.permissions import Action
from helpdesk.domain.tickets.models import Ticket
from helpdesk.domain.tickets.queries import ticket_for
from helpdesk.domain.tickets.search import excerpts, tickets_found
from helpdesk.web.account import me
from helpdesk.web.desk.door import blueprint
from helpdesk.web.desk.rows import Row, row_of
from helpdesk.web.security import needs

HITS = 25
# SQLite's largest row id; a longer row of digits is no number of ours.
_NUMBER = re.compile(r"#?(\d{1,10})\Z")
_WHOLE_SUBJECT = 300

# (is it a hit, the words)
Segments = Sequence[tuple[bool, str]]


@dataclass(frozen=True, slots=True)
class Hit:
    """A ticket that was found, and where."""

    row: Row
    subject: Segments
    excerpt: Segments
    from_note: bool


@blueprint.get("/search")
@needs(Action.SEE_TICKETS)
def search() -> str | Response:
    """Tickets with all words of the query, newest first; a number leads straight to its ticket."""
    query = request.args.get("q", "").strip()
    before = request.args.get("before", type=int)
    number = _NUMBER.match(query)
    if number is not None and before is None and _is_there(int(number[1])):
        return redirect(url_for("desk.ticket", number=int(number[1])))
    found = list(tickets_found(query, by=me(), before=before, limit=HITS + 1)) if query else []
    shown = found[:HITS]
    more = len(found) > HITS
    return render_template(
        "desk/search.html",
        search_words=query,
        hits=_hits(shown, query),
        first_url=url_for("desk.search", q=query) if before else None,
        next_url=url_for("desk.search", q=query, before=shown[-1].number) if more else None,
    )


def _is_there(number: int) -> bool:
    try:
        ticket_for(me(), number)
    except NotFound:
        return False
    return True


def _hits(tickets: Sequence[Ticket], query: str) -> list[Hit]:
    found = excerpts([ticket.id for ticket in tickets], query, by=me())
    hits = []
    for ticket in tickets:
        excerpt = found.get(ticket.id)
        hits.append(
            Hit(
                row_of(ticket),
                highlighted(ticket.subject, query, around=_WHOLE_SUBJECT),
                excerpt.segments if excerpt else (),
                excerpt.from_note if excerpt else False,
            )
        )
    return hits
