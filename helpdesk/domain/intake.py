"""The front desk: every channel's Intake is placed and becomes a ticket here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from helpdesk.domain.accounts.models import Person
from helpdesk.domain.routing.queries import Placement
from helpdesk.domain.tickets.actions import Opening, Words, link, open_ticket
from helpdesk.domain.tickets.models import LinkKind, Message, Ticket


@dataclass(frozen=True, slots=True)
class Intake:
    """What somebody wants of us, whichever way it came.

    `hushed` is the reason why no acknowledgement is sent, or ''. `follows` is a ticket that this
    one continues (`link_kind` says how surely).
    """

    requester: Person
    subject: str
    words: Words
    placement: Placement
    watchers: tuple[Person, ...] = ()
    mailbox_id: int | None = None
    language: str = "en"
    hushed: str = ""
    follows: Ticket | None = None
    link_kind: LinkKind = LinkKind.FOLLOWS


def receive(intake: Intake, *, by: Person | None, now: datetime) -> tuple[Ticket, Message]:
    """Open the ticket for an intake and link it to what it follows."""
    placement = intake.placement
    ticket, message = open_ticket(
        Opening(
            subject=intake.subject,
            requester=intake.requester,
            process=placement.process,
            queue=placement.queue,
            service=placement.service,
            impact=placement.impact,
            urgency=placement.urgency,
            watchers=intake.watchers,
            mailbox_id=intake.mailbox_id,
            language=intake.language,
            reason=placement.rule,
        ),
        intake.words,
        hushed=intake.hushed,
        by=by,
        now=now,
    )
    if intake.follows is not None:
        link(ticket, other=intake.follows, kind=intake.link_kind, by=by, now=now)
    return ticket, message
