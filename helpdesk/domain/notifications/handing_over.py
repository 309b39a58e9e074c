"""The verb that tells somebody of all tickets that were handed over to them, in one mail."""

from __future__ import annotations

from helpdesk.core import clock
from helpdesk.domain.correspondence.actions import enqueue
from helpdesk.domain.correspondence.queries import is_ours, mailboxes
from helpdesk.domain.notifications.table import ON_REQUEST
from helpdesk.domain.tickets.events import HandedOver

# Where whoever got them sees them.
MINE = "/desk/mine"


def tell_of_hand_over(event: HandedOver) -> None:
    """Write to who got the tickets, unless they handed them over themselves."""
    hand_over, to = event.hand_over, event.to
    if not to.active or is_ours(to.email) or hand_over.by_id == to.id:
        return
    mailbox = next(iter(mailboxes(active_only=True)), None)
    enqueue(
        "handed-over-to-you",
        occasion=f"hand-over:{hand_over.id}",
        to=to,
        audience=ON_REQUEST["handed-over-to-you"].audience,
        mailbox=mailbox,
        language=to.language or (mailbox.language if mailbox else "en"),
        facts={
            "of": event.of.display_name,
            "count": hand_over.moved,
            "because": hand_over.reason,
            "link": MINE,
        },
        now=hand_over.done_at or clock.now(),
    )
