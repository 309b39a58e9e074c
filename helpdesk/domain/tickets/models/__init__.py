"""Tables of tickets: the ticket, what was said, what happened, and what finds it again."""

from __future__ import annotations

from helpdesk.domain.tickets.models.conversation import (
    Attachment,
    Conversation,
    ConversationPerson,
    Direction,
    Message,
    MessageKind,
)
from helpdesk.domain.tickets.models.handing import HandOver
from helpdesk.domain.tickets.models.history import TicketEvent
from helpdesk.domain.tickets.models.opened import ReadMark
from helpdesk.domain.tickets.models.ticket import (
    LinkKind,
    Queue,
    Ticket,
    TicketLink,
    Watcher,
)

__all__ = [
    "Attachment",
    "Conversation",
    "ConversationPerson",
    "Direction",
    "HandOver",
    "LinkKind",
    "Message",
    "MessageKind",
    "Queue",
    "ReadMark",
    "Ticket",
    "TicketEvent",
    "TicketLink",
    "Watcher",
]
