"""The account of one mailbox: how many mails it kept, and how many are in each place."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy import func, select

from helpdesk.core.db import db
from helpdesk.domain.correspondence.models import InboundMail
from helpdesk.domain.reconciliation.places import PLACES, place_of


@dataclass(frozen=True, slots=True)
class Reconciled:
    """How many mails a mailbox kept, and how many of them are in each place of PLACES.

    `set_aside` has the number for each reason (a marked message), largest first.
    """

    kept: int
    places: dict[str, int] = field(default_factory=dict)
    set_aside: tuple[tuple[str, int], ...] = ()

    @property
    def adds_up(self) -> bool:
        """Whether every kept mail is in exactly one place."""
        by_reason = sum(number for _, number in self.set_aside)
        return self.kept == sum(self.places.values()) and by_reason == self.places["set-aside"]


def reconciled(mailbox_id: int) -> Reconciled:
    """The account of one mailbox, counted now: one walk through one index."""
    places: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    kept = 0
    rows = db.session.execute(
        select(InboundMail.state, InboundMail.opened_ticket, InboundMail.reason, func.count())
        .where(InboundMail.mailbox_id == mailbox_id)
        .group_by(InboundMail.state, InboundMail.opened_ticket, InboundMail.reason)
    )
    for state, opened_ticket, reason, number in rows:
        place = place_of(state, opened_ticket=opened_ticket)
        kept += number
        places[place] += number
        if place == "set-aside":
            reasons[reason] += number
    return Reconciled(
        kept, {place: places[place] for place in PLACES}, tuple(reasons.most_common())
    )
