"""What an open page of a ticket asks now and then: are there words that it does not show."""

from __future__ import annotations

from flask import Response, jsonify, make_response, render_template, request

from helpdesk.core import clock
from helpdesk.domain.accounts.permissions import Action
from helpdesk.domain.tickets.queries.following import messages_after
from helpdesk.web.account import settings
from helpdesk.web.numbers import row_number
from helpdesk.web.portal.standing import stand_of
from helpdesk.web.portal.way import Way, by_link, reading
from helpdesk.web.security import needs

NO_CONTENT = 204


def follow_news(token: str) -> Response:
    """What is new behind a signed link."""
    return _news(by_link(token))


@needs(Action.FOLLOW_OWN_TICKET)
def news(number: int) -> Response:
    """The same for somebody who is signed in."""
    return _news(reading(number))


def _news(way: Way) -> Response:
    """204 when the page has said that it knows; of who reads or writes inside, never a word.

    `seen` is the newest message that the page shows, `state` the state, `mark` the last answer's.
    """
    ticket, seen = way.ticket, row_number(request.args.get("seen")) or 0
    new = messages_after(way.person, ticket, seen)
    mark = f"{new[-1] if new else seen}.{ticket.state}"
    if request.args.get("mark") == mark:
        return make_response("", NO_CONTENT)
    moved = request.args.get("state") != ticket.state
    stand = stand_of(ticket, now=clock.now(), reopen_days=settings().reopen_days)
    shown = render_template(
        "portal/_news.html", new=len(new), stand=stand if moved else None, url=way.page(since=seen)
    )
    return jsonify(mark=mark, news=shown.strip(), changes=len(new) or int(moved))
