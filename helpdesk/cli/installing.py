"""`helpdesk init`: a new installation without sample data."""

from __future__ import annotations

import secrets

import click

from helpdesk.cli.application import with_database
from helpdesk.cli.database import bring_up_to_date
from helpdesk.core import clock
from helpdesk.core.db import unit_of_work
from helpdesk.core.errors import Refused
from helpdesk.domain.accounts.actions import add_person, checked_address, grant, join
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.accounts.permissions import Action, Role
from helpdesk.domain.accounts.queries import function_by_key, people_who_may
from helpdesk.domain.beginning import make_organisation
from helpdesk.domain.correspondence.queries import our_addresses
from helpdesk.web.account import set_password

# As long as it is, it is typed once and then changed.
PASSWORD_BYTES = 12


@click.command()
@click.option("--name", prompt="Name of the helpdesk", help="What mails are signed with.")
@click.option("--address", prompt="Its e-mail address", help="Where people write to.")
@click.option("--admin", prompt="E-mail address of the first administrator")
@click.option("--admin-name", default="", help="The administrator's name.")
@click.option("--language", type=click.Choice(["en", "sv"]), default="en", show_default=True)
@click.option("--password", help="The administrator's password; one is made when not given.")
@with_database
def init(
    name: str, address: str, admin: str, admin_name: str, language: str, password: str | None
) -> None:
    """Set up a new helpdesk: database, functions, queues, a mailbox, an administrator."""
    address, admin = checked_address(address), checked_address(admin)
    if admin == address:
        raise Refused("The administrator needs an address other than the helpdesk's.")
    bring_up_to_date()
    with unit_of_work():
        if our_addresses() or people_who_may(Action.MANAGE_PEOPLE):
            raise Refused("This helpdesk is set up already; nothing was changed.")
        make_organisation(name=name, address=address, language=language)
        person = add_administrator(admin, name=admin_name, language=language)
        made = set_password(person, password or secrets.token_urlsafe(PASSWORD_BYTES))
    click.echo(f"{name} is set up. Mail to {address} becomes tickets.")
    click.echo(f"Administrator: {admin}")
    if password is None:
        click.echo(f"Password: {made}  (change it after signing in)")
    click.echo("Start it with `helpdesk run`; see what is configured with `helpdesk check`.")


def add_administrator(address: str, *, name: str, language: str) -> Person:
    """A person who administers, and works at the service desk."""
    person = add_person(address, name=name, language=language, now=clock.now())
    grant(person, role=Role.ADMINISTRATOR)
    desk = function_by_key("service-desk")
    if desk is not None:
        join(person, function=desk)
    return person
