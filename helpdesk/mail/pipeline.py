"""The road of a mail on one page: kept -> parse -> guard -> thread -> route -> file -> notify."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from helpdesk.core import clock
from helpdesk.core.config import Settings
from helpdesk.core.db import db, on_postgresql, unit_of_work
from helpdesk.core.errors import HelpdeskError, NotFound, Refused
from helpdesk.core.storage import storage
from helpdesk.core.words import N_
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.accounts.permissions import Action, require
from helpdesk.domain.correspondence.actions import note_step, tell_copies
from helpdesk.domain.correspondence.arriving import (
    Waiting,
    claimed,
    waiting_by_rfc_ids,
    waiting_mail,
)
from helpdesk.domain.correspondence.bouncing import any_bounces
from helpdesk.domain.correspondence.ids import look_up
from helpdesk.domain.correspondence.models import InboundMail, InboundState
from helpdesk.domain.correspondence.trusting import SPAM
from helpdesk.domain.routing.queries import signposts
from helpdesk.domain.tickets.queries import ticket_going_on
from helpdesk.mail.addresses import our_mailboxes
from helpdesk.mail.arrival import arrival_of
from helpdesk.mail.copies import file_copy, first_filed
from helpdesk.mail.custody import taking_up
from helpdesk.mail.faults import database_is_away, lost_a_race, write_down
from helpdesk.mail.filing import join, open_new, route, set_aside
from helpdesk.mail.floods import file_with_flood
from helpdesk.mail.guard import Outcome, Verdict, judge
from helpdesk.mail.inspection import asks_others, inspect
from helpdesk.mail.letter import Around, Filed, Letter, conclude, letters_of
from helpdesk.mail.parse import parse
from helpdesk.mail.portions import portions
from helpdesk.mail.reports import file_report, hear
from helpdesk.mail.thread import NO_THREAD, Evidence, Thread, names_of, references_of, thread_of
from helpdesk.mail.values import ParsedMail

# Two workers that meet settle it in the second round; a third meeting is hardly thinkable.
ROUNDS = 4

# An answer that overtakes its original, because two workers file them, waits a moment for it.
WAIT_FOR_ORIGINAL = timedelta(seconds=5)
PATIENCE = timedelta(seconds=60)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Hand:
    """What a person decided about a mail instead of the guards and the evidence."""

    verdict: Verdict
    thread: Thread


def file_waiting(settings: Settings, *, limit: int = 50) -> int:
    """File up to `limit` mails that are due, some with each commit.

    Returns how many were handled. Any number of workers may do it at once. A mail that cannot be
    filed gets its fault written down and does not stop the next. Raises DBAPIError only when the
    database is away.
    """
    now = clock.now()
    waiting = waiting_mail(now=now, limit=limit)
    if not waiting:
        return 0
    around = surroundings(settings, now)
    return sum(_file_together(some, around) for some in portions(waiting))


def surroundings(settings: Settings, now: datetime) -> Around:
    """What a batch needs to know, asked once for all its mails."""
    return Around(settings, our_mailboxes(), signposts(), now, any_bounces())


def _file_together(waiting: Sequence[Waiting], around: Around) -> int:
    """File some mails with one commit; if that fails, each by itself, so that no other suffers."""
    if len(waiting) > 1:
        try:
            return _file(waiting, around)
        except Exception as error:
            if database_is_away(error):
                raise
            log.info("%s mails are filed one by one: %s", len(waiting), type(error).__name__)
    return sum(file_one(mail, around) for mail in waiting)


def file_one(mail: Waiting, around: Around) -> bool:
    """Take one waiting mail to its end, or write down why not; False when another worker has it."""
    for rounds_left in reversed(range(ROUNDS)):
        try:
            return bool(_file([mail], around))
        except Exception as error:
            if lost_a_race(error) and rounds_left:
                continue
            if database_is_away(error):
                raise
            write_down(mail.id, error, now=around.now)
            break
    return True


def _file(waiting: Sequence[Waiting], around: Around) -> int:
    """All of them or none: one commit. How many were there to be filed."""
    # SQLite lets one transaction write at a time, so there mail is understood before the lock is
    # taken. PostgreSQL locks only these rows, and what another worker has costs nothing.
    understood = {}
    # Others are asked on neither of them while anything is locked.
    if not on_postgresql() or asks_others(around.settings):
        understood = _understood((mail.id, mail.sha256) for mail in waiting)
    findings = inspect(understood, around.settings)
    with unit_of_work():
        rows = claimed([mail.id for mail in waiting], now=around.now)
        understood |= _understood(
            (row.id, row.raw_sha256) for row in rows if row.id not in understood
        )
        mails = [(row, *understood[row.id]) for row in rows]
        letters = letters_of(mails, around, findings)
        originals = _originals(letters, around)
        # Only now, so that what no longer waits is known to belong to its ticket.
        look_up(name for letter in letters for name in names_of(letter.mail))
        walked: set[int] = set()
        for letter in letters:
            with taking_up(letter.inbound_id):
                if originals.get(letter.inbound_id, set()) - walked:
                    letter.row.due_at = around.now + WAIT_FOR_ORIGINAL
                else:
                    walk(letter, around)
                    walked.add(letter.inbound_id)
    return len(rows)


def _understood(
    mails: Iterable[tuple[int, str | None]],
) -> dict[int, tuple[bytes, ParsedMail]]:
    """The mails by their ids; their attachments are in the storage when this returns."""
    found = {}
    for inbound_id, sha256 in mails:
        with taking_up(inbound_id):
            found[inbound_id] = understand(sha256)
    storage().keep_all(file.data for _, mail in found.values() for file in mail.attachments)
    return found


def understand(sha256: str | None) -> tuple[bytes, ParsedMail]:
    """The bytes and what they say."""
    if sha256 is None:
        raise HelpdeskError(N_("The server could not hand this mail over; look for it there."))
    raw = storage().read(sha256)
    return raw, parse(raw)


def walk(letter: Letter, around: Around, hand: Hand | None = None) -> None:
    """From a mail that was understood to the end of its road, written on its row."""
    first = first_filed(letter.deliveries)
    if first is not None and first is not letter.row:
        filed = file_copy(letter, first, around)
    else:
        filed = _decide(letter, around, hand)
    conclude(letter, filed, now=around.now)
    if filed.state is not InboundState.COPY and len(letter.deliveries) > 1:
        tell_copies(letter.row)


def _decide(letter: Letter, around: Around, hand: Hand | None) -> Filed:
    verdict = hand.verdict if hand else judge(arrival_of(letter, around))
    if verdict.outcome is Outcome.REPORT:
        return file_report(letter, verdict, around)
    hear(letter, verdict, around)
    if verdict.outcome is Outcome.SET_ASIDE and not verdict.absence:
        return set_aside(letter, verdict, NO_THREAD, around)
    # Whoever writes a forged From takes no part in anything.
    person = None if letter.sender_refuted else letter.person
    thread = hand.thread if hand else thread_of(letter.mail, letter.recipients, person)
    if verdict.outcome is Outcome.SET_ASIDE:
        return set_aside(letter, verdict, thread, around)
    if verdict.flood is not None and not thread.joins:
        return file_with_flood(letter, verdict, around, route=lambda: route(letter, around))
    joined = join(letter, verdict, thread, around) if thread.joins else None
    return joined or open_new(letter, verdict, thread, route(letter, around), around)


def _originals(letters: Sequence[Letter], around: Around) -> dict[int, set[int]]:
    """By the id of an answer that came lately, the rows that it answers and that wait as well."""
    names = {
        letter.inbound_id: references_of(letter.mail)
        for letter in letters
        if letter.kept_at >= around.now - PATIENCE
    }
    named = {name for some in names.values() for name in some}
    if not named:
        return {}
    waiting = waiting_by_rfc_ids(named, kept_since=around.now - PATIENCE)
    return {
        inbound_id: set().union(*(waiting.get(name, ()) for name in some)) - {inbound_id}
        for inbound_id, some in names.items()
    }


def file_again(
    inbound_id: int, settings: Settings, *, by: Person | None, now: datetime
) -> InboundMail:
    """Send a mail that was set aside or failed down the road once more, and return its row.

    Whether it was filed this time, the row's state and trace say. Refused for a mail that is on
    a ticket already, NotFound, Forbidden.
    """
    with unit_of_work():
        row = _unfiled(inbound_id, by)
        sha256 = row.raw_sha256
        row.state, row.attempts, row.due_at = InboundState.WAITING.value, 0, now
        if row.reason == SPAM:
            row.not_spam = True
        _note_hand(row, N_("%(who)s asked for it to be filed again"), by, now)
    file_one(Waiting(inbound_id, sha256), surroundings(settings, now))
    return db.session.get_one(InboundMail, inbound_id)


def file_as_new(
    inbound_id: int, settings: Settings, *, by: Person | None, now: datetime
) -> InboundMail:
    """Make a ticket of a mail, whatever the guards think of it; it is never acknowledged.

    Refused for a mail that is on a ticket already, NotFound, Forbidden.
    """
    asked = N_("%(who)s asked for it to be filed as a new ticket")
    return _by_hand(inbound_id, None, settings, asked, by=by, now=now)


def attach_to(
    inbound_id: int, number: int, settings: Settings, *, by: Person | None, now: datetime
) -> InboundMail:
    """Put a mail on ticket #number, whoever wrote it and whatever the guards think of it.

    Refused for a mail that is on a ticket already, NotFound also for the ticket, Forbidden.
    """
    asked = N_("%(who)s asked for it to be put on ticket #%(ticket)s")
    return _by_hand(inbound_id, number, settings, asked, by=by, now=now)


def _by_hand(
    inbound_id: int,
    number: int | None,
    settings: Settings,
    asked: str,
    *,
    by: Person | None,
    now: datetime,
) -> InboundMail:
    around = surroundings(settings, now)
    row = db.session.get(InboundMail, inbound_id)
    understood = understand(row.raw_sha256) if row is not None else None
    findings = inspect({inbound_id: understood} if understood else {}, settings)
    with unit_of_work():
        row = _unfiled(inbound_id, by)
        raw, mail = understood or understand(row.raw_sha256)
        thread = NO_THREAD
        if number is not None:
            ticket = ticket_going_on(number, lock=True)
            if ticket is None:
                raise NotFound(N_("There is no ticket #%(ticket)s."), ticket=number)
            thread = Thread(ticket, Evidence.BY_HAND, N_("Put on ticket #%(ticket)s"), joins=True)
        _note_hand(row, asked, by, now, **({"ticket": number} if number is not None else {}))
        verdict = Verdict(Outcome.FILE, N_("Filed by hand"), hushed=True)
        (letter,) = letters_of([(row, raw, mail)], around, findings)
        walk(letter, around, Hand(verdict, thread))
    return db.session.get_one(InboundMail, inbound_id)


def _unfiled(inbound_id: int, by: Person | None) -> InboundMail:
    if by is not None:
        require(by, Action.FILE_MAIL_AGAIN)
    row = db.session.get(InboundMail, inbound_id, with_for_update=True)
    if row is None:
        raise NotFound(f"There is no mail {inbound_id}.")
    if row.message_id is not None:
        raise Refused(N_("This mail is on ticket #%(ticket)s already."), ticket=row.ticket_id)
    if row.state == InboundState.COPY.value:
        raise Refused(
            N_("This mail is a copy; file the first delivery, mail %(first)s."),
            first=row.copy_of_id,
        )
    return row


def _note_hand(
    row: InboundMail, words: str, by: Person | None, now: datetime, **facts: int
) -> None:
    who = by.display_name if by is not None else "–"
    note_step(row, "by hand", words, now=now, who=who, **facts)
