"""The table of who is at which ticket: one row a person and ticket, for as long as they stay."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import Base, Instant


class Doing(enum.StrEnum):
    """What somebody does at a ticket."""

    READING = "reading"
    REPLY = "reply"
    NOTE = "note"


class Presence(Base):
    """Somebody has a ticket open. What is older than `rules.GONE_AFTER` means nothing any more."""

    __tablename__ = "presences"

    ticket_id: Mapped[int] = mapped_column(
        ForeignKey("tickets.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    doing: Mapped[str] = mapped_column(String(10))
    seen_at: Mapped[datetime] = mapped_column(Instant)
