"""`helpdesk mailbox`: set up the mailboxes that are fetched, and see how they do."""

from __future__ import annotations

import getpass
import sys
from datetime import datetime
from typing import Any

import click
from sqlalchemy import func, select

from helpdesk.cli.application import print_json, with_database
from helpdesk.cli.shapes import mailbox_whole
from helpdesk.core import signing
from helpdesk.core.db import db, unit_of_work
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.domain.accounts.actions import checked_address
from helpdesk.domain.correspondence.models import AfterKeeping, Mailbox, MailboxKind, OldMail
from helpdesk.domain.correspondence.queries import mailbox_by_name, mailboxes
from helpdesk.domain.processes import PROCESSES
from helpdesk.domain.tickets.queries import queue_by_key, queues
from helpdesk.mail.fetch import check


@click.group()
def mailbox() -> None:
    """Set up mailboxes, and see how they do."""


def _settings(command: Any) -> Any:
    """The options that `add` and `set` share; what is not given stays as it is."""
    options = (
        click.option("--address", help="The mailbox's e-mail address."),
        click.option("--alias", "aliases", multiple=True, help="Another address that leads here."),
        click.option("--display-name", help="The name that mails are sent with."),
        click.option("--host", help="IMAP server; without one, mail comes by SMTP, LMTP or pipe."),
        click.option("--port", type=int),
        click.option("--security", type=click.Choice(["tls", "starttls", "none"])),
        click.option("--verify-tls/--no-verify-tls", default=None),
        click.option("--username"),
        click.option("--password", help="Asked for when a user is named; - reads one line."),
        click.option("--folder"),
        click.option("--after-keeping", type=click.Choice([each.value for each in AfterKeeping])),
        click.option("--move-to", help="Folder for kept mail, with --after-keeping move."),
        click.option("--poll-seconds", type=click.IntRange(1, 86400)),
        click.option("--idle/--no-idle", default=None),
        click.option("--old-mail", help="now, everything, ask, or since:2026-01-31"),
        click.option("--process", type=click.Choice(list(PROCESSES))),
        click.option("--queue", "queue_key", help="Key of the queue that mail lands in."),
        click.option("--language", type=click.Choice(["en", "sv"])),
        click.option("--plus-addressing/--no-plus-addressing", default=None),
        click.option("--acknowledge/--no-acknowledge", default=None),
        click.option("--trust-reply-to/--no-trust-reply-to", default=None),
        click.option("--position", type=int, help="The lowest decides about copies."),
        click.option("--active/--inactive", default=None),
    )
    for option in reversed(options):
        command = option(command)
    return command


@mailbox.command()
@click.argument("name")
@_settings
@with_database
def add(name: str, **given: Any) -> None:
    """Add a mailbox."""
    if not given["address"]:
        raise Invalid("--address", "A mailbox needs its e-mail address.")
    if mailbox_by_name(name) is not None:
        raise Invalid("name", f"There is a mailbox {name} already; use `helpdesk mailbox set`.")
    with unit_of_work():
        new = Mailbox(name=name, address=checked_address(given.pop("address")))
        last = db.session.scalar(select(func.max(Mailbox.position)))
        new.position = 0 if last is None else last + 1
        db.session.add(new)
        _apply(new, given)
    click.echo(f"Added {name}. Try it with `helpdesk mailbox test {name}`.")


@mailbox.command("set")
@click.argument("name")
@_settings
@with_database
def set_(name: str, **given: Any) -> None:
    """Change a mailbox; what is not given stays as it is."""
    with unit_of_work():
        _apply(_known(name), given)
    click.echo(f"Changed {name}.")


@mailbox.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@with_database
def list_mailboxes(as_json: bool) -> None:
    """List the mailboxes and how they do."""
    keys = {queue.id: queue.key for queue in queues()}
    for each in mailboxes():
        if as_json:
            print_json(mailbox_whole(each) | {"queue": keys.get(each.queue_id or 0)})
            continue
        doing = "asks what to do with old mail" if each.awaits_decision else each.last_error
        click.echo(f"{each.name:15} {each.kind:5} {each.address:35} {doing or 'fine'}")


@mailbox.command()
@click.argument("name")
@with_database
def test(name: str) -> None:
    """Try the connection step by step, with the server's exact answers."""
    known = _known(name)
    if known.kind != MailboxKind.IMAP.value:
        click.echo(f"{name} is not fetched: its mail is handed to our SMTP, LMTP or pipe door.")
        return
    password = signing.unseal(known.sealed_password) if known.sealed_password else ""
    failed = False
    for step in check(known, password):
        click.echo(f"{'ok  ' if step.ok else 'FAIL'} {step.name}: {step.words}")
        failed = failed or not step.ok
    sys.exit(1 if failed else 0)


def _apply(box: Mailbox, given: dict[str, Any]) -> None:
    old_mail, queue_key, password = (
        given.pop(key) for key in ("old_mail", "queue_key", "password")
    )
    aliases = given.pop("aliases")
    if given.get("address"):
        given["address"] = checked_address(given["address"])
    for field, value in given.items():
        if value is not None:
            setattr(box, field, value)
    if aliases:
        box.aliases = [checked_address(alias) for alias in aliases]
    if given["host"] is not None:
        box.kind = (MailboxKind.IMAP if given["host"] else MailboxKind.DOOR).value
        if given["port"] is None:
            box.port = 993 if (given["security"] or box.security or "tls") == "tls" else 143
    if queue_key is not None:
        queue = queue_by_key(queue_key)
        if queue is None:
            known = ", ".join(queue.key for queue in queues())
            raise NotFound(f"There is no queue {queue_key!r}; there are {known}.")
        box.queue_id = queue.id
    if old_mail is not None:
        _decide_old_mail(box, old_mail)
    if password is None and given["username"] and sys.stdin.isatty():
        password = getpass.getpass("Password: ")
    if password is not None:
        box.sealed_password = signing.seal(
            sys.stdin.readline().rstrip("\n") if password == "-" else password
        )


def _decide_old_mail(box: Mailbox, words: str) -> None:
    policy, _, day = words.partition(":")
    if policy not in {each.value for each in OldMail}:
        raise Invalid("--old-mail", "Write now, everything, ask, or since:2026-01-31.")
    box.old_mail = policy
    if policy == OldMail.SINCE.value:
        try:
            box.old_mail_since = datetime.strptime(day, "%Y-%m-%d").date()  # noqa: DTZ007
        except ValueError:
            raise Invalid("--old-mail", f"{day!r} is no day; write since:2026-01-31.") from None


def _known(name: str) -> Mailbox:
    found = mailbox_by_name(name)
    if found is None:
        known = ", ".join(each.name for each in mailboxes())
        raise NotFound(f"There is no mailbox {name!r}; there are {known}.")
    return found
