"""How tickets and services are shown in the lists of the requester's pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import url_for

from helpdesk.core import clock
from helpdesk.domain.services.models import NodeKind, Service
from helpdesk.domain.tickets.models import Ticket
from helpdesk.web.account import settings
from helpdesk.web.filters import local_name
from helpdesk.web.portal.standing import stand_of
from helpdesk.web.portal.ticket import subject_of

_ICONS = {NodeKind.PRODUCT.value: "laptop", NodeKind.SUPPORTING_SERVICE.value: "server"}


def ticket_rows(tickets: Iterable[Ticket]) -> list[dict[str, Any]]:
    """Tickets with where they stand."""
    now, days = clock.now(), settings().reopen_days
    return [
        {
            "number": ticket.number,
            "url": url_for("portal.ticket", number=ticket.number),
            "subject": subject_of(ticket),
            "opened_at": ticket.opened_at,
            "stand": stand_of(ticket, now=now, reopen_days=days),
        }
        for ticket in tickets
    ]


def service_tiles(services: Iterable[Service]) -> list[dict[str, str]]:
    """Services as tiles that lead to the report of a fault."""
    return [
        {
            "name": local_name(service),
            "icon": _ICONS.get(service.kind, "box"),
            "url": url_for("portal.fault", service=service.key),
        }
        for service in services
    ]
