"""The table of the service structure's nodes."""

from __future__ import annotations

import enum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import Base


class NodeKind(enum.StrEnum):
    """What a node of the service structure is."""

    SERVICE = "service"
    SUPPORTING_SERVICE = "supporting service"
    PRODUCT = "product"


class Service(Base):
    """A node of the service structure; `owner_id` is the function that answers for it."""

    __tablename__ = "services"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    kind: Mapped[str] = mapped_column(String(20), default=NodeKind.SERVICE.value)
    name_en: Mapped[str] = mapped_column(String(200))
    name_sv: Mapped[str] = mapped_column(String(200))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("functions.id"), index=True)
