"""The table of what happened to a ticket: written once, never changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, event
from sqlalchemy.orm import Mapped, Mapper, mapped_column, relationship

from helpdesk.core.db import Base, Instant
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.tickets.models.conversation import Message
from helpdesk.domain.tickets.models.ticket import Ticket


class TicketEvent(Base):
    """A line of the ticket's history. `facts` holds before and after, as values of JSON.

    `version` is the ticket's version that the event made.
    """

    __tablename__ = "ticket_events"
    __table_args__ = (Index("ix_ticket_events_ticket", "ticket_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"))
    version: Mapped[int] = mapped_column()
    at: Mapped[datetime] = mapped_column(Instant)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[str] = mapped_column(String(30))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    by: Mapped[Person | None] = relationship(lazy="raise")
    ticket: Mapped[Ticket] = relationship(lazy="raise")
    message: Mapped[Message | None] = relationship(lazy="raise")


@event.listens_for(TicketEvent, "before_update")
def _never_changed(mapper: Mapper[Any], connection: Any, target: TicketEvent) -> None:
    raise RuntimeError(f"event {target.id} of ticket {target.ticket_id} is history")
