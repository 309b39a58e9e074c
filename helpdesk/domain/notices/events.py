"""What can happen to a service notice, told to the rest of the house."""

from __future__ import annotations

from dataclasses import dataclass

from helpdesk.domain.notices.models import ServiceNotice
from helpdesk.domain.tickets.events import Happened


@dataclass(frozen=True, slots=True)
class NoticeEnded(Happened):
    """What a notice told of is over."""

    notice: ServiceNotice
