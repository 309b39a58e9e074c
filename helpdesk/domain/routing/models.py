"""The table of routing rules; rules are data."""

from __future__ import annotations

from sqlalchemy import ForeignKey, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import Base


class RoutingRule(Base):
    """One rule: all its filled conditions must hold, then its filled decisions apply.

    Conditions: `sender` and `recipient` are addresses or `@domain` or patterns with `*`;
    `subject` is contained in the subject; of `words` (separated by commas) one is in the subject
    or the text; `header` is `Name: part of its value`. Empty ones ask for nothing.
    """

    __tablename__ = "routing_rules"

    id: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    active: Mapped[bool] = mapped_column(default=True)

    sender: Mapped[str] = mapped_column(String(320), default="")
    recipient: Mapped[str] = mapped_column(String(320), default="")
    subject: Mapped[str] = mapped_column(String(300), default="")
    words: Mapped[str] = mapped_column(default="")
    header: Mapped[str] = mapped_column(String(500), default="")

    process: Mapped[str | None] = mapped_column(String(20))
    queue_id: Mapped[int | None] = mapped_column(ForeignKey("queues.id"))
    service_id: Mapped[int | None] = mapped_column(ForeignKey("services.id"))
    priority: Mapped[int | None] = mapped_column(SmallInteger)
