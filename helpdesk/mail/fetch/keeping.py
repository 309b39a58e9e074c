"""Commits what was fetched, together with how far the mailbox has come: both or neither."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from helpdesk.core import clock
from helpdesk.core.db import db, unit_of_work
from helpdesk.core.errors import NotFound
from helpdesk.core.signing import unseal
from helpdesk.core.storage import storage
from helpdesk.core.words import N_
from helpdesk.domain.correspondence import fetching
from helpdesk.domain.correspondence.actions import keep, note_step
from helpdesk.domain.correspondence.leases import leased
from helpdesk.domain.correspondence.models import (
    AfterKeeping,
    InboundMail,
    InboundState,
    Mailbox,
    OldMail,
)
from helpdesk.mail.fetch.commands import USUAL_FOLDER
from helpdesk.mail.fetch.connection import Account, Folder
from helpdesk.mail.fetch.errors import NotOurs
from helpdesk.mail.fetch.lease import LEASE
from helpdesk.mail.keep import content_key, keep_raw, message_id_of


@dataclass(frozen=True, slots=True)
class Orders:
    """A mailbox's settings and how far it has come, as they were at one moment."""

    mailbox_id: int
    account: Account
    folder: str
    after_keeping: AfterKeeping
    move_to: str
    poll_seconds: int
    idle: bool
    old_mail: OldMail
    old_mail_since: date | None
    first_seen_at: datetime | None
    fetched_from: str
    uidvalidity: int | None
    first_uidnext: int
    last_uid: int
    old_uid: int

    @property
    def source(self) -> str:
        """Where mail is fetched from now."""
        return f"{self.account.username}@{self.account.host}/{self.folder}"

    def is_placed_in(self, folder: Folder) -> bool:
        """Whether the numbers below are those of this folder."""
        return (self.uidvalidity, self.fetched_from) == (folder.uidvalidity, self.source)

    @property
    def tells(self) -> bool:
        """Whether the server hears anything about what is kept."""
        return self.after_keeping is not AfterKeeping.LEAVE

    @property
    def moves_in_a_circle(self) -> bool:
        """Whether moved mail would be new mail again."""
        target = self.move_to or USUAL_FOLDER
        return self.after_keeping is AfterKeeping.MOVE and target == self.folder


@dataclass(frozen=True, slots=True)
class Refused:
    """The server did not hand a mail over, and what it said instead."""

    words: str


@dataclass(frozen=True, slots=True)
class TooLarge:
    """A mail that is not fetched, for its size in bytes."""

    size: int
    most_bytes: int


Taken = bytes | Refused | TooLarge


def orders_of(mailbox_id: int) -> Orders:
    """Read them now; NotFound, or HelpdeskError when the password cannot be read."""
    mailbox = fetching.mailbox_by_id(mailbox_id)
    if mailbox is None:
        raise NotFound(f"There is no mailbox with the id {mailbox_id}.")
    orders = _orders(mailbox)
    # What follows may take minutes, and no transaction should stay open for so long.
    db.session.rollback()
    return orders


def account_of(mailbox: Mailbox, password: str | None = None) -> Account:
    """How to reach a mailbox's server; with `password` instead of the one that is kept."""
    if mailbox.grant_id is not None:
        password = ""
    if password is None:
        password = unseal(mailbox.sealed_password) if mailbox.sealed_password else ""
    return Account(
        host=mailbox.host,
        port=mailbox.port,
        security=mailbox.security,
        verify_tls=mailbox.verify_tls,
        username=mailbox.username,
        password=password,
        grant_id=mailbox.grant_id,
    )


def place(orders: Orders, holder: str, folder: Folder) -> Orders:
    """Note what the server said of a folder or a UIDVALIDITY that is new; the orders from now."""
    with unit_of_work():
        mailbox = held(orders, holder)
        fetching.first_sight(
            mailbox,
            fetched_from=orders.source,
            uidvalidity=folder.uidvalidity,
            uidnext=folder.uidnext,
            count=folder.count,
            now=clock.now(),
        )
    return orders_of(orders.mailbox_id)


def keep_batch(
    orders: Orders, holder: str, taken: Mapping[int, Taken], *, up_to: int, is_old: bool
) -> int:
    """Commit rows for `taken` (by UID) and that everything up to the UID `up_to` is done.

    Returns how many were kept whole. NotOurs when somebody else fetches or the orders are outdated;
    OSError when the disk refuses. What has a row already gets no second one.
    """
    uids = [*taken, up_to]
    # Before the transaction: the disk may be slow, and others wait for the database.
    storage().keep_all(what for what in taken.values() if isinstance(what, bytes))
    now = clock.now()
    kept = 0
    with unit_of_work() as session:
        mailbox = held(orders, holder)
        assert orders.uidvalidity is not None
        known = fetching.known_uids(mailbox.id, orders.uidvalidity, low=min(uids), high=max(uids))
        for uid, what in taken.items():
            if uid in known:
                continue
            if isinstance(what, bytes):
                mail = keep_raw(
                    mailbox, what, door="imap", uidvalidity=orders.uidvalidity, uid=uid, now=now
                )
                mail.server_told = not orders.tells
                kept += 1
            else:
                _without_bytes(mailbox, orders.uidvalidity, uid, what, now=now)
        if is_old:
            mailbox.old_uid = max(mailbox.old_uid, up_to)
        else:
            mailbox.last_uid = max(mailbox.last_uid, up_to)
        mailbox.leased_until = now + LEASE
        session.flush()
    return kept


def mend(orders: Orders, holder: str, mail_id: int, what: Taken | None) -> bool:
    """Commit the result of asking again: whole at last (True), refused again, or gone (None)."""
    if isinstance(what, bytes):
        storage().keep(what)
    now = clock.now()
    with unit_of_work() as session:
        held(orders, holder)
        mail = session.get_one(InboundMail, mail_id)
        if what is None:
            fetching.note_gone(mail, error="The server does not have it any more.")
            note_step(mail, "fetch", N_("The server does not have it any more"), now=now)
            return False
        if isinstance(what, bytes):
            mail.raw_sha256 = storage().keep(what)
            mail.size = len(what)
            mail.content_key = content_key(what)
            mail.rfc_message_id = message_id_of(what)
            mail.state = InboundState.WAITING.value
            mail.error = ""
            mail.attempts = 0
            mail.due_at = now
            mail.server_told = not orders.tells
            note_step(
                mail, "fetch", N_("The server handed it over, and it was kept whole"), now=now
            )
            return True
        _note_why_not(mail, what, now=now)
        return False


def note_told(orders: Orders, uids: list[int]) -> None:
    """Commit that the server has heard of these."""
    assert orders.uidvalidity is not None
    with unit_of_work():
        fetching.note_told(orders.mailbox_id, orders.uidvalidity, uids)


def held(orders: Orders, holder: str) -> Mailbox:
    """The mailbox, locked for this unit of work; NotOurs when the orders are not valid any more."""
    mailbox = leased(Mailbox, orders.mailbox_id, holder=holder)
    if mailbox is None:
        raise NotOurs("Somebody else fetches from this mailbox now.")
    was = (orders.uidvalidity, orders.old_mail, orders.old_mail_since)
    if (mailbox.uidvalidity, OldMail(mailbox.old_mail), mailbox.old_mail_since) != was:
        raise NotOurs("The mailbox was changed meanwhile; it is fetched anew.")
    return mailbox


def _without_bytes(
    mailbox: Mailbox, uidvalidity: int, uid: int, what: Refused | TooLarge, *, now: datetime
) -> None:
    """A row for a mail that the server has and we have not, so that a person sees it."""
    key = hashlib.sha256(f"{mailbox.id}:{uidvalidity}:{uid}".encode()).hexdigest()
    mail = keep(
        mailbox,
        door="imap",
        raw_sha256=None,
        size=what.size if isinstance(what, TooLarge) else 0,
        content_key=key,
        uidvalidity=uidvalidity,
        uid=uid,
        now=now,
    )
    mail.attempts = 0
    _note_why_not(mail, what, now=now)


def _note_why_not(mail: InboundMail, what: Refused | TooLarge, *, now: datetime) -> None:
    if isinstance(what, Refused):
        fetching.note_refused(mail, error=what.words, now=now)
        note_step(
            mail,
            "fetch",
            N_("The server did not hand it over: %(answer)s"),
            now=now,
            answer=what.words,
        )
        return
    megabytes = 1024 * 1024
    mail.state = InboundState.SET_ASIDE.value
    mail.reason = N_("It is too large and was left on the server")
    note_step(
        mail,
        "fetch",
        N_("It has %(size)s MB, more than %(most)s MB, and was left on the server"),
        now=now,
        size=round(what.size / megabytes),
        most=what.most_bytes // megabytes,
    )


def _orders(mailbox: Mailbox) -> Orders:
    return Orders(
        mailbox_id=mailbox.id,
        account=account_of(mailbox),
        folder=mailbox.folder,
        after_keeping=AfterKeeping(mailbox.after_keeping),
        move_to=mailbox.move_to,
        poll_seconds=mailbox.poll_seconds,
        idle=mailbox.idle,
        old_mail=OldMail(mailbox.old_mail),
        old_mail_since=mailbox.old_mail_since,
        first_seen_at=mailbox.first_seen_at,
        fetched_from=mailbox.fetched_from,
        uidvalidity=mailbox.uidvalidity,
        first_uidnext=mailbox.first_uidnext or 1,
        last_uid=mailbox.last_uid,
        old_uid=mailbox.old_uid,
    )
