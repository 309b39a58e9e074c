"""Tables of what agents write with: canned replies, and drafts that wait to be sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import Base, Instant


class CannedReply(Base):
    """Words that are written once and sent often; for a function, or (None) for everybody.

    The words may name variables, see `rules.VARIABLES`; one of the two languages may be empty.
    """

    __tablename__ = "canned_replies"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    words_en: Mapped[str] = mapped_column(default="")
    words_sv: Mapped[str] = mapped_column(default="")
    function_id: Mapped[int | None] = mapped_column(ForeignKey("functions.id"), index=True)


class Draft(Base):
    """What a person has begun to write on a ticket: at most one of each kind.

    A kind is `reply`, `note`, `supplier` for the first words to one, or `s` with the number of
    the conversation that goes on. `subject` is that of a conversation which is to begin. `cc` is
    what stands in the field for copies, or for the supplier's addresses, and `files` are those of
    a reply that was taken back: lists of file name, type, size in bytes, SHA-256, and what the
    virus scanner found.
    """

    __tablename__ = "drafts"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    ticket_id: Mapped[int] = mapped_column(
        ForeignKey("tickets.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    words: Mapped[str] = mapped_column(default="")
    cc: Mapped[str] = mapped_column(default="")
    subject: Mapped[str] = mapped_column(String(300), default="")
    files: Mapped[list[list[Any]]] = mapped_column(JSON, default=list)
    kept_at: Mapped[datetime] = mapped_column(Instant)
