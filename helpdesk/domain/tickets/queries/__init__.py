"""Questions about tickets: one ticket whole, the lists, and the conversation."""

from __future__ import annotations

from helpdesk.domain.tickets.queries.around import PersonAround, people_around, watchers_of
from helpdesk.domain.tickets.queries.counting import MOST_COUNTED, counted, counts
from helpdesk.domain.tickets.queries.finding import (
    ROW,
    links_of,
    only_opened,
    queue_by_key,
    queues,
    ticket_by_number,
    ticket_for,
    ticket_to_change,
    visible_to,
    watches,
)
from helpdesk.domain.tickets.queries.lists import (
    PAGE,
    Page,
    WorkList,
    sorts_of,
    tickets_among,
    versions_on,
    work_list,
)
from helpdesk.domain.tickets.queries.merged import merged_into, ticket_going_on
from helpdesk.domain.tickets.queries.opened import unread_among
from helpdesk.domain.tickets.queries.orders import Sort
from helpdesk.domain.tickets.queries.reading import (
    Spoken,
    Window,
    attachment_for,
    conversation,
    conversation_to_read,
    history,
    history_between,
    message_for,
)

__all__ = [
    "MOST_COUNTED",
    "PAGE",
    "ROW",
    "Page",
    "PersonAround",
    "Sort",
    "Spoken",
    "Window",
    "WorkList",
    "attachment_for",
    "conversation",
    "conversation_to_read",
    "counted",
    "counts",
    "history",
    "history_between",
    "links_of",
    "merged_into",
    "message_for",
    "only_opened",
    "people_around",
    "queue_by_key",
    "queues",
    "sorts_of",
    "ticket_by_number",
    "ticket_for",
    "ticket_going_on",
    "ticket_to_change",
    "tickets_among",
    "unread_among",
    "versions_on",
    "visible_to",
    "watchers_of",
    "watches",
    "work_list",
]
