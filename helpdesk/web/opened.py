"""Notes that somebody has a ticket open, after the page has gone out: nobody waits for it."""

from __future__ import annotations

import structlog
from flask import Flask, after_this_request, current_app, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from helpdesk.core import clock
from helpdesk.core.db import unit_of_work
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.tickets.actions.opened import mark_read
from helpdesk.domain.tickets.models import Ticket

log = structlog.get_logger(__name__)


def note_opened(ticket: Ticket, person: Person, *, known: int | None) -> None:
    """An agent has the ticket open as it is now; `known` is the version they had open before."""
    if known is None or known < ticket.version:
        _after_the_page(ticket.id, ticket.version, person.id, again=False)


def note_page_opened(ticket: Ticket, person: Person) -> None:
    """The page of somebody outside was opened, as far as one can know.

    Mail programs and scanners fetch what mails link to; a browser that shows a page to somebody
    says so (Fetch Metadata, 2.1), and one that only fetches it ahead says that too.
    """
    if request.headers.get("Sec-Fetch-Dest") == "document" and request.method == "GET":
        _after_the_page(ticket.id, ticket.version, person.id, again=True)


def _after_the_page(ticket_id: int, version: int, person_id: int, *, again: bool) -> None:
    if "prefetch" in request.headers.get("Sec-Purpose", ""):
        return
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    now = clock.now()

    def note() -> None:
        with app.app_context():
            try:
                # What is lost with the power is a mark that the next look sets anew.
                with unit_of_work(durable=False):
                    mark_read(ticket_id, version=version, person_id=person_id, again=again, now=now)
            except SQLAlchemyError as error:
                # The page was shown, and that matters more.
                log.warning("not noted as opened", ticket=ticket_id, error=str(error))

    @after_this_request
    def when_it_has_gone_out(response: Response) -> Response:
        if response.status_code < 300 or response.status_code in (409, 422):
            response.call_on_close(note)
        return response
