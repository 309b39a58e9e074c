"""Where a ticket stands, in the words of those who asked for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _

from helpdesk.domain.processes import MERGED, Standing
from helpdesk.domain.tickets.models import Ticket
from helpdesk.domain.tickets.rules import may_reopen
from helpdesk.web.filters import day

Step = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Stand:
    """`label` and `kind` for the chip, `words` for what happens and what is expected.

    `asks` when the reader is expected to do something; `reopens` when an answer opens it again;
    `over` when an answer begins a new ticket.
    """

    label: str
    kind: str
    words: str
    asks: bool
    reopens: bool
    over: bool


def stand_of(ticket: Ticket, *, now: datetime, reopen_days: int) -> Stand:
    """How the ticket stands for those who follow it; `reopen_days` as the settings say."""
    state = ticket.state_spec
    finished = state.standing is Standing.DONE
    answers_move_it = ticket.state in ticket.process_spec.on_answer
    asks = state.standing is Standing.WAITING and answers_move_it
    in_time = may_reopen(ticket.resolved_at, now=now, days=reopen_days)
    reopens = finished and answers_move_it and in_time
    return Stand(
        label=_(state.portal),
        kind=_kind(ticket),
        words=_words(ticket, asks=asks, reopens=reopens, reopen_days=reopen_days),
        asks=asks,
        reopens=reopens,
        over=finished and not reopens and state != MERGED,
    )


def _kind(ticket: Ticket) -> str:
    if ticket.state == ticket.process_spec.initial:
        return "new"
    return ticket.state_spec.standing.value


def _words(ticket: Ticket, *, asks: bool, reopens: bool, reopen_days: int) -> str:
    process, state = ticket.process_spec, ticket.state_spec
    if asks:
        return _("We have asked you something and wait for your answer.")
    if state.standing is Standing.WAITING:
        return _("It waits for somebody else. You need not do anything.")
    if ticket.state == process.initial:
        return _("We have it. Nobody has taken it yet, and you need not do anything.")
    if state.standing is Standing.OPEN:
        return _("We are working on it. You need not do anything.")
    if state == MERGED:
        return _("We go on with this together with something else. What you write here reaches us.")
    if reopens and ticket.resolved_at is not None:
        last_day = ticket.resolved_at + timedelta(days=reopen_days)
        return _(
            "We believe that it is solved. If it is not, reopen it here until %(day)s.",
            day=day(last_day),
        )
    if reopens:
        return _("We believe that it is solved. If it is not, reopen it here.")
    return _("It is finished. If you write now, that becomes a new ticket.")


def steps_of(ticket: Ticket, stand: Stand) -> list[Step]:
    """The line of progress: (label, past | now | asks | "" for what is to come).

    Waiting is shown only while it lasts: most tickets never wait for their requester.
    """
    process = ticket.process_spec
    here = ticket.state_spec
    finished = here.standing is Standing.DONE
    work = next(
        state
        for state in process.states
        if state.standing is Standing.OPEN and state.name != process.initial
    )
    way = [process.state(process.initial)]
    # What was closed had been solved before; another end than that came before any work.
    if not finished or here.name in (process.resolved, process.closed):
        way.append(work)
    if here not in way:
        way.append(here)
    if not finished:
        way.append(process.state(process.resolved))
    at = way.index(here)
    now = "asks" if stand.asks else "now"
    places = ["past" if i < at else now if i == at else "" for i in range(len(way))]
    return [(_(state.portal), place) for state, place in zip(way, places, strict=True)]
