"""The first page: for strangers how one gets help, for those who are signed in their tickets."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from flask_babel import gettext as _
from flask_security import current_user

from helpdesk.core.words import N_
from helpdesk.domain.correspondence.models import Mailbox
from helpdesk.domain.correspondence.queries import mailboxes
from helpdesk.domain.tickets.queries.asked_for import services_asked_for
from helpdesk.domain.tickets.queries.following import followed_finished, followed_unfinished
from helpdesk.web.account import me
from helpdesk.web.numbers import row_number
from helpdesk.web.portal import notices
from helpdesk.web.portal.rows import service_tiles, ticket_rows

# Enough of the past to find last month's answer without turning a page.
FINISHED_SHOWN = 10

# What one writes to a mailbox for, and its icon, by the process that its mail begins.
_WHAT_FOR = {
    "incident": (N_("Something does not work, or you have a question"), "mail"),
    "request": (N_("You need something: a device, a program, an access"), "order"),
}


def home() -> str:
    """Public: each sees only what is theirs."""
    if current_user.is_authenticated and current_user.active:
        return _own_tickets()
    return render_template(
        "portal/welcome.html",
        mailboxes=_ways_to_write(),
        notices=notices.shown(notices.notices_now(), None),
    )


def _ways_to_write() -> list[dict[str, Any]]:
    return [_way_to_write(mailbox) for mailbox in mailboxes(active_only=True)]


def _way_to_write(mailbox: Mailbox) -> dict[str, Any]:
    words, icon = _WHAT_FOR.get(mailbox.process, ("", "mail"))
    return {
        "address": mailbox.address,
        "what_for": _(words) if words else mailbox.display_name or mailbox.name,
        "icon": icon,
    }


def _own_tickets() -> str:
    after, before = request.args.get("after"), row_number(request.args.get("before"))
    # A turned page shows only the list that was turned.
    unfinished = followed_unfinished(me(), after=after) if before is None else None
    finished = (
        followed_finished(me(), before=before, limit=FINISHED_SHOWN) if after is None else None
    )
    turned = after is not None or before is not None
    return render_template(
        "portal/home.html",
        notices=[] if turned else notices.shown(notices.notices_now(), me()),
        services=[] if turned else service_tiles(services_asked_for()),
        unfinished=ticket_rows(unfinished.rows) if unfinished else None,
        finished=ticket_rows(finished.rows) if finished else None,
        turned=turned,
        older_unfinished=unfinished
        and unfinished.next_after
        and url_for("portal.home", after=unfinished.next_after),
        older_finished=finished
        and finished.next_after
        and url_for("portal.home", before=finished.next_after),
        addresses=[mailbox.address for mailbox in mailboxes(active_only=True)],
    )
