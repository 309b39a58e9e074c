"""Verbs that let one ticket go on as a part of another, and separate them again.

Nothing is moved: words, mails and history of the one stay where they are and are shown on the
other, so that each mail is one message on one ticket and all of it can be undone. Reading stays as
it was, too; see docs/decisions/0018-merging.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.errors import Outdated, Refused
from helpdesk.core.events import publish
from helpdesk.core.words import N_
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.accounts.permissions import Action, may
from helpdesk.domain.accounts.queries import people_by_ids
from helpdesk.domain.processes import MERGED
from helpdesk.domain.tickets.actions.recording import expect, record
from helpdesk.domain.tickets.actions.steering import unwatch, watch
from helpdesk.domain.tickets.events import TicketMerged, TicketSeparated
from helpdesk.domain.tickets.models import Ticket, TicketEvent
from helpdesk.domain.tickets.queries import watchers_of
from helpdesk.domain.tickets.queries.merged import follows


@dataclass(frozen=True, slots=True)
class Company:
    """Who was told about the one ticket and is not told about the other.

    `agents` read both anyway and follow along; `others` do not read the other ticket, and only
    somebody who looks at it can say whether they may. `requester` when the one who asked is among
    `others`: then nobody would answer them any more.
    """

    agents: Sequence[Person]
    others: Sequence[Person]
    requester: Person | None


def company_of(ticket: Ticket, into: Ticket) -> Company:
    """Whom merging concerns."""
    asked = db.session.get_one(Person, ticket.requester_id)
    people = [each for each in (asked, *watchers_of(ticket)) if not follows(each, into)]
    agents = [each for each in people if may(each, Action.SEE_TICKETS)]
    others = [each for each in people if each not in agents]
    return Company(agents, others, asked if asked in others else None)


def merge(
    ticket: Ticket,
    *,
    into: Ticket,
    sharing_with: Iterable[int] = (),
    told: bool = False,
    seen: int | None = None,
    by: Person,
    now: datetime,
) -> None:
    """Let the ticket go on as a part of `into`: what comes in about it stands there from now on.

    `sharing_with` are the ids of those on its side who follow `into` from now on and so may read
    all of it; nobody else reads anything new. `told` when its requester is told another way.
    Refused where its requester would be left without an answer, for a ticket that goes on
    elsewhere already, for what goes on in itself; Outdated.
    """
    expect(ticket, seen)
    if ticket.id == into.id:
        raise Refused(N_("A ticket cannot be merged into itself."))
    if into.merged_into_id is not None:
        raise Refused(
            N_("#%(number)s goes on in #%(into)s; choose that one."),
            number=into.id,
            into=into.merged_into_id,
        )
    company, chosen = company_of(ticket, into), set(sharing_with)
    if company.requester is not None and company.requester.id not in chosen:
        raise Refused(
            N_("%(name)s does not follow #%(number)s and must not read it unasked. Link the two."),
            name=company.requester.display_name,
            number=into.id,
        )
    following = [*company.agents, *(each for each in company.others if each.id in chosen)]
    for person in following:
        watch(into, person=person, by=by, now=now)
    facts: dict[str, Any] = {
        "into": into.id,
        "from": ticket.state,
        "resolved": ticket.resolved_at.isoformat() if ticket.resolved_at else None,
        "following": [person.id for person in following],
    }
    ticket.merged_into_id = into.id
    ticket.state, ticket.standing = MERGED.name, MERGED.standing.value
    # It is over, but it is no work that was done: that counts once, where it goes on.
    ticket.resolved_at, ticket.snoozed_until = None, None
    line = record(ticket, "merged", by=by, now=now, facts=facts)
    record(into, "took in", by=by, now=now, facts={"other": ticket.id})
    publish(TicketMerged(into, line, by, ticket, told))


def separate(ticket: Ticket, *, seen: int | None = None, by: Person, now: datetime) -> None:
    """Let a merged ticket stand alone again, as it stood before; Refused for any other one.

    Who followed the other only because of it no longer does. What came in meanwhile stays there.
    """
    expect_merged(ticket, seen)
    into = db.session.get_one(Ticket, ticket.merged_into_id, with_for_update=True)
    was = db.session.scalars(
        select(TicketEvent)
        .where(TicketEvent.ticket_id == ticket.id, TicketEvent.kind == "merged")
        .order_by(TicketEvent.id.desc())
        .limit(1)
    ).one()
    ticket.merged_into_id = None
    ticket.state = was.facts["from"]
    ticket.standing = ticket.state_spec.standing.value
    resolved = was.facts["resolved"]
    ticket.resolved_at = datetime.fromisoformat(resolved) if resolved else None
    facts = {"from": into.id, "to": ticket.state}
    record(ticket, "separated", by=by, now=now, facts=facts)
    line = record(into, "gave back", by=by, now=now, facts={"other": ticket.id})
    for person in people_by_ids(was.facts["following"]).values():
        unwatch(into, person=person, by=by, now=now)
    publish(TicketSeparated(into, line, by, ticket))


def expect_merged(ticket: Ticket, seen: int | None) -> None:
    """As `expect`, but for a ticket that was merged."""
    if ticket.merged_into_id is None:
        raise Refused(N_("It stands alone already."))
    if seen is not None and seen != ticket.version:
        raise Outdated(seen, ticket.version)
