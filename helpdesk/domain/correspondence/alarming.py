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
    Mailbox,
    MailboxKind,
    MailGrant,
)
from helpdesk.domain.correspondence.queries import mailboxes

# Servers restart, and networks stumble: what mends itself so soon is told to nobody.
PATIENCE = timedelta(minutes=15)
# So many mails of all mailboxes are looked at for when the last of each came.
_LATEST = 100


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
    silent = silences(boxes, now=now)
    for mailbox in boxes:
        grant = rows.get(mailbox.grant_id or 0)
        # Its cause is told already, or will be as soon as it has lasted long enough.
        if grant is not None and grant.failing_since is not None:
            continue
        if (alarm := _of_mailbox(mailbox, silent.get(mailbox.id), now=now)) is not None:
            found.append(alarm)
    return found


def is_silent(mailbox: Mailbox, *, now: datetime) -> datetime | None:
    """Since when no mail has come, where that is longer than the mailbox says is usual."""
    return silences([mailbox], now=now).get(mailbox.id)


def silences(boxes: Iterable[Mailbox], *, now: datetime) -> dict[int, datetime]:
    """Since when no mail has come, by the id of each mailbox that is silent for too long."""
    watched = [box for box in boxes if box.active and box.silent_after_hours]
    newest = last_kept_at(box.id for box in watched)
    since = {box.id: newest.get(box.id, box.created_at) for box in watched}
    return {
        box.id: since[box.id]
        for box in watched
        if now - since[box.id] > timedelta(hours=box.silent_after_hours)
    }


def last_kept_at(mailbox_ids: Iterable[int]) -> dict[int, datetime]:
    """When the newest mail of each mailbox was kept; nothing for one that never got any."""
    wanted = set(mailbox_ids)
    if not wanted:
        return {}
    # Where mail comes it is among the last of all; only those where none did are looked for in
    # all that there is, and what is silent among them is seldom large.
    latest = db.session.execute(
        select(InboundMail.mailbox_id, InboundMail.kept_at)
        .order_by(InboundMail.id.desc())
        .limit(_LATEST)
    )
    found: dict[int, datetime] = {}
    for mailbox_id, kept_at in latest:
        found.setdefault(mailbox_id, kept_at)
    if missing := wanted - found.keys():
        newest = (
            select(func.max(InboundMail.id))
            .where(InboundMail.mailbox_id.in_(missing))
            .group_by(InboundMail.mailbox_id)
        )
        rest = select(InboundMail.mailbox_id, InboundMail.kept_at).where(InboundMail.id.in_(newest))
        found |= {row.mailbox_id: row.kept_at for row in db.session.execute(rest)}
    return {mailbox_id: found[mailbox_id] for mailbox_id in wanted & found.keys()}


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


def _of_mailbox(mailbox: Mailbox, silent_since: datetime | None, *, now: datetime) -> Alarm | None:
    named = (mailbox.id, mailbox.name)
    since = mailbox.failing_since if mailbox.kind == MailboxKind.IMAP.value else None
    if since is not None:
        if now - since <= PATIENCE:
            return None
        return Alarm(AlarmKind.MAILBOX, *named, since, mailbox.last_error, (mailbox.name,))
    if silent_since is None:
        return None
    return Alarm(AlarmKind.SILENCE, *named, silent_since, "", (mailbox.name,))
