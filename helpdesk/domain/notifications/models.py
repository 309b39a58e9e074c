"""The table of notification texts: an installation's own words instead of ours."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import Base, Instant


class NotificationText(Base):
    """Own words of one notification in one language; an empty part is said in our words.

    `version` counts the changes. `draft` holds words that somebody tries and that no mail uses:
    `{part: words}`, None where nothing is being tried.
    """

    __tablename__ = "notification_texts"
    __table_args__ = (
        UniqueConstraint("notification", "language", name="uq_notification_texts_notification"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    notification: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(5))
    subject: Mapped[str] = mapped_column(default="")
    first_line: Mapped[str] = mapped_column(default="")
    expected: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=0)
    draft: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    changed_at: Mapped[datetime] = mapped_column(Instant)
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
