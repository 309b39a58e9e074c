"""Mail that stands still, as a page shows it and the frame around it counts it."""

from __future__ import annotations

from flask import g

from helpdesk.core import clock
from helpdesk.domain.correspondence import alarming
from helpdesk.domain.correspondence.alarming import Alarm
from helpdesk.web.account import settings


def alarms_now() -> list[Alarm]:
    """Every trouble of now, asked for once a request."""
    if "alarms" not in g:
        g.alarms = alarming.alarms(smtp_grant=settings().smtp_grant, now=clock.now())
    found: list[Alarm] = g.alarms
    return found
