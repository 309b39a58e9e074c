"""`helpdesk person`: add people, grant roles, set passwords."""

from __future__ import annotations

import secrets

import click

from helpdesk.cli.application import print_json, with_database
from helpdesk.cli.installing import PASSWORD_BYTES
from helpdesk.core import clock
from helpdesk.core.db import unit_of_work
from helpdesk.core.errors import NotFound
from helpdesk.domain.accounts.actions import add_address, add_person, grant, join
from helpdesk.domain.accounts.administering import added_person
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.accounts.permissions import Action, Role
from helpdesk.domain.accounts.queries import (
    function_by_key,
    functions,
    people_who_may,
    person_by_address,
)
from helpdesk.web.account import set_password


@click.group()
def person() -> None:
    """Add people, grant roles, set passwords."""


@person.command()
@click.argument("address")
@click.option("--name", default="")
@click.option("--role", "roles", multiple=True, type=click.Choice([role.value for role in Role]))
@click.option("--function", "function_keys", multiple=True, help="Key of a function to work in.")
@click.option("--also", "more", multiple=True, help="Another address of the same person.")
@click.option("--language", type=click.Choice(["en", "sv"]))
@with_database
def add(
    address: str,
    name: str,
    roles: tuple[str, ...],
    function_keys: tuple[str, ...],
    more: tuple[str, ...],
    language: str | None,
) -> None:
    """Add a person; to sign in they also need a password (`helpdesk person password`)."""
    with unit_of_work():
        now = clock.now()
        new = add_person(address, name=name, language=language, now=now)
        for role in roles:
            grant(new, role=Role(role))
        for key in function_keys:
            function = function_by_key(key)
            if function is None:
                known = ", ".join(function.key for function in functions())
                raise NotFound(f"There is no function {key!r}; there are {known}.")
            join(new, function=function)
        for extra in more:
            add_address(new, address=extra)
        added_person(new, by=None, now=now)
    click.echo(f"Added {address}.")


@person.command()
@click.argument("address")
@click.option("--password", help="The new password; one is made when not given.")
@with_database
def password(address: str, password: str | None) -> None:
    """Set a person's password, which also ends their sessions."""
    with unit_of_work():
        made = set_password(_known(address), password or secrets.token_urlsafe(PASSWORD_BYTES))
    click.echo(f"Password of {address}: {made}" if password is None else "Password set.")


@person.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@with_database
def list_people(as_json: bool) -> None:
    """List the people who work on tickets."""
    for someone in people_who_may(Action.SEE_TICKETS):
        roles = sorted(role.value for role in someone.role_set)
        if as_json:
            print_json({"name": someone.name, "address": someone.email, "roles": roles})
        else:
            click.echo(f"{someone.email:40} {someone.name:30} {', '.join(roles)}")


def _known(address: str) -> Person:
    found = person_by_address(address)
    if found is None:
        raise NotFound(f"Nobody has the address {address}.")
    return found
