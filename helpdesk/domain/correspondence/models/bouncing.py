"""The table of bouncing addresses: who our mail did not reach, and whom we no longer write to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import Base, Instant


class BouncingAddress(Base):
    """One address (lower case) that mail came back from.

    Soft bounces count (RFC 3463: class 4) until a mail gets through or the address is freed; one
    hard bounce (class 5), or soft ones that never end, suppress it: mail to it is not sent.
    """

    __tablename__ = "bouncing_addresses"
    __table_args__ = (
        Index(
            "ix_bouncing_addresses_suppressed",
            "suppressed_since",
            sqlite_where=text("suppressed_since IS NOT NULL"),
            postgresql_where=text("suppressed_since IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(String(320), unique=True)
    soft_bounces: Mapped[int] = mapped_column(default=0)
    hard_bounces: Mapped[int] = mapped_column(default=0)
    first_at: Mapped[datetime] = mapped_column(Instant)
    last_at: Mapped[datetime] = mapped_column(Instant, index=True)
    # RFC 3463, e.g. 5.1.1; empty where the report has none.
    last_status: Mapped[str] = mapped_column(String(12), default="")
    last_words: Mapped[str] = mapped_column(default="")
    last_inbound_id: Mapped[int | None] = mapped_column(ForeignKey("inbound_mails.id"))
    last_outbound_id: Mapped[int | None] = mapped_column(ForeignKey("outbound_mails.id"))
    suppressed_since: Mapped[datetime | None] = mapped_column(Instant)
    freed_at: Mapped[datetime | None] = mapped_column(Instant)
    # A person freed it, or a mail that came from it.
    freed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    freed_by_mail_id: Mapped[int | None] = mapped_column(ForeignKey("inbound_mails.id"))
