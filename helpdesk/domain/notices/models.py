"""Tables of service notices, of what was told later, and of those who are hit too."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.core.db import Base, Instant
from helpdesk.domain.services.models import Service


class ServiceNotice(Base):
    """What is broken, as its ticket's agents tell it; one of the two languages may be empty.

    It runs until `ended_at`. `expected_at` is when it should be over, if anybody knows. `public`:
    also for people who are not signed in.
    """

    __tablename__ = "service_notices"
    # What runs (no end) and what ended lately are the two things that are ever asked for.
    __table_args__ = (Index("ix_service_notices_ended", "ended_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), index=True)
    service_id: Mapped[int | None] = mapped_column(ForeignKey("services.id"), index=True)
    title_en: Mapped[str] = mapped_column(String(200), default="")
    title_sv: Mapped[str] = mapped_column(String(200), default="")
    words_en: Mapped[str] = mapped_column(default="")
    words_sv: Mapped[str] = mapped_column(default="")
    public: Mapped[bool] = mapped_column(default=True)
    since_at: Mapped[datetime] = mapped_column(Instant)
    expected_at: Mapped[datetime | None] = mapped_column(Instant)
    published_at: Mapped[datetime] = mapped_column(Instant)
    published_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    ended_at: Mapped[datetime | None] = mapped_column(Instant)

    service: Mapped[Service | None] = relationship(lazy="raise")
    updates: Mapped[list[NoticeUpdate]] = relationship(
        order_by="NoticeUpdate.id.desc()", lazy="raise"
    )


class NoticeUpdate(Base):
    """What was told about a notice after it was published."""

    __tablename__ = "notice_updates"

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(
        ForeignKey("service_notices.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[datetime] = mapped_column(Instant)
    by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    words_en: Mapped[str] = mapped_column(default="")
    words_sv: Mapped[str] = mapped_column(default="")


class Affected(Base):
    """A person who is hit too: told once when the notice ends, without a ticket of their own."""

    __tablename__ = "affected_people"

    notice_id: Mapped[int] = mapped_column(
        ForeignKey("service_notices.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    since: Mapped[datetime] = mapped_column(Instant)
