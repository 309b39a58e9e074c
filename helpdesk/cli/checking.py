"""`helpdesk check`: what is configured, what answers, and what is wrong."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click
from sqlalchemy.exc import SQLAlchemyError

from helpdesk.application import create_app
from helpdesk.cli.application import database_trouble, settings_with_logs
from helpdesk.cli.database import revision
from helpdesk.cli.revisions import newest_revision
from helpdesk.core import clock
from helpdesk.core.clamd import greet
from helpdesk.core.config import Settings
from helpdesk.core.db import db
from helpdesk.core.heartbeat import beats
from helpdesk.domain.accounts.permissions import Action
from helpdesk.domain.accounts.queries import people_who_may
from helpdesk.domain.correspondence.models import Mailbox, MailboxKind
from helpdesk.domain.correspondence.queries import mailboxes
from helpdesk.mail import fetch, transport
from helpdesk.mail.spam import greet_rspamd


@click.command()
def check() -> None:
    """Try everything that is configured, and say what is wrong."""
    settings = settings_with_logs(quiet=True)
    report = _Report()
    app = create_app(settings)
    with app.app_context():
        report.say(True, "data folder", str(settings.data_dir))
        known: Sequence[Mailbox] = ()
        if _check_database(report):
            _check_people(report)
            known = mailboxes()
            _check_workers(report, settings)
        # The tests may take minutes, and no connection should stay open for so long.
        db.session.expunge_all()
        db.session.remove()
        db.engine.dispose()
        for mailbox in known:
            _check_mailbox(report, mailbox)
        _check_doors(report, settings)
        _check_helpers(report, settings)
        # Inside, because a token for sending is in the database.
        for step in transport.check(settings):
            name = f"outgoing mail, {step.tried}" if settings.smtp_host else "outgoing mail"
            report.say(step.held, name, step.words)
        db.session.remove()
        db.engine.dispose()
    click.echo("Everything answers." if report.fine else "Something is wrong; see FAIL above.")
    sys.exit(0 if report.fine else 1)


class _Report:
    """Prints each finding and remembers whether all were good."""

    def __init__(self) -> None:
        self.fine = True

    def say(self, ok: bool, name: str, words: str) -> None:
        self.fine = self.fine and ok
        click.echo(f"{'ok  ' if ok else 'FAIL'} {name}: {words}")


def _check_database(report: _Report) -> bool:
    kind = db.engine.dialect.name
    try:
        found, newest = revision(), newest_revision()
    except SQLAlchemyError as error:
        report.say(False, f"database ({kind})", database_trouble(error))
        return False
    if found != newest:
        words = (
            f"is at {found or 'nothing'}, the software wants {newest}; run `helpdesk db upgrade`"
        )
        report.say(False, f"database ({kind})", words)
        return False
    report.say(True, f"database ({kind})", f"at version {found}")
    return True


def _check_people(report: _Report) -> None:
    administrators = people_who_may(Action.MANAGE_PEOPLE)
    names = ", ".join(person.email for person in administrators)
    report.say(bool(administrators), "administrators", names or "none; run `helpdesk init`")


def _check_mailbox(report: _Report, mailbox: Mailbox) -> None:
    name = f"mailbox {mailbox.name}"
    if not mailbox.active:
        report.say(True, name, "switched off")
        return
    if mailbox.kind != MailboxKind.IMAP.value:
        report.say(True, name, f"{mailbox.address}, handed in by SMTP, LMTP or pipe")
        return
    if mailbox.awaits_decision:
        words = (
            f"holds {mailbox.first_count} old mails; say what to do with them:"
            f" `helpdesk mailbox set {mailbox.name} --old-mail now|since:DAY|everything`"
        )
        report.say(False, name, words)
    for step in fetch.check(mailbox):
        report.say(step.ok, f"{name}, {step.name}", str(step))


def _check_helpers(report: _Report, settings: Settings) -> None:
    if settings.clamd is not None:
        why = greet(settings.clamd)
        report.say(not why, f"virus scanner at {settings.clamd}", why or "answers")
    if settings.rspamd_url:
        why = greet_rspamd(settings.rspamd_url)
        report.say(not why, f"spam filter at {settings.rspamd_url}", why or "answers")


def _check_workers(report: _Report, settings: Settings) -> None:
    # No fault: one checks also before the first start.
    now = clock.now()
    seen = [
        f"at work {int((now - each.at).total_seconds())} s ago" for each in beats(settings.data_dir)
    ]
    report.say(True, "worker", seen[0] if seen else "none is at work; start `helpdesk run`")


def _check_doors(report: _Report, settings: Settings) -> None:
    report.say(True, "pages", f"{settings.base_url} (listening on {settings.http_listen})")
    report.say(True, "SMTP door", str(settings.smtp_listen or "off"))
    report.say(True, "LMTP door", str(settings.lmtp_listen or "off"))
    if os.geteuid() == 0:
        report.say(True, "user", "this runs as root, which it does not need")
