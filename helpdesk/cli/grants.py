"""`helpdesk grant`: sign-ins by OAuth 2 from the command line."""

from __future__ import annotations

import sys
from typing import Any

import click

from helpdesk.cli.application import print_json, with_database
from helpdesk.cli.shapes import grant_whole
from helpdesk.core import clock
from helpdesk.core.config import load_settings
from helpdesk.core.db import db, unit_of_work
from helpdesk.core.errors import NotFound
from helpdesk.domain.correspondence.granting import (
    add_grant,
    change_grant,
    grant_by_name,
    grants,
    mailboxes_by,
)
from helpdesk.domain.correspondence.models import GrantFlow, MailGrant
from helpdesk.mail.grants import NoToken, access_token
from helpdesk.mail.grants.providers import PROVIDERS, completed

_FLOWS = {"client-credentials": GrantFlow.CLIENT_CREDENTIALS, "code": GrantFlow.AUTHORIZATION_CODE}
_COLUMNS = ("tenant", "authorize_url", "token_url", "scope")


@click.group()
def grant() -> None:
    """Set up sign-ins by OAuth 2 (Microsoft 365, Google), and see how they do."""


def _settings(command: Any) -> Any:
    """The options that `add` and `set` share; what is not given stays as it is."""
    options = (
        click.option("--flow", type=click.Choice(list(_FLOWS)), help="Who agrees."),
        click.option("--tenant", help="Microsoft's directory: its id or domain."),
        click.option("--client-id", help="The application's id."),
        click.option("--client-secret", help="- reads one line."),
        click.option("--refresh-token", help="One that was got elsewhere; - reads one line."),
        click.option("--token-url", help="For another provider."),
        click.option("--authorize-url", help="For another provider, when a person agrees."),
        click.option("--scope", help="Separated by spaces; empty for what mail needs."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@grant.command()
@click.argument("name")
@click.option("--provider", type=click.Choice(list(PROVIDERS)), required=True)
@_settings
@with_database
def add(name: str, provider: str, **given: Any) -> None:
    """Add a sign-in. Where a person agrees, connect it in the pages, or give a --refresh-token."""
    secrets = _secrets(given)
    flows = PROVIDERS[provider].scopes
    flow = _FLOWS[given["flow"]] if given["flow"] else next(iter(flows))
    values = completed(provider, flow.value, **{key: given[key] or "" for key in _COLUMNS})
    with unit_of_work():
        new = add_grant(
            name,
            values={**values, "client_id": given["client_id"] or ""},
            **secrets,
            by=None,
            now=clock.now(),
        )
        connected = new.is_connected
    click.echo(f"Added {name}.")
    if connected:
        click.echo(f"Try it with `helpdesk grant test {name}`.")
    else:
        click.echo("Connect it in the pages: Administration, Mailboxes, Sign-ins.")


@grant.command("set")
@click.argument("name")
@_settings
@with_database
def set_(name: str, **given: Any) -> None:
    """Change a sign-in; what is not given stays as it is."""
    secrets = _secrets(given)
    with unit_of_work():
        known = known_grant(name)
        flow = _FLOWS[given["flow"]].value if given["flow"] else known.flow
        columns = {
            key: given[key] if given[key] is not None else getattr(known, key) for key in _COLUMNS
        }
        if flow != known.flow and given["scope"] is None:
            columns["scope"] = ""
        values = completed(known.provider, flow, **columns)
        if given["client_id"] is not None:
            values["client_id"] = given["client_id"]
        change_grant(
            known,
            values=values,
            **secrets,
            smtp_grant=load_settings().smtp_grant,
            by=None,
            now=clock.now(),
        )
    click.echo(f"Changed {name}.")


@grant.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@with_database
def list_grants(as_json: bool) -> None:
    """List the sign-ins and how they do."""
    for each in grants():
        names = [mailbox.name for mailbox in mailboxes_by(each)]
        if as_json:
            print_json(grant_whole(each, names))
            continue
        doing = each.last_error or ("fine" if each.is_connected else "not connected")
        click.echo(f"{each.name:20} {each.provider:10} {', '.join(names) or '-':25} {doing}")


@grant.command()
@click.argument("name")
@with_database
def test(name: str) -> None:
    """Ask for a token now, with the endpoint's exact answer."""
    grant_id = known_grant(name).id
    db.session.rollback()
    try:
        access_token(grant_id, anew=True)
    except NoToken as error:
        click.echo(f"FAIL Get a token: {error}")
        sys.exit(1)
    click.echo("ok   Get a token: There is a token that can be used now")


def known_grant(name: str) -> MailGrant:
    """The sign-in with that name; NotFound tells which there are."""
    found = grant_by_name(name)
    if found is None:
        known = ", ".join(each.name for each in grants())
        raise NotFound(f"There is no sign-in {name!r}; there are: {known or 'none'}.")
    return found


def _secrets(given: dict[str, Any]) -> dict[str, str | None]:
    """The secrets that were given, each `-` as a line of standard input, in the options' order."""
    secrets: dict[str, str | None] = {}
    for name in ("client_secret", "refresh_token"):
        secret = given.pop(name)
        secrets[name] = sys.stdin.readline().rstrip("\r\n") if secret == "-" else secret
    return secrets
