"""The table of Message-IDs seen on tickets, by which answers find their thread."""

from __future__ import annotations

import enum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import Base


class IdSource(enum.StrEnum):
    """How we know a Message-ID; in the order of its strength as evidence."""

    SENT = "sent"
    TAKEN = "taken"
    REFERENCED = "referenced"


class MailId(Base):
    """A Message-ID (RFC 5322 section 3.6.4, without angle brackets) that belongs to a ticket.

    `conversation_id` is None for the requester's side and for internal mail.
    """

    __tablename__ = "mail_ids"
    __table_args__ = (
        UniqueConstraint("rfc_id", "ticket_id", "source"),
        Index("ix_mail_ids_ticket", "ticket_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    rfc_id: Mapped[str] = mapped_column(String(998))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    source: Mapped[str] = mapped_column(String(12))
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversations.id"))
