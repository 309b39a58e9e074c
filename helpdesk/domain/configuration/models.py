"""The tables of the configuration: what was changed, written once, and how the pages look."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.core.db import Base, Instant

if TYPE_CHECKING:
    from helpdesk.domain.accounts.models import Person


class ConfigurationChange(Base):
    """One change of one thing. `facts` is `{field: [before, after]}`; a secret is never in it.

    `by_id` is None for what was done from the command line. `name` is the thing's name then, so
    that the line can be read when the thing is gone.
    """

    __tablename__ = "configuration_changes"
    __table_args__ = (
        Index("ix_configuration_changes_thing", "kind", "thing_id", "id"),
        Index("ix_configuration_changes_by", "by_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[str] = mapped_column(String(20))
    thing_id: Mapped[int] = mapped_column()
    name: Mapped[str] = mapped_column(String(320))
    what: Mapped[str] = mapped_column(String(20))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    by: Mapped[Person | None] = relationship("Person", lazy="raise")


class Appearance(Base):
    """How the installation looks: one row, or none while nobody has chosen anything.

    Colours are #rrggbb, "" for ours. `version` counts the changes, so that browsers may keep what
    was made of it.
    """

    __tablename__ = "appearance"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), default="")
    accent: Mapped[str] = mapped_column(String(7), default="")
    accent_dark: Mapped[str] = mapped_column(String(7), default="")
    # The picture's bytes lie in the storage.
    logo_sha256: Mapped[str | None] = mapped_column(String(64))
    logo_type: Mapped[str] = mapped_column(String(20), default="")
    version: Mapped[int] = mapped_column(default=0)
