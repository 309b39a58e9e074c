"""Search over everything that the agent may see, with the words that were found."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from flask import jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from helpdesk.core import clock
from helpdesk.core.errors import NotFound
from helpdesk.core.stems import highlighted
from helpdesk.domain.accounts.permissions import Action, may
from helpdesk.domain.tickets.models import Ticket
from helpdesk.domain.tickets.queries import ticket_for
from helpdesk.domain.tickets.search import (
    Asking,
    Choice,
    Found,
    Sought,
    excerpts,
    suggestions,
    tickets_found,
)
from helpdesk.domain.tickets.search import search as search_for
from helpdesk.web.account import me
from helpdesk.web.desk.door import blueprint
from helpdesk.web.desk.rows import Row, rows_of
from helpdesk.web.desk.searching import KEY_WORDS, examples, keys_shown, narrowed_by, problems
from helpdesk.web.filters import readers_zone, reads_swedish
from helpdesk.web.security import needs

HITS = 25
# SQLite's largest row id; a longer row of digits is no number of ours.
_NUMBER = re.compile(r"(#?)(\d{1,10})\Z")
_WHOLE_SUBJECT = 300
# Nobody types more; what is longer was pasted by mistake.
LONGEST_QUERY = 500

# What begins so is no search but a ticket to be registered.
REGISTERS = "+"

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
    """What the query finds, newest first; a number leads straight to its ticket."""
    query = request.args.get("q", "").strip()[:LONGEST_QUERY]
    before = request.args.get("before", type=int)
    if query.startswith(REGISTERS):
        # The box of the search registers too; without a script, by way of a page.
        return redirect(url_for("desk.register", text=query))
    number = _NUMBER.match(query)
    named = _ticket(int(number[2])) if number is not None and before is None else None
    if named is not None and number is not None and _is_alone(named, number):
        return redirect(url_for("desk.ticket", number=named.number))
    asking = Asking(me(), clock.now(), readers_zone())
    # A number that stands in other tickets too is asked for as a number and as a word.
    asked = f"#{named.number} {query}" if named is not None else query
    found = search_for(asked, asking, before=before, limit=HITS) if query else Found()
    further = found.next_before or found.stopped_at
    return render_template(
        "desk/search.html",
        search_words=query,
        hits=_hits(found),
        problems=problems(found, query, swedish=reads_swedish()),
        narrowed=narrowed_by(found, query),
        examples=examples(swedish=reads_swedish()),
        keys=keys_shown(swedish=reads_swedish()),
        stopped=found.stopped_at is not None,
        first_url=url_for("desk.search", q=query) if before else None,
        next_url=url_for("desk.search", q=query, before=further) if further else None,
    )


@blueprint.get("/search/suggestions")
@needs(Action.SEE_TICKETS)
def search_suggestions() -> Response:
    """How the query may go on, as JSON: the whole query, the new part, and what it means."""
    query = request.args.get("q", "").lstrip()[:LONGEST_QUERY]
    line = query.removeprefix(REGISTERS).strip()
    registers = query.startswith(REGISTERS)
    found = () if registers else suggestions(query, swedish=reads_swedish())
    offers_to_register = [
        {
            "query": line,
            "written": REGISTERS,
            "means": _("Register “%(words)s” as a ticket", words=line),
            "registers": True,
        }
    ]
    return jsonify(
        [
            {
                "query": each.query,
                "written": each.written,
                "means": _meaning(each.choice) if each.choice else _(KEY_WORDS[each.key]),
            }
            for each in found
        ]
        # Whoever is writing a key searches.
        + (offers_to_register if line and not found and may(me(), Action.WRITE_FIRST) else [])
    )


def _meaning(choice: Choice) -> str:
    if reads_swedish() and choice.means_sv:
        return choice.means_sv
    # The empty message is the catalogue's own head.
    return _(choice.means) if choice.means and not choice.means_sv else choice.means


def _ticket(number: int) -> Ticket | None:
    try:
        return ticket_for(me(), number)
    except NotFound:
        return None


def _is_alone(named: Ticket, number: re.Match[str]) -> bool:
    """Whether nothing else can be meant: with its sign, or where no other ticket has the word."""
    if number[1]:
        return True
    found = tickets_found(number[2], by=me(), limit=2)
    return all(ticket.id == named.id for ticket in found)


def _hits(found: Found) -> list[Hit]:
    tickets = [*([found.named] if found.named else []), *found.tickets]
    where = excerpts([ticket.id for ticket in tickets], found.sought, by=me())
    hits = []
    for ticket, row in zip(tickets, rows_of(tickets, me()), strict=True):
        excerpt = where.get(ticket.id)
        hits.append(
            Hit(
                row,
                _subject(ticket, found.sought),
                excerpt.segments if excerpt else (),
                excerpt.from_note if excerpt else False,
            )
        )
    return hits


def _subject(ticket: Ticket, sought: Sought) -> Segments:
    return highlighted(
        ticket.subject, sought.to_mark, phrases=sought.phrases, around=_WHOLE_SUBJECT
    )
