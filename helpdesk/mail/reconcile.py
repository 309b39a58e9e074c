"""Holds a mailbox's folder on its server against what is kept of it; changes nothing there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.parser import BytesHeaderParser

from helpdesk.core.db import db
from helpdesk.core.errors import Refused
from helpdesk.domain.correspondence import comparing, fetching
from helpdesk.domain.correspondence.models import Mailbox, MailboxKind, OldMail
from helpdesk.mail.fetch import commands
from helpdesk.mail.fetch.connection import Connection, Folder
from helpdesk.mail.fetch.keeping import Orders, orders_of
from helpdesk.mail.fetch.late import keep_missing
from helpdesk.mail.fetch.policy import Listed, is_wanted, search_since
from helpdesk.mail.keep import content_key, message_id_of
from helpdesk.mail.parse.encoded_words import decode

_HEADERS = "HEADER.FIELDS (MESSAGE-ID DATE FROM SUBJECT)"
# Before the first look everything is old, and these policies want nothing of it.
_LEAVES_ALL = (OldMail.ASK, OldMail.FROM_NOW_ON)
# Mails that are compared with our rows at a time.
_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Difference:
    """One mail that lies on the server and is not kept, or not whole; and why."""

    uid: int
    arrived_at: datetime | None
    sender: str
    subject: str
    why: str
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What a folder holds, each mail counted once: `on_server` is the sum of the five after it.

    `left` is old mail that the mailbox's policy does not want; `renumbered` is kept under another
    number; `shared` has the number of another mail. `gone` mails are kept and no longer in the
    folder, which is usual; `elsewhere` are kept from another folder, or under earlier numbers.
    """

    mailbox: str
    folder: str
    uidvalidity: int
    kept_uidvalidity: int | None
    on_server: int = 0
    kept: int = 0
    renumbered: int = 0
    left: int = 0
    shared: int = 0
    missing: int = 0
    gone: int = 0
    elsewhere: int = 0
    copies: int = 0
    fetched: int = 0
    differences: Sequence[Difference] = field(default_factory=tuple)

    @property
    def adds_up(self) -> bool:
        """Whether every mail of the folder was counted exactly once."""
        return self.on_server == (
            self.kept + self.renumbered + self.left + self.shared + self.missing
        )

    @property
    def is_in_order(self) -> bool:
        """Whether all that we want of the folder is kept, under the numbers that it has."""
        return not self.missing and self.uidvalidity == self.kept_uidvalidity


def reconcile(mailbox_id: int, *, fetch: bool = False) -> Reconciliation:
    """Compare; with `fetch` what is missing is kept, and files itself later.

    Inside an application context, without an open unit of work. Refused for a mailbox that is not
    fetched; any error of the server or the network as it came.
    """
    mailbox = db.session.get_one(Mailbox, mailbox_id)
    name, kind = mailbox.name, mailbox.kind
    if kind != MailboxKind.IMAP.value:
        raise Refused(f"{name} is not fetched: there is no folder to compare it with.")
    orders = orders_of(mailbox_id)
    connection = Connection(orders.account)
    try:
        connection.open()
        folder = connection.select(orders.folder, readonly=True)
        return _Comparison(connection, orders, folder).result(name, fetch=fetch)
    finally:
        connection.close()


class _Comparison:
    """One comparison: what the server has, in parts of a size that memory does not notice."""

    def __init__(self, connection: Connection, orders: Orders, folder: Folder) -> None:
        self.connection = connection
        self.orders = orders
        self.folder = folder
        self.is_same = orders.is_placed_in(folder)
        self.kept = self.renumbered = self.left = 0
        self.differences: list[Difference] = []

    def result(self, name: str, *, fetch: bool) -> Reconciliation:
        found = commands.search(
            self.connection, 1, self.folder.uidnext, count=self.folder.count, to_the_end=True
        )
        old = self._unwanted(found.uids)
        matched = 0
        for uids in _parts(found.uids, _AT_ONCE):
            rows = self._rows(uids)
            matched += len(rows)
            self._sort(uids, rows, old)
        shared = sum(count - 1 for count in found.twice.values())
        counts = comparing.kept_counts(
            self.orders.mailbox_id, self.folder.uidvalidity if self.is_same else None
        )
        db.session.rollback()
        return Reconciliation(
            mailbox=name,
            folder=self.orders.folder,
            uidvalidity=self.folder.uidvalidity,
            kept_uidvalidity=self.orders.uidvalidity if self.is_same else None,
            on_server=len(found.uids) + shared,
            kept=self.kept,
            renumbered=self.renumbered,
            left=self.left,
            shared=shared,
            missing=len(self.differences),
            gone=counts.numbered - matched,
            elsewhere=counts.elsewhere,
            copies=counts.copies,
            fetched=self._fetch() if fetch else 0,
            differences=tuple(self.differences),
        )

    def _rows(self, uids: Sequence[int]) -> dict[int, str]:
        """What is written down of these: "" for a mail that is kept whole, else why it is not."""
        if not self.is_same:
            return {}
        wanted = set(uids)
        rows = comparing.words_by_uid(
            self.orders.mailbox_id, self.folder.uidvalidity, low=uids[0], high=uids[-1]
        )
        db.session.rollback()
        return {uid: words for uid, words in rows.items() if uid in wanted}

    def _unwanted(self, uids: Sequence[int]) -> frozenset[int]:
        """Of these the old mails that the policy leaves on the server, as the fetcher judges."""
        orders = self.orders
        first = orders.first_uidnext if self.is_same else self.folder.uidnext
        old = [uid for uid in uids if uid < first]
        since = search_since(orders.old_mail, orders.old_mail_since, orders.first_seen_at)
        if orders.first_seen_at is None and orders.old_mail in _LEAVES_ALL:
            return frozenset(old)
        if not old or since is None:
            return frozenset()
        late = commands.search(
            self.connection, 1, first - 1, count=self.folder.count, since=since
        ).uids
        wanted: set[int] = set()
        for part in _parts(late, commands.MANY):
            wanted.update(
                mail.uid
                for mail in commands.listed(self.connection, part)
                if is_wanted(mail, orders.old_mail, orders.first_seen_at)
            )
        return frozenset(old) - wanted

    def _sort(self, uids: Sequence[int], rows: dict[int, str], old: frozenset[int]) -> None:
        unknown: list[int] = []
        for uid in uids:
            if rows.get(uid) == "":
                self.kept += 1
            elif uid in rows or uid not in old:
                unknown.append(uid)
            else:
                self.left += 1
        for part in _parts(unknown, commands.MANY):
            heads = self._heads(part)
            known = comparing.sizes_by_rfc_id(
                self.orders.mailbox_id, [rfc_id for rfc_id, _ in heads.values() if rfc_id]
            )
            db.session.rollback()
            for uid in part:
                self._look_closer(uid, heads.get(uid), rows, known)

    def _heads(self, uids: Sequence[int]) -> dict[int, tuple[str | None, Difference]]:
        """Message-ID and what a person recognises a mail by; vanished mails are left out."""
        mails = commands.listed(self.connection, uids)
        with self.connection.within(self.connection.step_seconds):
            found = self.connection.client.fetch(uids, [f"BODY.PEEK[{_HEADERS}]"])
        heads = {}
        for mail in mails:
            raw = bytes(found.get(mail.uid, {}).get(f"BODY[{_HEADERS}]".encode()) or b"")
            head = BytesHeaderParser().parsebytes(raw)
            heads[mail.uid] = (
                message_id_of(raw),
                Difference(
                    mail.uid,
                    mail.arrived_at.astimezone(UTC) if mail.arrived_at else None,
                    decode(str(head.get("From", ""))),
                    decode(str(head.get("Subject", ""))),
                    why="",
                    size=mail.size,
                ),
            )
        return heads

    def _look_closer(
        self,
        uid: int,
        head: tuple[str | None, Difference] | None,
        rows: dict[int, str],
        known: dict[str, set[int]],
    ) -> None:
        rfc_id, mail = head or (None, Difference(uid, None, "", "", why=""))
        if uid in rows:
            self.differences.append(replace(mail, why=rows[uid]))
            return
        sizes = known.get(rfc_id or "", set())
        if mail.size in sizes or ((sizes or not rfc_id) and self._is_known_by_content(mail)):
            self.renumbered += 1
            return
        self.differences.append(replace(mail, why=self._why_missing(uid)))

    def _is_known_by_content(self, mail: Difference) -> bool:
        raw = commands.bodies(self.connection, [Listed(mail.uid, mail.size, None)]).get(mail.uid)
        if raw is None:
            return False
        known = fetching.known_contents([content_key(raw)])
        db.session.rollback()
        return any(owner == self.orders.mailbox_id for owner, _ in known)

    def _why_missing(self, uid: int) -> str:
        if not self.is_same:
            return "The folder is new to us; it is fetched at the next look."
        if uid > self.orders.last_uid:
            return "It came after the last look."
        if uid < self.orders.first_uidnext and uid > self.orders.old_uid:
            return "It is old mail that is wanted and was not fetched yet."
        return "It was passed over: newer mail is kept."

    def _fetch(self) -> int:
        if not self.is_same:
            return 0
        kept = 0
        for mail in self.differences:
            found = commands.bodies(self.connection, [Listed(mail.uid, mail.size, None)])
            kept += keep_missing(self.orders, found)
        return kept


def _parts(uids: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    starts: Iterable[int] = range(0, len(uids), size)
    return (uids[start : start + size] for start in starts)
