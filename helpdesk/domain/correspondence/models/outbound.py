"""The table of outbound mail: facts written with the event, words rendered at sending."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import Base, Instant


class DeliveryState(enum.StrEnum):
    """How far a mail has come."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    CAPTURED = "captured"
    FAILED = "failed"
    BOUNCED = "bounced"
    CANCELLED = "cancelled"


class Fault(enum.StrEnum):
    """Whose fault it is that a mail has not left as it should."""

    NONE = ""
    SERVER = "server"
    RECIPIENT = "recipient"
    WORDS = "words"
    # Mail does not reach the address, so nothing is sent to it.
    SUPPRESSED = "suppressed"


class OutboundMail(Base):
    """One mail to one recipient about one event. `occasion` names the event, e.g. `event:77`."""

    __tablename__ = "outbound_mails"
    __table_args__ = (
        # Exactly one row per event, kind and recipient, however often it is asked for.
        UniqueConstraint("occasion", "notification", "to_address"),
        Index("ix_outbound_mails_state_due", "state", "due_at", "id"),
        Index("ix_outbound_mails_to", "to_address", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    notification: Mapped[str] = mapped_column(String(60))
    occasion: Mapped[str] = mapped_column(String(80))
    to_address: Mapped[str] = mapped_column(String(320))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"), index=True)
    mailbox_id: Mapped[int | None] = mapped_column(ForeignKey("mailboxes.id"))
    language: Mapped[str] = mapped_column(String(5), default="en")
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    # Fixed when the row is written, so that a mail sent twice is one mail to its reader.
    rfc_message_id: Mapped[str] = mapped_column(String(255), unique=True)

    state: Mapped[str] = mapped_column(String(20), default=DeliveryState.WAITING.value)
    created_at: Mapped[datetime] = mapped_column(Instant)
    due_at: Mapped[datetime] = mapped_column(Instant)
    attempts: Mapped[int] = mapped_column(default=0)
    leased_by: Mapped[str | None] = mapped_column(String(80))
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    last_error: Mapped[str] = mapped_column(default="")
    fault: Mapped[str] = mapped_column(String(10), default=Fault.NONE.value)
    # What the built-in capture keeps instead of sending: the whole mail, by SHA-256.
    raw_sha256: Mapped[str | None] = mapped_column(String(64))
