"""The search of the first page: among one's own tickets, the services, and what is broken."""

from __future__ import annotations

from flask import render_template, request

from helpdesk.domain.accounts.permissions import Action
from helpdesk.domain.notices.rules import holds_all
from helpdesk.domain.services.queries import services
from helpdesk.domain.tickets.search.own import own_tickets_found
from helpdesk.web.account import me
from helpdesk.web.portal import notices
from helpdesk.web.portal.rows import service_tiles, ticket_rows
from helpdesk.web.security import needs

# Far more than anybody types; a pasted mail is cut.
LONGEST_QUERY = 300
MOST_SERVICES = 8


@needs(Action.FOLLOW_OWN_TICKET)
def search() -> str:
    """Everything here that has all of the words."""
    query = " ".join(request.args.get("q", "").replace("\x00", "").split())[:LONGEST_QUERY]
    found = notices.holding(notices.notices_now(), query) if query else []
    fitting = [
        service for service in services() if holds_all((service.name_en, service.name_sv), query)
    ]
    return render_template(
        "portal/search.html",
        query=query,
        notices=notices.shown(found, me()),
        services=service_tiles(fitting[:MOST_SERVICES]) if query else [],
        tickets=ticket_rows(own_tickets_found(me(), query)) if query else [],
    )
