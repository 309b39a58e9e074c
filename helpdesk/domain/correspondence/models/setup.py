"""The table of mailboxes that are being set up: nothing of them is in use."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import Base, Instant


class MailboxSetup(Base):
    """A mailbox on its way: what was written so far, and how each test went.

    `given` is by column of the mailbox, beside `provider`. `results` is by step: `{"ok": …,
    "of": …, "at": …, "lines": […]}`, where `of` names what was tested, so that a result of other
    settings is known for one. `trial_id` is the Message-ID (no angle brackets) of the mail that
    is to come back.
    """

    __tablename__ = "mailbox_setups"

    id: Mapped[int] = mapped_column(primary_key=True)
    begun_at: Mapped[datetime] = mapped_column(Instant)
    begun_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    changed_at: Mapped[datetime] = mapped_column(Instant)
    given: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    sealed_password: Mapped[str | None] = mapped_column()
    results: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    trial_id: Mapped[str] = mapped_column(String(255), default="")
    trial_at: Mapped[datetime | None] = mapped_column(Instant)
