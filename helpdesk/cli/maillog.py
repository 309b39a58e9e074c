"""Prints the mail log."""

from __future__ import annotations

import click
from sqlalchemy import select

from helpdesk.cli.application import print_json, with_database
from helpdesk.cli.shapes import inbound
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.domain.correspondence.models import InboundMail, InboundState, Mailbox
from helpdesk.domain.correspondence.queries import mailbox_by_name, mailboxes


@with_database
def show_log(
    as_lines: bool,
    *,
    state: str | None,
    mailbox_name: str | None,
    before: int | None,
    limit: int,
) -> None:
    """Print inbound mail, newest first, as JSON lines or as a table."""
    statement = select(InboundMail, Mailbox).join(Mailbox, Mailbox.id == InboundMail.mailbox_id)
    if state is not None:
        statement = statement.where(InboundMail.state == _known_state(state))
    if mailbox_name is not None:
        statement = statement.where(InboundMail.mailbox_id == known_mailbox(mailbox_name).id)
    if before is not None:
        statement = statement.where(InboundMail.id < before)
    rows = db.session.execute(statement.order_by(InboundMail.id.desc()).limit(limit))
    for mail, mailbox in rows:
        if as_lines:
            print_json(inbound(mail, mailbox))
            continue
        became = f"#{mail.ticket_id}" if mail.ticket_id else "-"
        click.echo(
            f"{mail.id:<7} {mail.kept_at:%Y-%m-%d %H:%M} {mailbox.name:12} {mail.state:14}"
            f" {became:8} {mail.from_address:32} {mail.reason or mail.subject}"
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
