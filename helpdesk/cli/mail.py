"""`helpdesk mail`: understand mail, take it in, and read what became of it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from helpdesk.cli.lines import json_line
from helpdesk.mail.mailfiles import STANDARD_INPUT, raw_mails
from helpdesk.mail.parse import as_json, parse


@click.group()
def mail() -> None:
    """Understand mail, take it in, and read what became of it."""


@mail.command("parse")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
def parse_command(paths: tuple[Path, ...]) -> None:
    """Print each mail of files, folders, mboxes, Maildirs or standard input as a line of JSON."""
    unread = False
    for path in paths or (Path(STANDARD_INPUT),):
        try:
            for name, raw in raw_mails([path]):
                click.echo(json_line(as_json(parse(raw), name)).encode())
        except BrokenPipeError:
            raise
        except OSError as error:
            # The other paths may well be read; the code at the end tells of this one.
            click.echo(f"{error.filename or path}: {error.strerror}.", err=True)
            unread = True
    sys.exit(os.EX_NOINPUT if unread else os.EX_OK)


@mail.command()
@click.option("--mailbox", help="Name of the mailbox that the mail came to.")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
def ingest(mailbox: str | None, paths: tuple[Path, ...]) -> None:
    """Take mail in from standard input or from files; exit codes are those of sysexits."""
    from helpdesk.cli.handing_in import hand_in

    sys.exit(hand_in(paths, mailbox))


@mail.command()
@click.argument("mailbox", required=False)
@click.option("--json", "as_lines", is_flag=True, help="One JSON object a mailbox.")
@click.option("--fetch", is_flag=True, help="Keep what is missing.")
def reconcile(mailbox: str | None, as_lines: bool, fetch: bool) -> None:
    """Compare mailboxes with their servers; ends with 1 when there are differences."""
    from helpdesk.cli.reconciling import show_reconciliation

    sys.exit(show_reconciliation(mailbox, as_lines=as_lines, fetch=fetch))


@mail.command()
@click.option("--json", "as_lines", is_flag=True, help="One JSON object a line.")
@click.option("--state", help="Only mail in this state, such as 'set aside'.")
@click.option("--mailbox", help="Only mail of the mailbox with this name.")
@click.option("--reason", help="Only mail with exactly this reason.")
@click.option("--search", help="Words of sender, subject or Message-ID.")
@click.option(
    "--before", type=click.IntRange(1, 2**31 - 1), help="Only mail with a lower id (the next page)."
)
@click.option("--limit", type=click.IntRange(1, 1000), default=100, show_default=True)
def log(
    as_lines: bool,
    state: str | None,
    mailbox: str | None,
    reason: str | None,
    search: str | None,
    before: int | None,
    limit: int,
) -> None:
    """What came in, newest first: where it is and why."""
    from helpdesk.cli.maillog import show_log

    show_log(
        as_lines,
        state=state,
        mailbox_name=mailbox,
        reason=reason,
        words=search,
        before=before,
        limit=limit,
    )
