"""Sends what the outbox holds: takes it under a lease, hands it over, and marks how each went."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from helpdesk.core import clock
from helpdesk.core.config import Settings
from helpdesk.core.db import db, unit_of_work
from helpdesk.core.holders import is_dead, let_go, new_holder
from helpdesk.core.words import N_
from helpdesk.domain.correspondence.delivery import (
    MARKED_TOGETHER,
    Fault,
    claim_due,
    senders,
    take_back,
)
from helpdesk.domain.correspondence.queries import outbound_mails
from helpdesk.domain.notifications.letters import Letter, Undeliverable, letters
from helpdesk.mail import outcomes
from helpdesk.mail.compose import Mail, compose
from helpdesk.mail.retries import after_attempt, died_too_often
from helpdesk.mail.transport import (
    ANSWER_SECONDS,
    ConnectionLost,
    HungUp,
    MailRefused,
    ServerFault,
    Way,
    open_way,
)

log = logging.getLogger(__name__)

# What one lease is taken for: few enough to be sent well within it.
BATCH = 50
# A server that drops connections this often in one batch is taken for ill.
MOST_LOSSES = 3
# The mark that a mail left waits no longer than this for others, and for the mail under way.
LONGEST_UNMARKED_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: for each answer of the server, and for the lease that holds a batch."""

    answer: float = ANSWER_SECONDS
    lease: float = 600.0


def deliver_due(settings: Settings, *, limit: int = BATCH, patience: Patience | None = None) -> int:
    """Send up to `limit` mails that are due, over one connection; how many were dealt with.

    At least once: a mail whose sender died is sent again with the same Message-ID, at once where
    his death can be seen from here, else when his lease has run out. Needs an application context
    and no open unit of work.
    """
    _take_over_from_the_dead()
    sender = _Sender(settings, patience or Patience())
    dealt_with = 0
    try:
        while dealt_with < limit and not sender.stopped:
            taken = sender.batch(min(BATCH, limit - dealt_with))
            if not taken:
                break
            dealt_with += taken
    finally:
        sender.close()
    return dealt_with


def _take_over_from_the_dead() -> None:
    dead = [lease for lease in senders() if is_dead(lease)]
    db.session.rollback()
    if not dead:
        return
    with unit_of_work():
        for lease in dead:
            take_back(lease, now=clock.now())


class _Sender:
    """One run over the outbox: its connection, and whether the server has given out."""

    def __init__(self, settings: Settings, patience: Patience) -> None:
        self.settings = settings
        self.patience = patience
        self.stopped = False
        self.way: Way | None = None
        self.lease = ""
        self.losses = 0
        # What left and is not marked yet, and when (monotonic) the first of it did.
        self.unmarked: list[Letter] = []
        self.unmarked_since = 0.0

    def batch(self, size: int) -> int:
        """Claim a batch, commit the lease, send it; how many mails it had."""
        self.lease = new_holder()
        try:
            return self._batch(size)
        finally:
            # Whatever still bears its name, because something broke, may be taken over at once.
            let_go(self.lease)

    def _batch(self, size: int) -> int:
        until = clock.now() + timedelta(seconds=self.patience.lease)
        with unit_of_work():
            ids = list(claim_due(self.lease, until=until, now=clock.now(), limit=size))
        if not ids:
            return 0
        with self._hard_end() as end:
            waiting = self._letters(ids)
            try:
                while waiting and not self.stopped and time.monotonic() < end:
                    self._deal_with(waiting[0], rest=waiting[1:])
                    waiting.pop(0)
            finally:
                self._mark()
        if waiting and not self.stopped:
            outcomes.untouched(waiting, lease=self.lease)
        return len(ids)

    def close(self) -> None:
        """Close the connection, if there is one."""
        way, self.way = self.way, None
        if way is not None:
            way.close()

    @contextmanager
    def _hard_end(self) -> Iterator[float]:
        # Each single answer may be quick enough and all of them together not: well before
        # another sender may take the batch over, the connection is cut.
        seconds = self.patience.lease * 0.8
        timer = threading.Timer(seconds, self._cut)
        timer.daemon = True
        timer.start()
        try:
            yield time.monotonic() + seconds - self.patience.answer
        finally:
            timer.cancel()

    def _cut(self) -> None:
        way = self.way
        if way is not None:
            way.cut()

    def _letters(self, ids: Sequence[int]) -> list[Letter | Undeliverable]:
        try:
            return letters(ids)
        except Exception:
            # One row that cannot be read must not hold the others: each is tried by itself.
            log.exception("A batch of the outbox could not be read")
        finally:
            # Nobody is talked to while a transaction is open.
            db.session.rollback()
        found: list[Letter | Undeliverable] = []
        for outbound_id in ids:
            try:
                found += letters([outbound_id])
            except Exception as error:
                db.session.rollback()
                attempts = max(1, *(mail.attempts for mail in outbound_mails([outbound_id])))
                given_up = after_attempt(attempts, now=clock.now()) is None
                found.append(Undeliverable(outbound_id, _named(error), given_up, attempts))
            finally:
                db.session.rollback()
        return found

    def _deal_with(
        self, letter: Letter | Undeliverable, rest: Sequence[Letter | Undeliverable]
    ) -> None:
        if isinstance(letter, Undeliverable):
            outcomes.not_written(letter, lease=self.lease)
            return
        if letter.attempts > 1:
            # Its sender may have died of it, and is not to take the marks of others along.
            self._mark()
        if died_too_often(letter.attempts):
            # Only a mail whose sender died each time can come here.
            error = N_("Its sender stopped in the middle too often.")
            outcomes.failed(letter, error, Fault.WORDS, lease=self.lease)
            return
        try:
            self._send(letter)
        except MailRefused as refusal:
            outcomes.refused(letter, refusal, lease=self.lease)
        except ConnectionLost as lost:
            self.close()
            self.losses += 1
            if isinstance(lost, HungUp):
                # It never saw the mail, which is therefore not the reason.
                self._stop(str(lost), [letter, *rest])
                return
            outcomes.stumbled(letter, str(lost), Fault.SERVER, lease=self.lease)
            if lost.silent or self.losses >= MOST_LOSSES:
                self._stop(str(lost), rest)
        except ServerFault as fault:
            self._stop(str(fault), [letter, *rest])

    def _send(self, letter: Letter) -> None:
        mail = self._composed(letter)
        if mail is None:
            return
        try:
            kept_as = self._hand_over(mail)
        except MailRefused as refusal:
            if not (refusal.too_large and mail.has_files):
                raise
            # The words leave at once; the files are on the ticket's page.
            mail = self._composed(letter, with_files=False)
            if mail is None:
                return
            kept_as = self._hand_over(mail)
        if kept_as or mail.remark or letter.attempts > 1:
            outcomes.left([letter], lease=self.lease, kept_as=kept_as, remark=mail.remark)
            return
        if not self.unmarked:
            self.unmarked_since = time.monotonic()
        self.unmarked.append(letter)
        waited = time.monotonic() - self.unmarked_since
        if len(self.unmarked) >= MARKED_TOGETHER or waited > LONGEST_UNMARKED_SECONDS:
            self._mark()

    def _mark(self) -> None:
        """Write down what left: a commit for each would cost as much as the sending."""
        if self.unmarked:
            outcomes.left(self.unmarked, lease=self.lease)
            self.unmarked = []

    def _composed(self, letter: Letter, *, with_files: bool = True) -> Mail | None:
        """The mail, or None after its row was marked with the reason why there is none."""
        try:
            mail = compose(letter, self.settings, with_files=with_files)
        except Exception as error:
            log.exception("Mail %s could not be put together", letter.outbound_id)
            outcomes.stumbled(letter, _named(error), Fault.WORDS, lease=self.lease)
            return None
        if mail is None:
            reason = N_("This is no address that mail can be sent to.")
            outcomes.failed(letter, reason, Fault.RECIPIENT, lease=self.lease)
        return mail

    def _hand_over(self, mail: Mail) -> str | None:
        if self.way is None:
            self.way = open_way(self.settings, answer_seconds=self.patience.answer)
        used = self.way.used
        try:
            return self.way.send(mail)
        except HungUp:
            if not used:
                raise
        # Servers end a connection after some mails or some time; that is no fault.
        self.close()
        self.way = open_way(self.settings, answer_seconds=self.patience.answer)
        return self.way.send(mail)

    def _stop(self, error: str, rest: Sequence[Letter | Undeliverable]) -> None:
        """The server has given out: what is left waits for it."""
        log.error("The mail server does not take mail: %s", error)
        self.stopped = True
        self.close()
        outcomes.held_up(rest, error, lease=self.lease)


def _named(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
