"""The table of who has read how far on which ticket."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import Base, Instant


class ReadMark(Base):
    """How far a person has read a ticket: the version they had open, and when that was.

    Of agents `at` is when they first had this version open; of others when their page was last
    opened, to the minute.
    """

    __tablename__ = "read_marks"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    ticket_id: Mapped[int] = mapped_column(
        ForeignKey("tickets.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    version: Mapped[int] = mapped_column()
    at: Mapped[datetime] = mapped_column(Instant)
