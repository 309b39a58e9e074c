"""Fetches from one mailbox: keep, commit, and only then tell the server."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from helpdesk.core import clock
from helpdesk.core.config import Settings
from helpdesk.core.db import db
from helpdesk.domain.correspondence import fetching
from helpdesk.domain.correspondence.models import AfterKeeping
from helpdesk.mail.fetch import commands, keeping, lease
from helpdesk.mail.fetch.commands import Found
from helpdesk.mail.fetch.connection import Connection, Folder
from helpdesk.mail.fetch.errors import NotAllowed, NotOurs, breaks_the_connection, in_words
from helpdesk.mail.fetch.keeping import Orders, Refused, Taken, TooLarge
from helpdesk.mail.fetch.numbering import begun_anew, next_number
from helpdesk.mail.fetch.policy import (
    LOOK_BACK,
    Listed,
    batches,
    is_wanted,
    most_bytes,
    search_since,
    seconds_for,
)
from helpdesk.mail.fetch.twins import bodies_of_twins, keep_twins

# After so many mails over which the connection broke in one round, it is the server that is ill
# and not the mail.
MOST_BREAKS = 3
# The same for mails that it refuses one after the other with a NO.
MOST_REFUSED_IN_A_ROW = 10

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Polled:
    """One round: mails kept whole, mails kept without bytes, mails on the server afterwards.

    `trouble` is what the server refused to be told about mail that is kept, in words.
    """

    kept: int = 0
    refused: int = 0
    on_server: int = 0
    trouble: str = ""


class Fetcher:
    """The life of one mailbox's connection; `round` may be called again and again."""

    def __init__(
        self,
        mailbox_id: int,
        settings: Settings,
        holder: str,
        *,
        on_kept: Callable[[], None] = lambda: None,
    ) -> None:
        self.mailbox_id = mailbox_id
        self.holder = holder
        self.connection: Connection | None = None
        self.orders: Orders | None = None
        self._most_bytes = most_bytes(settings.max_mail_mb)
        self._on_kept = on_kept
        self._breaks = 0
        self._refused_in_a_row = 0
        self._kept = 0
        self._refused = 0
        self._trouble = ""
        self._took_away = False
        self._settled: set[tuple[int, int, int]] = set()

    def round(self) -> Polled:
        """Fetch everything that is due: new mail, then what was refused before, then old mail."""
        self._breaks = self._refused_in_a_row = self._kept = self._refused = 0
        self._trouble, self._took_away = "", False
        orders = keeping.orders_of(self.mailbox_id)
        if self.orders is not None and orders.account != self.orders.account:
            self.close()
        self.orders = orders
        folder = self._opened()
        if not orders.is_placed_in(folder) or begun_anew(self._connected(), orders, folder):
            first = next_number(self._connected(), folder)
            self.orders = keeping.place(orders, self.holder, first)
        self._tell()
        self._take_new(folder.uidnext, folder.count)
        self._ask_again()
        self._take_old(folder.count)
        # What was moved or deleted is counted no more.
        count = self._opened().count if self._took_away else folder.count
        return Polled(self._kept, self._refused, count, self._trouble)

    def close(self) -> None:
        """Leave the server."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def break_off(self) -> None:
        """Leave at once, from any thread."""
        connection = self.connection
        if connection is not None:
            connection.break_off()

    def _connected(self) -> Connection:
        """The connection, opened if there is none."""
        assert self.orders is not None
        if self.connection is None:
            self.connection = Connection(self.orders.account)
            try:
                self.connection.open()
            except BaseException:
                self.close()
                raise
        return self.connection

    def _opened(self) -> Folder:
        orders = self._orders
        return self._connected().select(orders.folder, readonly=not orders.tells)

    def _reconnect(self, error: Exception) -> None:
        """Go on after a mail over which the connection broke; raises when that does not help."""
        self._breaks += 1
        self.close()
        if self._breaks > MOST_BREAKS:
            raise error
        orders = self._orders
        if not lease.take(self.mailbox_id, self.holder):
            raise NotOurs("Somebody else fetches from this mailbox now.")
        folder = self._opened()
        if folder.uidvalidity != orders.uidvalidity:
            raise NotOurs("The server has numbered its mail anew; it is fetched anew.")

    @property
    def _orders(self) -> Orders:
        assert self.orders is not None
        return self.orders

    def _take_new(self, uidnext: int, count: int) -> None:
        orders = self._orders
        low = max(orders.first_uidnext, orders.last_uid + 1 - LOOK_BACK)
        # While we look, more may come; the next round has it if this one has not.
        high = max(uidnext, orders.last_uid + 1) + LOOK_BACK
        found = commands.search(self._connected(), low, high, count=count, to_the_end=True)
        self._take_found(found, is_old=False)

    def _take_old(self, count: int) -> None:
        orders = self._orders
        last = orders.first_uidnext - 1
        if orders.old_uid >= last:
            return
        since = search_since(orders.old_mail, orders.old_mail_since, orders.first_seen_at)
        found = commands.search(
            self._connected(), orders.old_uid + 1, last, count=count, since=since
        )
        self._take_found(found, is_old=True)
        keeping.keep_batch(orders, self.holder, {}, up_to=last, is_old=True)

    def _take_found(self, found: Found, *, is_old: bool) -> None:
        if not found.uids:
            return
        known = self._known(found.uids)
        self._take([uid for uid in found.uids if uid not in known], is_old=is_old)
        for uid, count in found.twice.items():
            self._take_twins(uid, count)

    def _take_twins(self, uid: int, count: int) -> None:
        """Mails that share a UID: one of them has a row by now, and the others are looked for."""
        orders = self._orders
        which = (orders.uidvalidity or 0, uid, count)
        if which in self._settled:
            return
        bodies = bodies_of_twins(self._connected(), uid)
        self._kept += keep_twins(orders, self.holder, uid, bodies)
        self._settled.add(which)
        self._on_kept()

    def _known(self, uids: Sequence[int]) -> frozenset[int]:
        """Of these (ascending) the ones that have a row."""
        uidvalidity = self._orders.uidvalidity
        assert uidvalidity is not None
        known = fetching.known_uids(self.mailbox_id, uidvalidity, low=uids[0], high=uids[-1])
        db.session.rollback()
        return known

    def _take(self, uids: Sequence[int], *, is_old: bool) -> None:
        orders = self._orders
        for start in range(0, len(uids), commands.MANY):
            mails = commands.listed(self._connected(), uids[start : start + commands.MANY])
            if is_old:
                mails = [
                    mail for mail in mails if is_wanted(mail, orders.old_mail, orders.first_seen_at)
                ]
            for batch in batches(mails):
                self._take_batch(batch, is_old=is_old)

    def _take_batch(self, batch: Sequence[Listed], *, is_old: bool) -> None:
        """Fetch, commit, tell; where not all come, one by one, so that it is known which do not."""
        taken = self._bytes_of(batch)
        if taken is None:
            for mail in batch:
                self._take_batch([mail], is_old=is_old)
            return
        self._kept += keeping.keep_batch(
            self._orders, self.holder, taken, up_to=batch[-1].uid, is_old=is_old
        )
        self._refused += sum(not isinstance(what, bytes) for what in taken.values())
        self._on_kept()
        self._tell()

    def _bytes_of(self, batch: Sequence[Listed]) -> dict[int, Taken] | None:
        """What the server hands over, without mails that have vanished; None: ask one by one."""
        taken: dict[int, Taken] = {
            mail.uid: TooLarge(mail.size, self._most_bytes)
            for mail in batch
            if mail.size is not None and mail.size > self._most_bytes
        }
        wanted = [mail for mail in batch if mail.uid not in taken]
        if not wanted:
            return taken
        # A lease that ends while the server is still speaking would let another one begin.
        if not lease.take(self.mailbox_id, self.holder, seconds=seconds_for(wanted)):
            raise NotOurs("Somebody else fetches from this mailbox now.")
        connection = self._connected()
        try:
            taken |= commands.bodies(connection, wanted)
        except Exception as error:
            words = self._in_words(error)
            if breaks_the_connection(error):
                self._reconnect(error)
            return None if len(batch) > 1 else self._blame(batch[0], words, error)
        if all(mail.uid in taken for mail in wanted):
            self._refused_in_a_row = 0
            return taken
        if len(batch) > 1:
            return None
        if not commands.is_there(connection, batch[0].uid):
            return {}
        return self._blame(batch[0], "The server's answer is without the mail.", None)

    def _blame(self, mail: Listed, words: str, error: Exception | None) -> dict[int, Taken]:
        """One mail that the server does not hand over; raises when it hands over none at all."""
        self._refused_in_a_row += 1
        if self._refused_in_a_row > MOST_REFUSED_IN_A_ROW:
            raise error or NotAllowed("it hands over no mail")
        log.warning("mail %s of mailbox %s: %s", mail.uid, self.mailbox_id, words)
        return {mail.uid: Refused(words)}

    def _ask_again(self) -> None:
        orders = self._orders
        assert orders.uidvalidity is not None
        due = fetching.refused_mail(self.mailbox_id, orders.uidvalidity, now=clock.now())
        waiting = [(mail.id, mail.uid) for mail in due]
        db.session.rollback()
        for mail_id, uid in waiting:
            if uid is None:
                continue
            listed = commands.listed(self._connected(), [uid])
            what = (self._bytes_of(listed) or {}).get(uid) if listed else None
            if keeping.mend(orders, self.holder, mail_id, what):
                self._kept += 1
                self._on_kept()
        if waiting:
            self._tell()

    def _tell(self) -> None:
        """Tell the server of everything that is kept and of which it has not heard."""
        orders = self._orders
        if not orders.tells or self._trouble:
            return
        assert orders.uidvalidity is not None
        while True:
            uids = list(fetching.untold(self.mailbox_id, orders.uidvalidity, limit=commands.MANY))
            db.session.rollback()
            if not uids:
                return
            if orders.moves_in_a_circle:
                self._trouble = "Mail cannot be moved to the folder from which it is fetched."
                return
            try:
                commands.tell(self._connected(), uids, orders.after_keeping, orders.move_to)
            except Exception as error:
                if breaks_the_connection(error):
                    raise
                # What is kept is safe; the server is told at the next round.
                words = self._in_words(error)
                self._trouble = f"Mail is kept, but the server does not change it. {words}"
                log.warning("mailbox %s: %s", self.mailbox_id, self._trouble)
                return
            self._took_away |= orders.after_keeping in (AfterKeeping.MOVE, AfterKeeping.DELETE)
            keeping.note_told(orders, uids)

    def _in_words(self, error: BaseException) -> str:
        account = self._orders.account
        return in_words(error, host=account.host, port=account.port, password=account.password)
