"""Links between tickets, and tickets that are like one: found, shown, said and taken back."""

from __future__ import annotations

from flask import render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from helpdesk.core import clock
from helpdesk.core.errors import Invalid
from helpdesk.core.words import N_
from helpdesk.domain.accounts.permissions import Action, may
from helpdesk.domain.tickets import actions
from helpdesk.domain.tickets.models import LinkKind, Ticket
from helpdesk.domain.tickets.queries import ticket_for, ticket_to_change
from helpdesk.domain.tickets.search import Asking, search
from helpdesk.domain.tickets.search.similar import similar_to
from helpdesk.forms.choices import SelectChoice
from helpdesk.forms.desk.belonging import KINDS, REVERSED, LinkForm, UnlinkForm
from helpdesk.web.account import me
from helpdesk.web.desk.acting import carry_out
from helpdesk.web.desk.door import blueprint
from helpdesk.web.desk.rows import row_of, rows_of
from helpdesk.web.desk.search import LONGEST_QUERY
from helpdesk.web.filters import readers_zone
from helpdesk.web.numbers import row_number
from helpdesk.web.security import needs

# Beside a ticket, and on the page that one opens to look further.
FEW_SIMILAR = 4
MORE_SIMILAR = 15
HITS = 15


@blueprint.get("/tickets/<int:number>/similar")
@needs(Action.SEE_TICKETS)
def similar(number: int) -> str:
    """The part of the ticket page that comes after it: what is like it."""
    ticket = ticket_for(me(), number)
    found = similar_to(ticket, by=me(), limit=FEW_SIMILAR)
    return render_template(
        "desk/_similar.html",
        ticket=ticket,
        # Nothing is said here about what is unread, so that it need not be asked.
        similar=[row_of(each, unread=False) for each in found],
        works=may(me(), Action.WORK_ON_TICKETS) and ticket.merged_into_id is None,
    )


@blueprint.get("/tickets/<int:number>/relate")
@needs(Action.SEE_TICKETS)
def relate(number: int) -> str:
    """What the ticket may belong to, by likeness or by number and words; and what to do with it."""
    ticket = ticket_for(me(), number)
    query = request.args.get("q", "").strip()[:LONGEST_QUERY]
    form = LinkForm(seen=ticket.version, fresh=True)
    form.offer(_kinds())
    return render_template(
        "desk/relate.html",
        ticket=ticket,
        query=query,
        found=rows_of(_found(ticket, query), me()),
        form=form,
        works=may(me(), Action.WORK_ON_TICKETS) and ticket.merged_into_id is None,
    )


@blueprint.post("/tickets/<int:number>/link")
@needs(Action.WORK_ON_TICKETS)
def link(number: int) -> Response | tuple[str, int]:
    """Say what the ticket is to another one."""
    form = LinkForm()
    form.offer(_kinds())

    def act(ticket: Ticket) -> None:
        kind, other = form.kind.data or "", _other(form.other.data)
        one, two = (other, ticket) if kind.endswith(REVERSED) else (ticket, other)
        kind = kind.removesuffix(REVERSED)
        actions.link(one, other=two, kind=LinkKind(kind), by=me(), now=clock.now())

    return carry_out(number, form, act, said=_("Linked."))


@blueprint.post("/tickets/<int:number>/unlink")
@needs(Action.WORK_ON_TICKETS)
def unlink(number: int) -> Response | tuple[str, int]:
    """Take a link away."""
    form = UnlinkForm()

    def act(ticket: Ticket) -> None:
        actions.unlink(ticket, int(form.link.data or 0), by=me(), now=clock.now())

    return carry_out(number, form, act, said=_("They are no longer linked."))


def _other(words: str | None) -> Ticket:
    number = row_number((words or "").lstrip("#"))
    if number is None:
        raise Invalid("other", N_("Name the other ticket by its number."))
    return ticket_to_change(me(), number)


def _kinds() -> list[SelectChoice]:
    return [SelectChoice(kind, _(label)) for kind, label in KINDS.items()]


def _found(ticket: Ticket, query: str) -> list[Ticket]:
    if not query:
        return list(similar_to(ticket, by=me(), limit=MORE_SIMILAR))
    number = row_number(query.lstrip("#"))
    asking = Asking(me(), clock.now(), readers_zone())
    found = search(f"#{number}" if number else query, asking, limit=HITS)
    named = [found.named] if found.named is not None else []
    return [each for each in (*named, *found.tickets) if each.id != ticket.id]
