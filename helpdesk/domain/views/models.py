"""The table of saved views."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.core.db import Base, Instant
from helpdesk.domain.accounts.models import Function, Person


class SavedView(Base):
    """A work list under a name, for its owner, or (`function_id`) for all who work in a function.

    `filters` are the words of the list's address (`list` is its name), so that a view means the
    same as a link to it; “mine” in a shared view is whoever reads it.
    """

    __tablename__ = "saved_views"
    __table_args__ = (Index("uq_saved_views_owner_name", "owner_id", "name", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    owner_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    function_id: Mapped[int | None] = mapped_column(
        ForeignKey("functions.id", ondelete="CASCADE"), index=True
    )
    filters: Mapped[dict[str, str]] = mapped_column(JSON)
    columns: Mapped[list[str]] = mapped_column(JSON)
    sort: Mapped[str] = mapped_column(String(20), default="")
    created_at: Mapped[datetime] = mapped_column(Instant)
    changed_at: Mapped[datetime] = mapped_column(Instant)

    owner: Mapped[Person] = relationship(lazy="raise")
    function: Mapped[Function | None] = relationship(lazy="raise")
