"""What can happen to a ticket, told to the rest of the house."""

from __future__ import annotations

from dataclasses import dataclass

from helpdesk.domain.accounts.models import Person
from helpdesk.domain.tickets.models import Conversation, HandOver, Message, Ticket, TicketEvent


@dataclass(frozen=True, slots=True)
class Happened:
    """The ticket, its line of history, and who did it (None: the system)."""

    ticket: Ticket
    event: TicketEvent
    by: Person | None


@dataclass(frozen=True, slots=True)
class TicketOpened(Happened):
    """A ticket began; `hushed` is the reason why its requester is not answered, or ''."""

    message: Message
    hushed: str = ""


@dataclass(frozen=True, slots=True)
class WroteFirst(Happened):
    """An agent began a ticket by writing to somebody."""

    message: Message


@dataclass(frozen=True, slots=True)
class RequesterAnswered(Happened):
    """The requester, or somebody on their side, wrote on a ticket that was there."""

    message: Message
    hushed: str = ""


@dataclass(frozen=True, slots=True)
class AgentReplied(Happened):
    """An agent wrote to the requester; `resolves` when the same act resolved the ticket."""

    message: Message
    resolves: bool = False


@dataclass(frozen=True, slots=True)
class WroteToSupplier(Happened):
    """An agent wrote to a supplier, in a conversation of its own."""

    message: Message
    conversation: Conversation


@dataclass(frozen=True, slots=True)
class SupplierAnswered(Happened):
    """A supplier wrote in its conversation."""

    message: Message
    conversation: Conversation
    hushed: str = ""


@dataclass(frozen=True, slots=True)
class ReplyWithdrawn(Happened):
    """An agent took back a reply before it left."""

    message: Message


@dataclass(frozen=True, slots=True)
class NoteAdded(Happened):
    """Internal words were written; `mentioned` are the ids of those whom they name."""

    message: Message
    mentioned: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class TicketMoved(Happened):
    """The state changed; `told` when a reply of the same act already says so."""

    source: str
    target: str
    told: bool = False


@dataclass(frozen=True, slots=True)
class TicketAssigned(Happened):
    """Somebody (or nobody) was made responsible; `told` when they hear of it another way."""

    before_id: int | None
    after_id: int | None
    told: bool = False


@dataclass(frozen=True, slots=True)
class HandedOver:
    """All that was to go from one person to another has gone."""

    hand_over: HandOver
    of: Person
    to: Person


@dataclass(frozen=True, slots=True)
class TicketPlaced(Happened):
    """Queue, process or service changed."""


@dataclass(frozen=True, slots=True)
class TicketRenamed(Happened):
    """The subject changed."""


@dataclass(frozen=True, slots=True)
class TicketMerged(Happened):
    """`merged` goes on as a part of `ticket`; `told` when its requester hears of it another way.

    `event` is the line of the one that was merged.
    """

    merged: Ticket
    told: bool = False


@dataclass(frozen=True, slots=True)
class TicketSeparated(Happened):
    """`separated` stands alone again; `ticket` is where it had gone on."""

    separated: Ticket


@dataclass(frozen=True, slots=True)
class TicketSplit(Happened):
    """`ticket` was made of messages that stood on `origin` before; `event` is its first line."""

    origin: Ticket
    message_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TicketWoke(Happened):
    """A ticket that was put off is back; `on_time` when nothing but its time has come.

    `snoozed_by_id` is who had put it off.
    """

    on_time: bool
    snoozed_by_id: int | None
