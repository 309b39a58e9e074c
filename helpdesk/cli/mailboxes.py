"""`helpdesk mailbox`: set up the mailboxes that are fetched, and see how they do."""

from __future__ import annotations

import getpass
import sys
from datetime import date, datetime
from typing import Any

import click

from helpdesk.cli.application import print_json, with_database
from helpdesk.cli.grants import known_grant
from helpdesk.cli.maillog import known_mailbox
from helpdesk.cli.shapes import mailbox_whole
from helpdesk.core import clock
from helpdesk.core.db import db, unit_of_work
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.domain.correspondence.configuring import (
    add_mailbox,
    change_mailbox,
    decide_old_mail,
    usual_port,
)
from helpdesk.domain.correspondence.granting import grants
from helpdesk.domain.correspondence.models import AfterKeeping, Mailbox, MailboxKind, OldMail
from helpdesk.domain.correspondence.queries import mailboxes
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
        click.option("--grant", "grant_name", help="Sign in by this instead of a password."),
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
        click.option(
            "--believe",
            "authserv_ids",
            multiple=True,
            help="A server that vouches for senders in Authentication-Results; '' for none.",
        ),
        click.option("--spam-header", help="What marks spam, like 'X-Spam-Flag: YES'."),
        click.option("--silent-after-hours", type=click.IntRange(0, 8760), help="0: never."),
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
    policy, password = _old_mail(given.pop("old_mail")), _password(given)
    with unit_of_work():
        values = _values(given, None)
        new = add_mailbox(
            name,
            address=values.pop("address"),
            values=values,
            password=password,
            by=None,
            now=clock.now(),
        )
        _decide(new, policy)
        fetched = new.kind == MailboxKind.IMAP.value
    click.echo(f"Added {name}.")
    if fetched:
        click.echo(f"Try it with `helpdesk mailbox test {name}`.")


@mailbox.command("set")
@click.argument("name")
@_settings
@with_database
def set_(name: str, **given: Any) -> None:
    """Change a mailbox; what is not given stays as it is."""
    policy, password = _old_mail(given.pop("old_mail")), _password(given)
    with unit_of_work():
        known = known_mailbox(name)
        values = _values(given, known)
        if password:
            # Who gives a password wants to sign in by it.
            values.setdefault("grant_id", None)
        change_mailbox(known, values=values, password=password, by=None, now=clock.now())
        _decide(known, policy)
    click.echo(f"Changed {name}.")


@mailbox.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@with_database
def list_mailboxes(as_json: bool) -> None:
    """List the mailboxes and how they do."""
    keys = {queue.id: queue.key for queue in queues()}
    names = {each.id: each.name for each in grants()}
    for each in mailboxes():
        if as_json:
            more = {"queue": keys.get(each.queue_id or 0), "grant": names.get(each.grant_id or 0)}
            print_json(mailbox_whole(each) | more)
            continue
        doing = "asks what to do with old mail" if each.awaits_decision else each.last_error
        click.echo(f"{each.name:15} {each.kind:5} {each.address:35} {doing or 'fine'}")


@mailbox.command()
@click.argument("name")
@with_database
def test(name: str) -> None:
    """Try the connection step by step, with the server's exact answers."""
    known = known_mailbox(name)
    if known.kind != MailboxKind.IMAP.value:
        click.echo(f"{name} is not fetched: its mail is handed to our SMTP, LMTP or pipe door.")
        return
    db.session.expunge(known)
    # The test may take a minute, and no transaction should stay open for so long.
    db.session.rollback()
    steps = check(known)
    for step in steps:
        click.echo(f"{'ok  ' if step.ok else 'FAIL'} {step.name}: {step}")
    sys.exit(0 if all(step.ok for step in steps) else 1)


def _values(given: dict[str, Any], known: Mailbox | None) -> dict[str, Any]:
    """What was given, by column of the mailbox; what follows from it is added."""
    given = dict(given)
    queue_key, aliases = given.pop("queue_key"), given.pop("aliases")
    grant_name, believed = given.pop("grant_name"), given.pop("authserv_ids")
    values = {field: value for field, value in given.items() if value is not None}
    if aliases:
        values["aliases"] = list(aliases)
    if believed:
        values["authserv_ids"] = list(believed)
    if queue_key is not None:
        values["queue_id"] = _queue_id(queue_key)
    if grant_name is not None:
        values["grant_id"] = known_grant(grant_name).id if grant_name else None
    if "host" in values:
        kind = MailboxKind.IMAP if values["host"] else MailboxKind.DOOR
        values["kind"] = kind.value
    if ("host" in values or "security" in values) and "port" not in values:
        secured = values.get("security") or (known.security if known is not None else "tls")
        values["port"] = usual_port(secured)
    return values


def _queue_id(key: str) -> int:
    queue = queue_by_key(key)
    if queue is None:
        known = ", ".join(queue.key for queue in queues())
        raise NotFound(f"There is no queue {key!r}; there are: {known or 'none'}.")
    return queue.id


def _password(given: dict[str, Any]) -> str | None:
    password: str | None = given.pop("password")
    asks = given["username"] and not given["grant_name"] and sys.stdin.isatty()
    if password is None and asks:
        return getpass.getpass("Password: ")
    return sys.stdin.readline().rstrip("\r\n") if password == "-" else password


def _old_mail(words: str | None) -> tuple[OldMail, date | None] | None:
    if words is None:
        return None
    name, _, day = words.partition(":")
    if name not in {each.value for each in OldMail} or bool(day) != (name == OldMail.SINCE.value):
        raise Invalid("--old-mail", "Write now, everything, ask, or since:2026-01-31.")
    if not day:
        return OldMail(name), None
    try:
        return OldMail(name), datetime.strptime(day, "%Y-%m-%d").date()  # noqa: DTZ007
    except ValueError:
        raise Invalid("--old-mail", f"{day!r} is no day; write since:2026-01-31.") from None


def _decide(box: Mailbox, policy: tuple[OldMail, date | None] | None) -> None:
    if policy is not None:
        what, since = policy
        decide_old_mail(box, policy=what, since=since, by=None, now=clock.now())
