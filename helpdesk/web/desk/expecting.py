"""What a ticket waits for now, and from whom, in one sentence above its conversation."""

from __future__ import annotations

from flask_babel import gettext as _

from helpdesk.domain.processes import Standing
from helpdesk.domain.tickets.models import Direction, MessageKind, Ticket
from helpdesk.domain.tickets.queries import Spoken
from helpdesk.web.filters import local_name


def expected(ticket: Ticket, said: list[Spoken]) -> str:
    """The next thing that somebody should do; "" where nothing more is expected."""
    standing = ticket.state_spec.standing
    if standing is Standing.DONE:
        return ""
    requester = ticket.requester.display_name
    if standing is Standing.WAITING:
        return _("An answer from %(name)s is expected", name=requester)
    who = (
        ticket.assignee.display_name
        if ticket.assignee
        else _("somebody in %(function)s", function=local_name(ticket.queue.function))
    )
    spoken = [each.message for each in said if each.message.kind == MessageKind.MESSAGE.value]
    if spoken and spoken[-1].direction == Direction.IN.value:
        return _("%(name)s waits for an answer from %(who)s", name=requester, who=who)
    return _("The next step is with %(who)s", who=who)
