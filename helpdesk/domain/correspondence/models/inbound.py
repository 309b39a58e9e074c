"""The table of inbound mail: one row a delivery, kept before anybody judged it."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import Base, Instant


class InboundState(enum.StrEnum):
    """Where a mail is on its road."""

    WAITING = "waiting"
    FILED = "filed"
    QUIETLY = "filed quietly"
    REPORT = "matched report"
    COPY = "copy"
    SET_ASIDE = "set aside"
    FAILED = "failed"


class InboundMail(Base):
    """One delivery. `raw_sha256` names its bytes in the storage; `trace` tells its road in words.

    `trace` is a list of `{"at": ISO 8601, "stage": str, "words": msgid, "with": {name: value}}`.
    """

    __tablename__ = "inbound_mails"
    __table_args__ = (
        # The same message of a server is one row (RFC 3501 section 2.3.1.1).
        UniqueConstraint("mailbox_id", "uidvalidity", "uid"),
        # Of all deliveries of one mail exactly one is filed; the others are its copies.
        Index(
            "uq_inbound_mails_first_of_content",
            "content_key",
            unique=True,
            sqlite_where=text("first_of_content"),
            postgresql_where=text("first_of_content"),
        ),
        Index("ix_inbound_mails_content_key", "content_key"),
        Index("ix_inbound_mails_state_due", "state", "due_at", "id"),
        Index("ix_inbound_mails_from", "from_address", "kept_at"),
        # The accounts of a mailbox are counted in it, and each number of them opens its mails.
        Index("ix_inbound_mails_place", "mailbox_id", "state", "opened_ticket", "reason", "id"),
        Index("ix_inbound_mails_state_reason", "state", "reason", "id"),
        Index(
            "ix_inbound_mails_untold",
            "mailbox_id",
            "uid",
            sqlite_where=text("server_told = 0"),
            postgresql_where=text("NOT server_told"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    mailbox_id: Mapped[int] = mapped_column(ForeignKey("mailboxes.id"))
    door: Mapped[str] = mapped_column(String(10))  # imap | smtp | lmtp | pipe
    uidvalidity: Mapped[int | None] = mapped_column(BigInteger)
    uid: Mapped[int | None] = mapped_column(BigInteger)
    # Whether the IMAP server has heard that it is kept; for the other doors 250 says it.
    server_told: Mapped[bool] = mapped_column(default=True)
    kept_at: Mapped[datetime] = mapped_column(Instant)
    # None only where the server could not hand the mail over.
    raw_sha256: Mapped[str | None] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(default=0)
    content_key: Mapped[str] = mapped_column(String(64))
    first_of_content: Mapped[bool] = mapped_column(default=False)
    envelope_from: Mapped[str | None] = mapped_column(String(320))
    envelope_to: Mapped[str | None] = mapped_column(String(320))

    state: Mapped[str] = mapped_column(String(20), default=InboundState.WAITING.value)
    due_at: Mapped[datetime] = mapped_column(Instant)
    attempts: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(default="")
    error: Mapped[str] = mapped_column(default="")
    trace: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)

    rfc_message_id: Mapped[str | None] = mapped_column(String(998), index=True)
    from_address: Mapped[str] = mapped_column(String(320), default="")
    # What a server that we believe said of the From (DMARC, RFC 8601 section 2.7): pass, fail, or
    # "" where none spoke.
    dmarc: Mapped[str] = mapped_column(String(10), default="")
    # Somebody looked at it and said so; no filter is heard about it any more.
    not_spam: Mapped[bool] = mapped_column(default=False)
    subject: Mapped[str] = mapped_column(default="")
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    # Whether the ticket is of its making; otherwise it joined one that was there.
    opened_ticket: Mapped[bool] = mapped_column(default=False)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"), index=True)
    copy_of_id: Mapped[int | None] = mapped_column(ForeignKey("inbound_mails.id"), index=True)
    outbound_id: Mapped[int | None] = mapped_column(ForeignKey("outbound_mails.id"), index=True)
