"""`helpdesk ticket`: read tickets from scripts."""

from __future__ import annotations

import click
from sqlalchemy import select

from helpdesk.cli.application import print_json, with_database
from helpdesk.cli.shapes import ticket_line, ticket_whole
from helpdesk.core.db import db
from helpdesk.core.errors import NotFound
from helpdesk.domain.processes import PROCESSES
from helpdesk.domain.tickets.models import Queue, Ticket
from helpdesk.domain.tickets.queries import ROW

MOST = 1000

# What both databases hold in a column of numbers.
_HIGHEST_NUMBER = 2**31 - 1


@click.group()
def ticket() -> None:
    """Read tickets."""


@ticket.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option("--queue", "queue_key", help="Only tickets in the queue with this key.")
@click.option("--state", help="Only tickets in this state.")
@click.option("--process", "process_name", type=click.Choice(list(PROCESSES)))
@click.option(
    "--before",
    type=click.IntRange(1, _HIGHEST_NUMBER),
    help="Only tickets with a lower number (the next page).",
)
@click.option("--limit", type=click.IntRange(1, MOST), default=100, show_default=True)
@with_database
def list_tickets(
    as_json: bool,
    queue_key: str | None,
    state: str | None,
    process_name: str | None,
    before: int | None,
    limit: int,
) -> None:
    """List tickets, newest first."""
    statement = select(Ticket).options(*ROW).order_by(Ticket.id.desc()).limit(limit)
    if queue_key is not None:
        statement = statement.join(Queue, Queue.id == Ticket.queue_id).where(Queue.key == queue_key)
    if state is not None:
        statement = statement.where(Ticket.state == state)
    if process_name is not None:
        statement = statement.where(Ticket.process == process_name)
    if before is not None:
        statement = statement.where(Ticket.id < before)
    for row in db.session.scalars(statement):
        if as_json:
            print_json(ticket_line(row))
        else:
            click.echo(f"#{row.number:<7} {row.state:10} {row.queue.key:15} {row.subject}")


@ticket.command()
@click.argument("number", type=int)
@click.option("--json", "as_json", is_flag=True, help="All of it as one JSON object.")
@with_database
def show(number: int, as_json: bool) -> None:
    """Show one ticket whole."""
    statement = select(Ticket).where(Ticket.id == number).options(*ROW)
    found = db.session.scalar(statement) if 0 < number <= _HIGHEST_NUMBER else None
    if found is None:
        raise NotFound(f"There is no ticket #{number}.")
    whole = ticket_whole(found)
    if as_json:
        print_json(whole)
        return
    click.echo(f"#{number} {found.subject}")
    click.echo(f"{found.process}, {found.state}, priority {found.priority}, {found.queue.key}")
    for message in whole["messages"]:
        click.echo(f"\n{message['at']}  {message['direction']}  {message['from']['address']}")
        click.echo(message["text"])
