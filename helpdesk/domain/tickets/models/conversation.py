"""The tables of what was said on a ticket, and with whom: messages, notes, attachments."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.core.db import Base, Instant
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.tickets.models.ticket import Ticket


class MessageKind(enum.StrEnum):
    """Words to or from the requester, or a supplier, internal ones, or a reply taken back unsent.

    What those outside may read is asked by MESSAGE alone, so that no other kind can be forgotten.
    """

    MESSAGE = "message"
    NOTE = "note"
    SUPPLIER = "supplier"
    WITHDRAWN = "withdrawn"


class Direction(enum.StrEnum):
    """Which way the words went."""

    IN = "in"
    OUT = "out"
    INTERNAL = "internal"


class Conversation(Base):
    """Words between us and a supplier about a ticket; its requester never sees any of it.

    The mails that belong to it carry its subject, never the ticket's, which its requester wrote.
    """

    __tablename__ = "conversations"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), index=True)
    subject: Mapped[str] = mapped_column(String(300))
    opened_at: Mapped[datetime] = mapped_column(Instant)
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))

    people: Mapped[list[Person]] = relationship(
        secondary="conversation_people", lazy="raise", order_by="Person.id", viewonly=True
    )


class ConversationPerson(Base):
    """Somebody outside to whom the mails of a conversation go."""

    __tablename__ = "conversation_people"

    conversation_id: Mapped[int] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class Message(Base):
    """Words on a ticket, written once and never changed; a held reply may be withdrawn.

    `text` is all of it in plain text, `newest` the part that is new, `html` the sanitised HTML
    (None where there was none). `sender` is the address that an inbound mail came from.
    `conversation_id` is None for all but a supplier's.
    """

    __tablename__ = "messages"
    __table_args__ = (Index("ix_messages_ticket", "ticket_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"))
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversations.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    direction: Mapped[str] = mapped_column(String(10))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    sender: Mapped[str] = mapped_column(String(320), default="")
    channel: Mapped[str] = mapped_column(String(10), default="web")  # mail | web | api | system
    # A From that could not be proven; shown as a calm badge.
    verified: Mapped[bool] = mapped_column(default=True)
    written_at: Mapped[datetime] = mapped_column(Instant)
    # Before that nobody outside reads it, and its author can take it back.
    held_until: Mapped[datetime | None] = mapped_column(Instant)
    text: Mapped[str] = mapped_column(default="")
    newest: Mapped[str] = mapped_column(default="")
    html: Mapped[str | None] = mapped_column()

    ticket: Mapped[Ticket] = relationship(lazy="raise")
    author: Mapped[Person | None] = relationship(lazy="raise")
    attachments: Mapped[list[Attachment]] = relationship(
        lazy="raise", order_by="Attachment.id", cascade="all, delete-orphan"
    )


class Attachment(Base):
    """A file of a message; its bytes lie in the storage under `sha256`."""

    __tablename__ = "attachments"

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(
        ForeignKey("messages.id", ondelete="CASCADE"), index=True
    )
    filename: Mapped[str] = mapped_column(String(200))
    content_type: Mapped[str] = mapped_column(String(150))
    size: Mapped[int] = mapped_column()
    sha256: Mapped[str] = mapped_column(String(64))
    inline: Mapped[bool] = mapped_column(default=False)
    content_id: Mapped[str | None] = mapped_column(String(255))
    # What the virus scanner called it, so that it is kept but not handed out; "" where it found
    # nothing, or none is configured.
    infected_with: Mapped[str] = mapped_column(String(200), default="")
