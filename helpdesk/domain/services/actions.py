"""Verbs on the service structure: add and change its nodes; each is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.words import N_
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.configuration.actions import Thing, What, apply, erase, record_change
from helpdesk.domain.services.models import Service
from helpdesk.domain.services.queries import service_by_key


def add_service(
    key: str, *, values: Mapping[str, Any], by: Person | None, now: datetime
) -> Service:
    """A new node; Invalid for a key that is taken."""
    if service_by_key(key) is not None:
        raise Invalid("key", N_("There is a service with this key already."))
    new = Service(key=key, **values)
    db.session.add(new)
    db.session.flush()
    record_change(Thing.SERVICE, thing_id=new.id, name=new.name_en, what=What.ADDED, by=by, now=now)
    return new


def change_service(
    service: Service, *, values: Mapping[str, Any], by: Person | None, now: datetime
) -> None:
    """Change names, kind and owner of a node; its key stays, since scripts may know it."""
    changes = apply(service, values)
    db.session.flush()
    record_change(
        Thing.SERVICE,
        thing_id=service.id,
        name=service.name_en,
        what=What.CHANGED,
        changes=changes,
        by=by,
        now=now,
    )


def delete_service(service: Service, *, by: Person | None, now: datetime) -> None:
    """Delete a node that nothing was ever about; Refused otherwise."""
    erase(service, kind=Thing.SERVICE, thing_id=service.id, name=service.name_en, by=by, now=now)
