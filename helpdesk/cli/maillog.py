"""Prints the mail log."""

from __future__ import annotations

import click

from helpdesk.cli.application import print_json, with_database
from helpdesk.cli.shapes import inbound
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.domain.correspondence.models import InboundState, Mailbox
from helpdesk.domain.correspondence.queries import mailbox_by_name, mailboxes
from helpdesk.domain.reconciliation import LogQuestion, mail_log


@with_database
def show_log(
    as_lines: bool,
    *,
    state: str | None,
    mailbox_name: str | None,
    reason: str | None,
    words: str | None,
    before: int | None,
    limit: int,
) -> None:
    """Print inbound mail, newest first, as JSON lines or as a table."""
    question = LogQuestion(
        mailbox_id=known_mailbox(mailbox_name).id if mailbox_name is not None else None,
        state=_known_state(state) if state is not None else "",
        reason=reason or "",
        words=words or "",
    )
    page = mail_log(question, before=before, limit=limit)
    for mail, mailbox in page.rows:
        if as_lines:
            print_json(inbound(mail, mailbox))
            continue
        became = f"#{mail.ticket_id}" if mail.ticket_id else "-"
        click.echo(
            f"{mail.id:<7} {mail.kept_at:%Y-%m-%d %H:%M} {mailbox.name:12} {mail.state:14}"
            f" {became:8} {mail.from_address:32} {mail.reason or mail.subject}"
        )
    if page.searched_back_to is not None:
        click.echo(
            f"The words were looked for back to {page.searched_back_to:%Y-%m-%d %H:%M};"
            f" look further back with --before {page.older}.",
            err=True,
        )


def known_mailbox(name: str) -> Mailbox:
    """The mailbox with that name; NotFound tells which there are."""
    found = mailbox_by_name(name)
    if found is None:
        known = ", ".join(each.name for each in mailboxes())
        raise NotFound(f"There is no mailbox {name!r}; there are: {known or 'none'}.")
    return found


def _known_state(state: str) -> str:
    states = [each.value for each in InboundState]
    if state not in states:
        raise Invalid("--state", f"There is no state {state!r}; there are: {', '.join(states)}.")
    return state
