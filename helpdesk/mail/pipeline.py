"""The road of a mail on one page: kept -> parse -> guard -> thread -> route -> file -> notify."""

from __future__ import annotations

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
    claimed,
    deliveries_of_content,
    taken_lately,
    waiting_mail,
    waits_among,
)
from helpdesk.domain.correspondence.models import InboundMail, InboundState
from helpdesk.domain.correspondence.queries import sent_lately
from helpdesk.domain.routing.queries import signposts
from helpdesk.domain.tickets.queries import ticket_by_number
from helpdesk.mail.addresses import our_mailboxes
from helpdesk.mail.copies import file_copy, first_filed
from helpdesk.mail.faults import database_is_away, lost_a_race, write_down
from helpdesk.mail.filing import join, open_new, route, set_aside
from helpdesk.mail.guard import MAIL_BOMB_PER_HOUR, Arrival, Outcome, Verdict, judge
from helpdesk.mail.letter import Around, Filed, Letter, conclude, files_of, letter_of
from helpdesk.mail.parse import parse
from helpdesk.mail.reports import file_report
from helpdesk.mail.thread import NO_THREAD, Evidence, Thread, references_of, thread_of
from helpdesk.mail.values import ParsedMail

# Two workers that meet settle it in the second round; a third meeting is hardly thinkable.
ROUNDS = 4

AN_HOUR = timedelta(hours=1)

# An answer that overtakes its original, because two workers file them, waits a moment for it.
WAIT_FOR_ORIGINAL = timedelta(seconds=5)
PATIENCE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Hand:
    """What a person decided about a mail instead of the guards and the evidence."""

    verdict: Verdict
    thread: Thread


def file_waiting(settings: Settings, *, limit: int = 50) -> int:
    """File up to `limit` mails that are due, each in its own unit of work.

    Returns how many were handled. Any number of workers may do it at once. A mail that cannot be
    filed gets its fault written down and does not stop the next. Raises DBAPIError only when the
    database is away.
    """
    now = clock.now()
    waiting = waiting_mail(now=now, limit=limit)
    if not waiting:
        return 0
    around = surroundings(settings, now)
    return sum(file_one(inbound_id, sha256, around) for inbound_id, sha256 in waiting)


def surroundings(settings: Settings, now: datetime) -> Around:
    """What a batch needs to know, asked once for all its mails."""
    return Around(settings, our_mailboxes(), signposts(), now)


def file_one(inbound_id: int, sha256: str | None, around: Around) -> bool:
    """Take one waiting mail to its end, or write down why not; False when another worker has it."""
    for rounds_left in reversed(range(ROUNDS)):
        try:
            return _file(inbound_id, sha256, around)
        except Exception as error:
            if lost_a_race(error) and rounds_left:
                continue
            if database_is_away(error):
                raise
            write_down(inbound_id, error, now=around.now)
            break
    return True


def _file(inbound_id: int, sha256: str | None, around: Around) -> bool:
    # SQLite lets one transaction write at a time, so there a mail is understood before the lock
    # is taken. PostgreSQL locks only this row, and one that another worker has costs nothing.
    understood = None if on_postgresql() else understand(sha256)
    with unit_of_work():
        row = claimed(inbound_id, now=around.now)
        if row is None:
            return False
        raw, mail = understood or understand(sha256)
        if not _waits_for_its_original(row, mail, around):
            walk(row, raw, mail, around)
    return True


def understand(sha256: str | None) -> tuple[bytes, ParsedMail]:
    """The bytes and what they say; the attachments are in the storage when this returns."""
    if sha256 is None:
        raise HelpdeskError(N_("The server could not hand this mail over; look for it there."))
    raw = storage().read(sha256)
    mail = parse(raw)
    files_of(mail)
    return raw, mail


def walk(
    row: InboundMail, raw: bytes, mail: ParsedMail, around: Around, hand: Hand | None = None
) -> None:
    """From a mail that was understood to the end of its road, written on its row."""
    deliveries = deliveries_of_content(row.content_key)
    came_to = {delivery.mailbox_id for delivery in deliveries}
    letter = letter_of(row, raw, mail, came_to=came_to, around=around)
    first = first_filed(deliveries)
    if first is not None and first.id != row.id:
        filed = file_copy(letter, first, around)
    else:
        filed = _decide(letter, around, hand)
    conclude(row, mail, filed, sender=letter.sender.address, now=around.now)


def _decide(letter: Letter, around: Around, hand: Hand | None) -> Filed:
    verdict = hand.verdict if hand else judge(_arrival(letter, around))
    if verdict.outcome is Outcome.REPORT:
        return file_report(letter, verdict, around)
    if verdict.outcome is Outcome.SET_ASIDE and not verdict.absence:
        return set_aside(letter, verdict, NO_THREAD, around)
    thread = hand.thread if hand else thread_of(letter.mail, letter.recipients, letter.person)
    if verdict.outcome is Outcome.SET_ASIDE:
        return set_aside(letter, verdict, thread, around)
    joined = join(letter, verdict, thread, around) if thread.joins else None
    return joined or open_new(letter, verdict, thread, route(letter, around), around)


def _arrival(letter: Letter, around: Around) -> Arrival:
    person, since = letter.person, around.now - AN_HOUR

    def taken() -> int:
        # Nobody who is new here can have sent many.
        if person is None:
            return 0
        return taken_lately(letter.sender.address, since=since, at_most=MAIL_BOMB_PER_HOUR)

    def acknowledged() -> int:
        return sent_lately("received", person.email, since=since) if person is not None else 0

    return Arrival(
        mail=letter.mail,
        sender=letter.sender.address,
        envelope_from=letter.envelope_from,
        mailbox=letter.mailbox,
        ours=around.ours,
        settings=around.settings,
        now=around.now,
        taken_lately=taken,
        acknowledged_lately=acknowledged,
    )


def _waits_for_its_original(row: InboundMail, mail: ParsedMail, around: Around) -> bool:
    names = references_of(mail)
    if not names or row.kept_at < around.now - PATIENCE:
        return False
    if not waits_among(names, other_than=row.id, kept_since=around.now - PATIENCE):
        return False
    row.due_at = around.now + WAIT_FOR_ORIGINAL
    return True


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
        _note_hand(row, N_("%(who)s asked for it to be filed again"), by, now)
    file_one(inbound_id, sha256, surroundings(settings, now))
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
    with unit_of_work():
        row = _unfiled(inbound_id, by)
        raw, mail = understood or understand(row.raw_sha256)
        thread = NO_THREAD
        if number is not None:
            ticket = ticket_by_number(number, lock=True)
            if ticket is None:
                raise NotFound(N_("There is no ticket #%(ticket)s."), ticket=number)
            thread = Thread(ticket, Evidence.BY_HAND, N_("Put on ticket #%(ticket)s"), joins=True)
        _note_hand(row, asked, by, now, **({"ticket": number} if number is not None else {}))
        verdict = Verdict(Outcome.FILE, N_("Filed by hand"), hushed=True)
        walk(row, raw, mail, around, Hand(verdict, thread))
        tell_copies(row)
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
