"""The table of hand-overs: tickets of somebody, or of a queue, on their way to others."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import Base, Instant

_UNFINISHED = text("done_at IS NULL")


class HandOver(Base):
    """All unfinished tickets of a person (or of a queue) go to another one, some at a time.

    From a person they go to `to_person_id`, or with None to nobody, so that anybody can take
    them. `reason` is a word that the history puts into a sentence. `stayed` counts those that could
    not go; `last_id` is the last that was looked at.
    """

    __tablename__ = "hand_overs"
    __table_args__ = (
        Index(
            "ix_hand_overs_unfinished",
            "id",
            sqlite_where=_UNFINISHED,
            postgresql_where=_UNFINISHED,
        ),
        Index("ix_hand_overs_person", "person_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    queue_id: Mapped[int | None] = mapped_column(ForeignKey("queues.id"))
    to_person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    to_queue_id: Mapped[int | None] = mapped_column(ForeignKey("queues.id"))
    only_urgent: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(String(20))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    last_id: Mapped[int] = mapped_column(default=0)
    moved: Mapped[int] = mapped_column(default=0)
    stayed: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime] = mapped_column(Instant)
    done_at: Mapped[datetime | None] = mapped_column(Instant)
