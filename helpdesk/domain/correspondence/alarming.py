"""Questions about mail that does not come in as it should: what somebody has to be told of."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from helpdesk.core.db import db
from helpdesk.domain.correspondence.granting import grants
from helpdesk.domain.correspondence.models import (
    InboundMail,
    InboundState,
    Mailbox,
    MailboxKind,
    MailGrant,
)
from helpdesk.domain.correspondence.queries import mailboxes

# Servers restart, and networks stumble: what mends itself so soon is told to nobody.
PATIENCE = timedelta(minutes=15)


class AlarmKind(enum.StrEnum):
    """What is wrong."""

    GRANT = "grant"
    MAILBOX = "mailbox"
    SILENCE = "silence"


@dataclass(frozen=True, slots=True)
class Alarm:
    """One trouble that has lasted too long: `words` are exactly what the other side said.

    `mailboxes` are the names of all that stand still for it. `refused`: waiting will not help.
    """

    kind: AlarmKind
    thing_id: int
    name: str
    since: datetime
    words: str
    mailboxes: tuple[str, ...]
    refused: bool = False


def alarms(*, smtp_grant: str = "", now: datetime) -> list[Alarm]:
    """Every trouble of now, one for each cause; `smtp_grant` is by whom outgoing mail signs in."""
    boxes = mailboxes(active_only=True)
    rows = {grant.id: grant for grant in grants()}
    found = [
        alarm
        for grant in rows.values()
        if (alarm := _of_grant(grant, boxes, smtp_grant=smtp_grant, now=now)) is not None
    ]
    for mailbox in boxes:
        grant = rows.get(mailbox.grant_id or 0)
        # Its cause is told already, or will be as soon as it has lasted long enough.
        if grant is not None and grant.failing_since is not None:
            continue
        if (alarm := _of_mailbox(mailbox, now=now)) is not None:
            found.append(alarm)
    return found


def is_silent(mailbox: Mailbox, *, now: datetime) -> datetime | None:
    """Since when no mail has come, where that is longer than the mailbox says is usual."""
    if not mailbox.active or not mailbox.silent_after_hours:
        return None
    since = last_kept_at(mailbox.id) or mailbox.created_at
    return since if now - since > timedelta(hours=mailbox.silent_after_hours) else None


def last_kept_at(mailbox_id: int) -> datetime | None:
    """When the newest mail of a mailbox was kept."""
    # State by state, each of which is the end of an index.
    newest = [
        db.session.scalar(
            select(func.max(InboundMail.id)).where(
                InboundMail.mailbox_id == mailbox_id, InboundMail.state == state.value
            )
        )
        for state in InboundState
    ]
    known = [inbound_id for inbound_id in newest if inbound_id is not None]
    if not known:
        return None
    return db.session.scalar(select(InboundMail.kept_at).where(InboundMail.id == max(known)))


def is_used(grant: MailGrant, boxes: Iterable[Mailbox], *, smtp_grant: str) -> bool:
    """Whether mail stands still when the sign-in fails."""
    return grant.name == smtp_grant or any(box.grant_id == grant.id for box in boxes)


def _of_grant(
    grant: MailGrant, boxes: Sequence[Mailbox], *, smtp_grant: str, now: datetime
) -> Alarm | None:
    since = grant.failing_since
    if since is None or not is_used(grant, boxes, smtp_grant=smtp_grant):
        return None
    if not grant.refused and now - since <= PATIENCE:
        return None
    names = tuple(box.name for box in boxes if box.grant_id == grant.id)
    return Alarm(
        AlarmKind.GRANT, grant.id, grant.name, since, grant.last_error, names, grant.refused
    )


def _of_mailbox(mailbox: Mailbox, *, now: datetime) -> Alarm | None:
    named = (mailbox.id, mailbox.name)
    since = mailbox.failing_since if mailbox.kind == MailboxKind.IMAP.value else None
    if since is not None:
        if now - since <= PATIENCE:
            return None
        return Alarm(AlarmKind.MAILBOX, *named, since, mailbox.last_error, (mailbox.name,))
    silent_since = is_silent(mailbox, now=now)
    if silent_since is None:
        return None
    return Alarm(AlarmKind.SILENCE, *named, silent_since, "", (mailbox.name,))
