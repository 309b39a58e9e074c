"""Verbs and questions of mail that is fetched: how far we have come, and how it went."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select, update

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.words import N_
from helpdesk.domain.correspondence.actions import note_step
from helpdesk.domain.correspondence.models import (
    InboundMail,
    InboundState,
    Mailbox,
    MailboxKind,
    MailGrant,
    OldMail,
)

# A server is asked again for a mail that it could not hand over: after 5 minutes, then after
# twice as long each time, and for the last time some days later.
FIRST_RETRY = timedelta(minutes=5)
MOST_ATTEMPTS = 10


def mailbox_by_id(mailbox_id: int) -> Mailbox | None:
    """The mailbox with that id."""
    return db.session.get(Mailbox, mailbox_id)


def first_sight(
    mailbox: Mailbox,
    *,
    fetched_from: str,
    uidvalidity: int,
    uidnext: int,
    count: int,
    now: datetime,
) -> None:
    """Note what lay in a folder when it was seen for the first time, or under a new UIDVALIDITY.

    At the very first sight nothing is fetched of it until the policy says so. Later, when the
    server has numbered its mail anew or the mailbox is fetched from elsewhere, the policy is
    followed again from the beginning; what was known is known by its content.
    """
    is_known = mailbox.first_seen_at is not None
    old = OldMail(mailbox.old_mail)
    if is_known:
        _give_up_asking(mailbox, now=now)
    if is_known and (mailbox.fetched_from != fetched_from or mailbox.uidvalidity == uidvalidity):
        # The numbers of one folder say nothing about the mail of another, also where a server has
        # begun to count anew under the same UIDVALIDITY.
        db.session.execute(
            update(InboundMail)
            .where(InboundMail.mailbox_id == mailbox.id, InboundMail.uid.is_not(None))
            .values(uid=None, uidvalidity=None, server_told=True)
            .execution_options(synchronize_session=False)
        )
    mailbox.fetched_from = fetched_from
    mailbox.uidvalidity = uidvalidity
    mailbox.first_uidnext = uidnext
    mailbox.last_uid = uidnext - 1
    mailbox.old_uid = 0
    if not is_known:
        mailbox.first_seen_at = now
        if old in (OldMail.ASK, OldMail.FROM_NOW_ON):
            mailbox.old_uid = uidnext - 1
    if not is_known or old is OldMail.ASK:
        mailbox.first_count = count


def _give_up_asking(mailbox: Mailbox, *, now: datetime) -> None:
    """What the server did not hand over has another number now, and is fetched under that."""
    refused = db.session.scalars(
        select(InboundMail).where(
            InboundMail.mailbox_id == mailbox.id,
            InboundMail.state == InboundState.FAILED.value,
            InboundMail.raw_sha256.is_(None),
            InboundMail.attempts < MOST_ATTEMPTS,
        )
    )
    for mail in refused:
        note_gone(mail, error="The server has numbered its mail anew; it is fetched anew.")
        note_step(
            mail,
            "fetch",
            N_("The server has numbered its mail anew; it is asked for under the new number"),
            now=now,
        )


def decide_old_mail(mailbox: Mailbox, *, policy: OldMail, since: date | None = None) -> None:
    """Say what becomes of mail that was there before us; Invalid without a date for `since`.

    A decision can be changed: what was taken stays taken, what was left is looked at anew.
    """
    if policy is OldMail.SINCE and since is None:
        raise Invalid("old_mail_since", N_("Write a day, like 2026-01-31."))
    mailbox.old_mail = policy.value
    mailbox.old_mail_since = since if policy is OldMail.SINCE else None
    takes_some = policy in (OldMail.SINCE, OldMail.EVERYTHING)
    mailbox.old_uid = 0 if takes_some else (mailbox.first_uidnext or 1) - 1


def note_poll(
    mailbox_id: int,
    *,
    error: str | None,
    worked: bool,
    on_server: int | None = None,
    now: datetime,
) -> None:
    """Note how an attempt went. `worked` with an error: mail is kept, but something is wrong.

    `on_server` is how many mails the folder had, None where the server did not come to say it.
    """
    values: dict[str, object] = {"polled_at": now, "last_error": error or ""}
    if worked:
        values["worked_at"] = now
    if on_server is not None:
        values |= {"on_server": on_server, "counted_at": now}
    db.session.execute(
        update(Mailbox)
        .where(Mailbox.id == mailbox_id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    fails = Mailbox.failing_since.is_(None) if error else Mailbox.failing_since.is_not(None)
    db.session.execute(
        update(Mailbox)
        .where(Mailbox.id == mailbox_id, fails)
        .values(failing_since=now if error else None)
        .execution_options(synchronize_session=False)
    )


def note_refused(mail: InboundMail, *, error: str, now: datetime) -> None:
    """The server did not hand the mail over, again; it is asked later, and less and less often."""
    mail.state = InboundState.FAILED.value
    mail.error = error
    mail.due_at = now + FIRST_RETRY * 2**mail.attempts
    mail.attempts += 1


def note_gone(mail: InboundMail, *, error: str) -> None:
    """The server does not have the mail any more: nobody needs to ask again."""
    mail.state = InboundState.FAILED.value
    mail.error = error
    mail.attempts = MOST_ATTEMPTS


def note_told(mailbox_id: int, uidvalidity: int, uids: Iterable[int]) -> None:
    """The server has heard that these mails are kept."""
    db.session.execute(
        update(InboundMail)
        .where(
            InboundMail.mailbox_id == mailbox_id,
            InboundMail.uidvalidity == uidvalidity,
            InboundMail.uid.in_(list(uids)),
        )
        .values(server_told=True)
        .execution_options(synchronize_session=False)
    )


def untold(mailbox_id: int, uidvalidity: int, *, limit: int) -> Sequence[int]:
    """The UIDs of mails that are kept and of which the server has not heard that."""
    found = db.session.scalars(
        select(InboundMail.uid)
        .where(
            InboundMail.mailbox_id == mailbox_id,
            InboundMail.uidvalidity == uidvalidity,
            ~InboundMail.server_told,
        )
        .order_by(InboundMail.uid)
        .limit(limit)
    )
    return [uid for uid in found if uid is not None]


def mail_by_uid(mailbox_id: int, uidvalidity: int, uid: int) -> InboundMail | None:
    """The mail that was kept under this number of the server."""
    return db.session.scalar(
        select(InboundMail).where(
            InboundMail.mailbox_id == mailbox_id,
            InboundMail.uidvalidity == uidvalidity,
            InboundMail.uid == uid,
        )
    )


def known_uids(mailbox_id: int, uidvalidity: int, *, low: int, high: int) -> frozenset[int]:
    """Of the UIDs from `low` to `high` those that have a row."""
    return frozenset(
        uid
        for uid in db.session.scalars(
            select(InboundMail.uid).where(
                InboundMail.mailbox_id == mailbox_id,
                InboundMail.uidvalidity == uidvalidity,
                InboundMail.uid.between(low, high),
            )
        )
        if uid is not None
    )


def refused_mail(mailbox_id: int, uidvalidity: int, *, now: datetime) -> Sequence[InboundMail]:
    """Mails that the server could not hand over and that are due to be asked for again."""
    return db.session.scalars(
        select(InboundMail)
        .where(
            InboundMail.mailbox_id == mailbox_id,
            InboundMail.uidvalidity == uidvalidity,
            InboundMail.state == InboundState.FAILED.value,
            InboundMail.raw_sha256.is_(None),
            InboundMail.attempts < MOST_ATTEMPTS,
            InboundMail.due_at <= now,
        )
        .order_by(InboundMail.due_at)
        .limit(50)
    ).all()


def known_contents(content_keys: Sequence[str]) -> Sequence[tuple[int, str]]:
    """For mails with these contents the mailbox id and the content, wherever one was kept."""
    rows = db.session.execute(
        select(InboundMail.mailbox_id, InboundMail.content_key).where(
            InboundMail.content_key.in_(content_keys)
        )
    )
    return [(mailbox_id, key) for mailbox_id, key in rows]


def fetched_mailboxes() -> dict[int, tuple[object, ...]]:
    """The mailboxes that are fetched from, by id, with everything that says how."""
    rows = db.session.execute(
        select(
            Mailbox.id,
            Mailbox.host,
            Mailbox.port,
            Mailbox.security,
            Mailbox.verify_tls,
            Mailbox.username,
            Mailbox.sealed_password,
            Mailbox.grant_id,
            MailGrant.connected_at,
            Mailbox.folder,
            Mailbox.after_keeping,
            Mailbox.move_to,
            Mailbox.poll_seconds,
            Mailbox.idle,
            Mailbox.old_mail,
            Mailbox.old_mail_since,
        )
        .outerjoin(MailGrant, MailGrant.id == Mailbox.grant_id)
        .where(Mailbox.active, Mailbox.kind == MailboxKind.IMAP.value, Mailbox.host != "")
        .order_by(Mailbox.position, Mailbox.id)
    )
    return {row[0]: tuple(row[1:]) for row in rows}
