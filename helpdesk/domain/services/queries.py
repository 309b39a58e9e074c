"""Questions about the service structure."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.domain.services.models import Service


def services() -> Sequence[Service]:
    """All services, by key."""
    return db.session.scalars(select(Service).order_by(Service.key)).all()


def service_by_key(key: str) -> Service | None:
    """The service with that key."""
    return db.session.scalar(select(Service).where(Service.key == key))
