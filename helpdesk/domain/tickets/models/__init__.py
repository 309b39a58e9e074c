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
from helpdesk.domain.tickets.models.history import TicketEvent
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
    "LinkKind",
    "Message",
    "MessageKind",
    "Queue",
    "Ticket",
    "TicketEvent",
    "TicketLink",
    "Watcher",
]
