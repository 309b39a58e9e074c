"""Prints how mailboxes and their servers compare."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click
from sqlalchemy.exc import DBAPIError

from helpdesk.cli.application import print_json, with_database
from helpdesk.cli.maillog import known_mailbox
from helpdesk.core.db import db
from helpdesk.domain.correspondence.models import MailboxKind
from helpdesk.domain.correspondence.queries import mailboxes
from helpdesk.mail.fetch.errors import in_words
from helpdesk.mail.reconcile import Difference, Reconciliation, reconcile

_LONGEST_SUBJECT = 60

# What is counted, in the order of the sum.
_WORDS = {
    "on_server": "on the server",
    "kept": "of these kept",
    "renumbered": "kept under another number",
    "left": "old mail that is left there, as the mailbox says",
    "shared": "share their number with another mail",
    "missing": "not kept, or not whole",
    "gone": "kept, and no longer in the folder (moved or deleted)",
    "elsewhere": "kept from another folder, or under earlier numbers",
    "copies": "copies among what is kept",
}


@with_database
def show_reconciliation(name: str | None, *, as_lines: bool, fetch: bool) -> int:
    """Compare one mailbox, or all that are fetched; 0 when there is no difference, else 1."""
    chosen = [
        (each.id, each.name, each.host, each.port)
        for each in ([known_mailbox(name)] if name is not None else mailboxes(active_only=True))
        if name is not None or each.kind == MailboxKind.IMAP.value
    ]
    code = 0
    for mailbox_id, mailbox_name, host, port in chosen:
        try:
            found = reconcile(mailbox_id, fetch=fetch)
        except DBAPIError:
            raise
        except Exception as error:
            # The other mailboxes are compared all the same.
            db.session.rollback()
            words = in_words(error, host=host, port=port)
            if as_lines:
                print_json({"mailbox": mailbox_name, "error": words})
            else:
                click.echo(f"{mailbox_name}: {words}", err=True)
            code = 1
            continue
        is_mended = found.fetched == found.missing and found.kept_uidvalidity == found.uidvalidity
        code = code if found.is_in_order or is_mended else 1
        if as_lines:
            print_json(_whole(found))
        else:
            _show(found)
    return code


def _show(found: Reconciliation) -> None:
    click.echo(f"{found.mailbox}, folder {found.folder}")
    for key, words in _WORDS.items():
        click.echo(f"{getattr(found, key):8} {words}")
    if found.uidvalidity != found.kept_uidvalidity:
        click.echo(
            f"The folder's UIDVALIDITY is {found.uidvalidity}; what is kept has"
            f" {found.kept_uidvalidity or 'none'}. The next look fetches the folder anew."
        )
    for each in found.differences:
        at = f"{each.arrived_at:%Y-%m-%d %H:%M}" if each.arrived_at else "-"
        subject = " ".join(each.subject.split())[:_LONGEST_SUBJECT]
        click.echo(f"{each.uid}  {at}  {each.sender or '-'}  {subject or '-'}  {each.why}")
    if found.fetched:
        click.echo(f"{found.fetched} of these were kept now.")


def _whole(found: Reconciliation) -> dict[str, Any]:
    return asdict(found) | {
        "error": None,
        "adds_up": found.adds_up,
        "in_order": found.is_in_order,
        "differences": [_difference(each) for each in found.differences],
    }


def _difference(each: Difference) -> dict[str, Any]:
    return asdict(each) | {"arrived_at": each.arrived_at.isoformat() if each.arrived_at else None}
