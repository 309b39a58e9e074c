"""The `helpdesk` command; each sub-command calls a verb or a question."""

from __future__ import annotations

import importlib
import os
import sys

import click

from helpdesk import __version__
from helpdesk.core.errors import HelpdeskError

# Loaded only when asked for: `helpdesk mail parse` needs neither Flask nor a database, and
# should start as quickly as the filter that it is used as.
_COMMANDS = {
    "init": "helpdesk.cli.installing",
    "run": "helpdesk.cli.running",
    "supervise": "helpdesk.cli.supervising:supervise_both",
    "web": "helpdesk.cli.serving",
    "worker": "helpdesk.cli.working",
    "check": "helpdesk.cli.checking",
    "db": "helpdesk.cli.database:db_group",
    "mail": "helpdesk.cli.mail",
    "mailbox": "helpdesk.cli.mailboxes",
    "grant": "helpdesk.cli.grants",
    "ticket": "helpdesk.cli.tickets",
    "person": "helpdesk.cli.people",
    "address": "helpdesk.cli.addresses",
}


class _LazyGroup(click.Group):
    """A group whose commands are imported when they are used."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        module, _, attribute = _COMMANDS[name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute or name)
        return command


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="helpdesk")
def cli() -> None:
    """An e-mail- and form-driven helpdesk."""


def main() -> None:
    """Run the command; an error that a person can mend is one sentence, not a traceback."""
    try:
        cli(prog_name="helpdesk")
    except HelpdeskError as error:
        from helpdesk.core.config import ConfigurationError

        click.echo(str(error), err=True)
        sys.exit(os.EX_CONFIG if isinstance(error, ConfigurationError) else 1)
