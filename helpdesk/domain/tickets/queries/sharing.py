"""Questions about tickets that a business unit shares with its people: to read, never to answer."""

from __future__ import annotations

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.errors import NotFound
from helpdesk.domain.accounts.models import BusinessUnit, Person, Sharing
from helpdesk.domain.processes import Standing
from helpdesk.domain.tickets.models import Ticket
from helpdesk.domain.tickets.queries.finding import ROW, shared_with
from helpdesk.domain.tickets.queries.lists import PAGE, Page


def shared_ticket(person: Person, number: int) -> Ticket:
    """A ticket that is shared with the person; NotFound for any other."""
    ticket = db.session.scalar(select(Ticket).where(Ticket.id == number, shared_with(person)))
    if ticket is None:
        raise NotFound(f"There is no ticket #{number} that is shared with you.")
    return ticket


def shared_list(
    person: Person, *, finished: bool = False, before: int | None = None, limit: int = PAGE
) -> Page[Ticket]:
    """What colleagues asked for, newest first; `before` is the last number of the page before."""
    done = Ticket.standing == Standing.DONE.value
    statement = select(Ticket).where(
        shared_with(person), Ticket.requester_id != person.id, done if finished else ~done
    )
    if before is not None:
        statement = statement.where(Ticket.id < before)
    rows = db.session.scalars(
        statement.options(*ROW).order_by(Ticket.id.desc()).limit(limit + 1)
    ).all()
    return Page(rows[:limit], str(rows[limit - 1].id) if len(rows) > limit else None)


def shared_in(ticket: Ticket) -> BusinessUnit | None:
    """The unit whose people can read the ticket or could if it were not private; None: nobody."""
    if ticket.business_unit_id is None:
        return None
    return db.session.scalar(
        select(BusinessUnit).where(
            BusinessUnit.id == ticket.business_unit_id,
            BusinessUnit.active,
            BusinessUnit.sharing != Sharing.OFF.value,
            BusinessUnit.shared_since <= ticket.opened_at,
        )
    )
