"""One decision about many tickets: what would happen, doing it, and taking it back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from helpdesk.core import clock, signing
from helpdesk.core.db import unit_of_work
from helpdesk.domain.accounts.absence import away_now
from helpdesk.domain.accounts.permissions import Action
from helpdesk.domain.accounts.queries import people_by_ids
from helpdesk.domain.correspondence.delivery import cancel
from helpdesk.domain.correspondence.models import DeliveryState, OutboundMail
from helpdesk.domain.correspondence.queries import mail_about, outbound_to_change
from helpdesk.domain.tickets.actions import (
    Decision,
    Deed,
    Outcome,
    Taken,
    decide_for_many,
    take_back,
)
from helpdesk.domain.tickets.models import Ticket
from helpdesk.domain.tickets.queries import tickets_among
from helpdesk.web.account import me
from helpdesk.web.away import absence_words
from helpdesk.web.desk.door import blueprint
from helpdesk.web.desk.many_decisions import chosen_words, decision_of, what_of
from helpdesk.web.numbers import row_number
from helpdesk.web.security import needs

# A page of a list. What was done travels in an address, and servers take 4,094 letters of one.
MOST_AT_ONCE = 50
UNDO_SECONDS = 10 * 60
_UNDO = "undo of a decision about many"


@dataclass(frozen=True, slots=True)
class Told:
    """Who gets mail, and how many."""

    name: str
    mails: int


class _Rehearsed(Exception):
    """Ends a rehearsal, so that nothing of it is kept, and carries what would happen."""

    def __init__(self, outcome: Outcome, told: tuple[Told, ...], versions: dict[int, int]) -> None:
        super().__init__("nothing of this is kept")
        self.outcome = outcome
        self.told = told
        self.versions = versions


@blueprint.post("/many")
@needs(Action.WORK_ON_TICKETS)
def many() -> Response | str:
    """What would happen to which tickets, and who would be told: done, looked at, rolled back."""
    numbers = _numbers()
    decision = decision_of(request.form.get("do", ""), numbers)
    if decision is None or not numbers:
        flash(_("Select tickets, and choose what to do with them."), "warning")
        return redirect(_back(), 303)
    if len(numbers) > MOST_AT_ONCE:
        flash(_("At most %(number)s tickets at once.", number=MOST_AT_ONCE), "warning")
        return redirect(_back(), 303)
    try:
        _rehearse(decision, numbers)
    except _Rehearsed as found:
        return render_template(
            "desk/many.html",
            what=what_of(decision),
            do=chosen_words(decision) or request.form.get("do", ""),
            targets=_targets(decision, found),
            outcome=found.outcome,
            taken=[(each.number, each.subject) for each in found.outcome.taken],
            left=_left(found.outcome),
            told=found.told,
            away=_away(decision),
            versions=found.versions,
            back=_back(),
        )


@blueprint.post("/many/do")
@needs(Action.WORK_ON_TICKETS)
def do_many() -> Response:
    """Do it in one unit of work; tickets that changed since they were looked at are left."""
    seen = _seen()
    decision = decision_of(request.form.get("do", ""), list(seen))
    if decision is None or not 0 < len(seen) <= MOST_AT_ONCE:
        flash(_("Select tickets, and choose what to do with them."), "warning")
        return redirect(_back(), 303)
    with unit_of_work():
        tickets = _concerned(decision, seen)
        outcome = decide_for_many(tickets, decision, seen=seen, by=me(), now=clock.now())
        told = _told(mail_about(each.event_id for each in outcome.taken))
    mark = signing.token(_UNDO, _packed(decision, outcome, told))
    return redirect(url_for("desk.many_done", t=mark, back=_back()), 303)


@blueprint.get("/many/done")
@needs(Action.WORK_ON_TICKETS)
def many_done() -> Response | str:
    """What was done, and for ten minutes the button that takes it back."""
    try:
        facts = signing.read_token(_UNDO, request.args.get("t", ""), max_age_seconds=UNDO_SECONDS)
        mark = request.args.get("t")
    except signing.ExpiredToken as late:
        facts, mark = late.payload, None
    except signing.ForgedToken:
        return redirect(_back(), 303)
    if facts["by"] != me().id:
        return redirect(_back(), 303)
    return render_template(
        "desk/many_done.html",
        what=facts["what"],
        taken=[(each.number, each.subject) for each in _unpacked(facts)],
        left=facts["left"],
        told=[Told(*each) for each in facts["told"]],
        undo=mark if facts["taken"] else None,
        back=_back(),
    )


@blueprint.post("/many/undo")
@needs(Action.WORK_ON_TICKETS)
def undo_many() -> Response:
    """Give the tickets back what they had; those that were changed since are named and left."""
    try:
        facts = signing.read_token(_UNDO, request.form.get("t", ""), max_age_seconds=UNDO_SECONDS)
    except (signing.ExpiredToken, signing.ForgedToken):
        flash(_("It is too late to undo this. Change the tickets by hand."), "warning")
        return redirect(_back(), 303)
    if facts["by"] != me().id:
        flash(_("Only who did it can undo it."), "warning")
        return redirect(_back(), 303)
    done = {each.number: each for each in _unpacked(facts)}
    with unit_of_work():
        tickets = tickets_among(me(), list(done), lock=True)
        outcome = take_back(tickets, Deed(facts["deed"]), done=done, by=me(), now=clock.now())
        events = [done[each.number].event_id for each in outcome.taken]
        told = _told(not_held_back(mail_about(events)))
    _say_undone(outcome, told)
    return redirect(_back(), 303)


def _rehearse(decision: Decision, numbers: Sequence[int]) -> NoReturn:
    """Do it and roll it back, so that what is said is what would happen; raises _Rehearsed."""
    with unit_of_work():
        tickets = _concerned(decision, numbers)
        versions = {ticket.number: ticket.version for ticket in tickets}
        outcome = decide_for_many(tickets, decision, seen={}, by=me(), now=clock.now())
        told = _told(mail_about(each.event_id for each in outcome.taken))
        raise _Rehearsed(outcome, told, versions)


def _concerned(decision: Decision, numbers: Iterable[int]) -> list[Ticket]:
    """The tickets that it is about, locked; not the one that the others are merged into."""
    into = [decision.into.id] if decision.into is not None else []
    locked = tickets_among(me(), sorted({*numbers, *into}), lock=True)
    return [each for each in locked if each.id not in into]


def _targets(decision: Decision, found: _Rehearsed) -> list[tuple[int, str, str, bool]]:
    """What the others may be merged into instead: (number, subject, the choice, whether it is)."""
    if decision.into is None:
        return []
    outcome, into = found.outcome, decision.into
    others = [(each.number, each.subject) for each in outcome.taken]
    others += [(each.number, each.subject) for each in outcome.left]
    return [
        (number, subject, f"{decision.deed.value}:{number}", number == into.id)
        for number, subject in sorted([*others, (into.id, into.subject)])
    ]


def not_held_back(mails: Iterable[OutboundMail]) -> list[OutboundMail]:
    """Keep the mails that still wait from being sent, and give those that are gone."""
    gone = []
    for each in mails:
        mail = outbound_to_change(each.id)
        if mail is None:
            continue
        if mail.state == DeliveryState.WAITING.value:
            cancel(mail, by=me(), now=clock.now())
        elif mail.state != DeliveryState.CANCELLED.value:
            gone.append(mail)
    return gone


def _say_undone(outcome: Outcome, told: Sequence[Told]) -> None:
    done = len(outcome.taken)
    if done:
        flash(
            ngettext("Undone for %(num)d ticket.", "Undone for %(num)d tickets.", done), "success"
        )
    if outcome.left:
        names = ", ".join(f"#{each.number}" for each in outcome.left)
        flash(_("Changed since, and left as they are: %(names)s.", names=names), "warning")
    if told:
        names = ", ".join(each.name for each in told)
        flash(_("Mail about it had left already to %(names)s.", names=names), "warning")


def _told(mails: Sequence[OutboundMail]) -> tuple[Told, ...]:
    people = people_by_ids(mail.person_id for mail in mails)
    names = Counter(
        people[mail.person_id].display_name if mail.person_id in people else mail.to_address
        for mail in mails
    )
    return tuple(Told(name, number) for name, number in sorted(names.items()))


def _away(decision: Decision) -> str:
    """That who is to get the tickets is away, in words; "" while they are here."""
    if decision.person is None:
        return ""
    away = away_now(now=clock.now(), among=(decision.person.id,))
    return " ".join(absence_words(absence) for absence in away.values())


def _numbers() -> list[int]:
    found = map(row_number, request.form.getlist("ticket"))
    return sorted({number for number in found if number is not None})


def _seen() -> dict[int, int]:
    """The version that was looked at, by number."""
    pairs = (each.partition(":") for each in request.form.getlist("ticket"))
    seen = ((row_number(number), row_number(version)) for number, _colon, version in pairs)
    return {
        number: version for number, version in seen if number is not None and version is not None
    }


def _back() -> str:
    """The list that one came from; anything else leads to one's own."""
    back = request.values.get("back", "")
    is_ours = back.startswith("/desk/") and "\\" not in back and "//" not in back
    return back if is_ours else url_for("desk.work_list", list="mine")


def _left(outcome: Outcome) -> list[tuple[int, str, str]]:
    """The tickets that stay as they are, and why."""
    return [(each.number, each.subject[:60], _(each.words, **each.facts)) for each in outcome.left]


def _packed(decision: Decision, outcome: Outcome, told: Iterable[Told]) -> dict[str, Any]:
    return {
        "by": me().id,
        "what": what_of(decision),
        "deed": decision.deed.value,
        "taken": [
            [
                *(each.number, each.subject[:60], each.version, each.before, each.event_id),
                each.resolved_at.isoformat() if each.resolved_at else None,
            ]
            for each in outcome.taken
        ],
        "left": _left(outcome),
        "told": [[each.name, each.mails] for each in told],
    }


def _unpacked(facts: dict[str, Any]) -> list[Taken]:
    return [
        Taken(
            number,
            subject,
            version,
            before,
            event_id,
            datetime.fromisoformat(resolved_at) if resolved_at else None,
        )
        for number, subject, version, before, event_id, resolved_at in facts["taken"]
    ]
