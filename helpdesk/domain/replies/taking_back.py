"""The verb that takes back a reply which has not left yet, as a whole."""

from __future__ import annotations

from datetime import datetime

from helpdesk.domain.accounts.models import Person
from helpdesk.domain.accounts.queries import people_by_ids
from helpdesk.domain.correspondence.delivery import withdraw_mail
from helpdesk.domain.replies.actions import keep_draft, kind_of
from helpdesk.domain.replies.queries import drafts_of
from helpdesk.domain.tickets.actions.withdrawing import withdraw
from helpdesk.domain.tickets.models import Message, Ticket


def take_back(ticket: Ticket, message: Message, *, by: Person, now: datetime) -> None:
    """Withdraw a reply that is still held: no mail of it leaves, and its words are a draft again.

    The ticket's state and followers are as before it. Refused when its time is over, when any of
    its mails has been taken up by a sender, and for anybody but its author. See decision 0016.
    """
    unwatched = withdraw(ticket, message, by=by, now=now)
    withdraw_mail(message.id)
    added = people_by_ids(unwatched).values()
    cc = ", ".join(f"{person.name} <{person.email}>".strip() for person in added)
    files = [
        [file.filename, file.content_type, file.size, file.sha256, file.infected_with]
        for file in message.attachments
    ]
    kind = kind_of(message)
    # What was begun after the sending is not lost either.
    begun = drafts_of(by, ticket).get(kind)
    words = "\n\n".join(part for part in (message.text, begun.words if begun else "") if part)
    keep_draft(ticket, kind, words=words, cc=cc, files=files, by=by, now=now)
