"""Verbs that tell administrators of mail that stands still: once for each trouble, and its end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.domain.accounts.permissions import Action
from helpdesk.domain.accounts.queries import people_who_may
from helpdesk.domain.correspondence.actions import enqueue
from helpdesk.domain.correspondence.alarming import Alarm, AlarmKind, alarms, is_silent, is_used
from helpdesk.domain.correspondence.granting import grants
from helpdesk.domain.correspondence.models import Mailbox, MailGrant
from helpdesk.domain.correspondence.queries import is_ours, mailboxes
from helpdesk.domain.notifications.table import ON_REQUEST

_PAGES = {
    AlarmKind.GRANT: "sign-ins",
    AlarmKind.MAILBOX: "mailboxes",
    AlarmKind.SILENCE: "mailboxes",
}


def tell_of_alarms(*, base_url: str, smtp_grant: str = "", now: datetime) -> int:
    """Write to every administrator about what is new and about what works again; how many things.

    May be asked again and again, by any number of workers: each trouble is told once.
    """
    told = sum(_raise(alarm, base_url, now=now) for alarm in alarms(smtp_grant=smtp_grant, now=now))
    for grant in grants():
        if grant.alarmed_at is not None and grant.failing_since is None:
            told += _end(AlarmKind.GRANT, grant, base_url, now=now)
        elif grant.alarmed_at is not None and not is_used(
            grant, mailboxes(active_only=True), smtp_grant=smtp_grant
        ):
            grant.alarmed_at = None
    for mailbox in mailboxes():
        if mailbox.alarmed_at is None or mailbox.failing_since is not None:
            continue
        if not mailbox.active:
            mailbox.alarmed_at = None
        elif is_silent(mailbox, now=now) is None:
            told += _end(AlarmKind.MAILBOX, mailbox, base_url, now=now)
    db.session.flush()
    return told


def is_news(*, smtp_grant: str = "", now: datetime) -> bool:
    """Whether there may be anything to tell, or to forget; only asks."""
    told = [row.alarmed_at for row in grants()] + [row.alarmed_at for row in mailboxes()]
    return any(told) or bool(alarms(smtp_grant=smtp_grant, now=now))


def _raise(alarm: Alarm, base_url: str, *, now: datetime) -> bool:
    table: type[Any] = MailGrant if alarm.kind is AlarmKind.GRANT else Mailbox
    row = _locked(table, alarm.thing_id)
    # What began after the last alarm is another trouble: a silent mailbox may begin to fail.
    if row is None or (row.alarmed_at is not None and row.alarmed_at >= alarm.since):
        return False
    row.alarmed_at = now
    facts = {
        "what": alarm.kind.value,
        "name": alarm.name,
        "since": alarm.since.isoformat(),
        "words": alarm.words,
        "mailboxes": list(alarm.mailboxes),
        "refused": alarm.refused,
        "link": f"{base_url}/admin/{_PAGES[alarm.kind]}/{alarm.thing_id}",
    }
    thing = f"{'grant' if alarm.kind is AlarmKind.GRANT else 'mailbox'}:{alarm.thing_id}"
    # Also when it was silent before it failed, or fails again within the second.
    occasion = f"{thing}:{alarm.kind.value}:{int(alarm.since.timestamp())}:{int(now.timestamp())}"
    _write("mailbox-alarm", occasion, facts, now=now)
    return True


def _end(kind: AlarmKind, row: MailGrant | Mailbox, base_url: str, *, now: datetime) -> bool:
    known = _locked(type(row), row.id)
    if known is None or known.alarmed_at is None:
        return False
    alarmed_at, known.alarmed_at = known.alarmed_at, None
    facts = {
        "what": kind.value,
        "name": row.name,
        "since": alarmed_at.isoformat(),
        "link": f"{base_url}/admin/{_PAGES[kind]}/{row.id}",
    }
    occasion = f"{kind.value}:{row.id}:again:{int(alarmed_at.timestamp())}"
    _write("mailbox-works-again", occasion, facts, now=now)
    return True


def _write(name: str, occasion: str, facts: Mapping[str, Any], *, now: datetime) -> None:
    mailbox = next(iter(mailboxes(active_only=True)), None)
    for person in people_who_may(Action.MANAGE_MAILBOXES):
        if not person.email or is_ours(person.email):
            continue
        enqueue(
            name,
            occasion=occasion,
            to=person,
            audience=ON_REQUEST[name].audience,
            mailbox=mailbox,
            language=person.language or (mailbox.language if mailbox else "en"),
            facts=dict(facts),
            now=now,
        )


def _locked(table: type[Any], row_id: int) -> Any:
    return db.session.scalar(
        select(table)
        .where(table.id == row_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
