"""What the composer of a ticket shows besides its forms: drafts, canned replies, what is held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from helpdesk.core import clock
from helpdesk.domain.replies.queries import Begun, Offered, at_hand
from helpdesk.domain.tickets.models import Direction, Message
from helpdesk.forms.desk.ticket import TicketForm
from helpdesk.web.desk.decisions import Decisions
from helpdesk.web.desk.page import TicketPage
from helpdesk.web.uploads import brought_back


@dataclass(frozen=True, slots=True)
class Writing:
    """`held` is the reply that can still be taken back, for so many `seconds` yet."""

    drafts: Mapping[str, Begun]
    canned: Sequence[Offered]
    opened: str
    held: Message | None
    seconds: int
    # Whether it is the reader's registration of this ticket that is held.
    registered: bool = False


def writing(page: TicketPage, forms: Decisions, came_back: TicketForm | None) -> Writing:
    """Puts the reader's drafts into the forms, except into one that came back with newer words."""
    if not page.works:
        return Writing({}, (), "", None, 0)
    hand = at_hand(page.ticket, page.reader)
    for form in (forms.reply, forms.note, *forms.suppliers):
        draft = hand.drafts.get(form.name)
        if draft is not None and form is not came_back:
            form.text.data = draft.words
            form.carried = brought_back(draft.files, owner=str(page.reader.id))
    if "reply" in hand.drafts and forms.reply is not came_back:
        forms.reply.cc.data = hand.drafts["reply"].cc
    begun = hand.drafts.get("supplier")
    new = forms.suppliers[-1]
    if begun is not None and new is not came_back:
        new.to.data, new.subject.data = begun.cc, begun.subject
    kinds = ("reply", "note", *(each.name for each in forms.suppliers))
    kept = next((kind for kind in kinds if kind in hand.drafts), "")
    now = clock.now()
    held = [
        spoken.message
        for spoken in page.said
        if spoken.message.held_until is not None
        and spoken.message.held_until > now
        and (
            spoken.message.author_id == page.reader.id
            if spoken.message.direction == Direction.OUT.value
            else page.lines[0].by_id == page.reader.id
        )
    ]
    newest = held[-1] if held else None
    seconds = 0
    if newest is not None and newest.held_until is not None:
        seconds = max(1, int((newest.held_until - now).total_seconds()))
    return Writing(
        hand.drafts,
        hand.canned,
        came_back.name if came_back else kept,
        newest,
        seconds,
        registered=newest is not None and newest.direction == Direction.IN.value,
    )
