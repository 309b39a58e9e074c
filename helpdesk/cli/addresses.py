"""`helpdesk address`: whom mail does not reach, and freeing an address."""

from __future__ import annotations

import click

from helpdesk.cli.application import print_json, with_database
from helpdesk.cli.shapes import bouncing
from helpdesk.core import clock
from helpdesk.core.db import unit_of_work
from helpdesk.core.errors import NotFound
from helpdesk.domain.correspondence.bouncing import (
    SHOWN,
    bouncing_address,
    bouncing_page,
    free,
)


@click.group()
def address() -> None:
    """Addresses that mail does not reach."""


@address.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option(
    "--state",
    type=click.Choice(list(SHOWN)),
    default="suppressed",
    show_default=True,
    help="suppressed: no mail is sent; counting: it came back, and is still sent; free: again.",
)
@click.option("--words", default="", help="Only addresses with these words in them.")
@click.option("--limit", type=click.IntRange(1, 10000), default=100, show_default=True)
@with_database
def list_addresses(as_json: bool, state: str, words: str, limit: int) -> None:
    """List addresses that mail came back from, the last one first."""
    for row in bouncing_page(state, words=words, limit=limit):
        if as_json:
            print_json(bouncing(row))
            continue
        since = row.suppressed_since
        standing = f"not written to since {since:%Y-%m-%d %H:%M}" if since else "written to"
        click.echo(f"{row.address:40} {standing:34} {row.last_status:8} {row.last_words}")


@address.command("free")
@click.argument("address")
@with_database
def free_address(address: str) -> None:
    """Write to ADDRESS again from now on."""
    with unit_of_work():
        known = bouncing_address(address)
        if known is None:
            raise NotFound(f"No mail to {address} has come back.")
        free(known.id, by=None, now=clock.now())
    click.echo(f"Mail is sent to {known.address} again.")
