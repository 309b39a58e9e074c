"""What goes with a ticket that is merged, and with messages that are split off: drafts and mail."""

from __future__ import annotations

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.domain.correspondence.moving import go_with_messages
from helpdesk.domain.replies.models import Draft
from helpdesk.domain.tickets.events import TicketMerged, TicketSplit


def move_drafts(event: TicketMerged) -> None:
    """What somebody had begun to write on a merged ticket is written on where it goes on.

    Below what the same person had begun to write there. Who was to get a copy is left out: they
    would begin to follow the other ticket.
    """
    drafts = db.session.scalars(
        select(Draft).where(Draft.ticket_id == event.merged.id).with_for_update()
    ).all()
    for draft in drafts:
        there = db.session.get(Draft, (draft.person_id, event.ticket.id, draft.kind))
        if there is None:
            there = Draft(person_id=draft.person_id, ticket_id=event.ticket.id, kind=draft.kind)
            there.words, there.files = draft.words, list(draft.files)
            db.session.add(there)
        else:
            there.words = "\n\n".join(each for each in (there.words, draft.words) if each.strip())
            there.files = [*there.files, *draft.files]
        # It is another draft now, and a page that still shows the old one is told so.
        there.kept_at = event.event.at
        db.session.delete(draft)
    db.session.flush()


def move_mail(event: TicketSplit) -> None:
    """The mails that the messages came by, or left by, belong to the new ticket."""
    go_with_messages(
        event.message_ids,
        source=event.origin.id,
        target=event.ticket.id,
        who=event.by.display_name if event.by else "–",
        now=event.event.at,
    )
