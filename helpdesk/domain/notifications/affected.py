"""Tells those who are hit by what a service notice told of that it is over: once, each alone."""

from __future__ import annotations

from helpdesk.domain.correspondence.actions import enqueue
from helpdesk.domain.correspondence.queries import is_ours
from helpdesk.domain.notices.events import NoticeEnded
from helpdesk.domain.notices.queries import affected_by
from helpdesk.domain.notices.rules import title_in, words_in
from helpdesk.domain.notifications.actions import language_for, mailbox_of
from helpdesk.domain.notifications.table import ON_REQUEST

NAME = "it-works-again"


def tell_the_affected(event: NoticeEnded) -> None:
    """One mail to each who said to be hit.

    The mail is about no ticket: it neither opens the ticket nor shows who else was hit.
    """
    notice, ticket = event.notice, event.ticket
    mailbox = mailbox_of(ticket)
    last = notice.updates[0] if notice.updates and notice.updates[0].at == notice.ended_at else None
    for person in affected_by(notice.id):
        if is_ours(person.email):
            continue
        language = language_for(person, ticket)
        enqueue(
            NAME,
            occasion=f"notice:{notice.id}:ended",
            to=person,
            audience=ON_REQUEST[NAME].audience,
            mailbox=mailbox,
            language=language,
            facts={
                "title": title_in(notice, language),
                "words": words_in(last, language) if last is not None else "",
            },
            now=event.event.at,
        )
