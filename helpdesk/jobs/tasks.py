"""What the worker does by itself; each task may be repeated, and run in several workers at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from helpdesk.core import clock, heartbeat
from helpdesk.core.config import Settings
from helpdesk.core.db import db, unit_of_work
from helpdesk.core.errors import Refused
from helpdesk.domain.accounts.spending import forget_spent
from helpdesk.domain.notifications.alarming import is_news, tell_of_alarms
from helpdesk.domain.presence import queries as presence
from helpdesk.domain.presence.actions import forget_the_gone
from helpdesk.domain.tickets.actions import Why, move, wake
from helpdesk.domain.tickets.handing_over import carry_on, unfinished_hand_overs
from helpdesk.domain.tickets.models import Ticket
from helpdesk.domain.tickets.queries import ticket_by_number
from helpdesk.domain.tickets.queries.closing import resolved_before, snoozed_until
from helpdesk.jobs.watchers import Watchers
from helpdesk.mail.custody import take_over
from helpdesk.mail.deliver import deliver_due
from helpdesk.mail.listen import Doors
from helpdesk.mail.pipeline import file_waiting

# What a task does before it looks whether it should stop.
AT_ONCE = 50
# Mail seldom comes alone: after the first of a stream, who waits a moment files several with one
# commit, and no requester notices a twentieth of a second.
GATHERING_SECONDS = 0.05


@dataclass(frozen=True)
class Shift:
    """What a task may use: a worker's settings, its doors and watchers, and its wish to stop.

    `wake(name)` lets a task of the timetable run now instead of when its time comes.
    """

    settings: Settings
    doors: Doors
    watchers: Watchers
    stopping: threading.Event
    wake: Callable[[str], None]


def file_mail(shift: Shift) -> bool:
    """File mail that waits; True while there is more."""
    handled = file_waiting(shift.settings, limit=AT_ONCE)
    if handled:
        shift.wake("deliver mail")
    if 0 < handled < AT_ONCE:
        shift.stopping.wait(GATHERING_SECONDS)
    return bool(handled)


def deliver_mail(shift: Shift) -> bool:
    """Send what is due; True while there is more."""
    return bool(deliver_due(shift.settings, limit=AT_ONCE))


def close_resolved(shift: Shift) -> bool:
    """Close tickets that were resolved long enough ago, each by itself, and never twice."""
    before = clock.now() - timedelta(days=shift.settings.close_after_days)
    last = 0
    while not shift.stopping.is_set():
        numbers = resolved_before(before, after=last, limit=AT_ONCE)
        db.session.rollback()
        if not numbers:
            break
        for number in numbers:
            _close(number)
            last = number
    return False


def _close(number: int) -> None:
    with unit_of_work():
        ticket = ticket_by_number(number, lock=True)
        # Somebody may have reopened or closed it since it was found.
        if ticket is None or not _is_resolved(ticket):
            return
        try:
            move(ticket, target=ticket.process_spec.closed, by=None, now=clock.now())
        except Refused:
            # A gate keeps it open; the reason is on its page, and it is asked again.
            return


def _is_resolved(ticket: Ticket) -> bool:
    return ticket.state == ticket.process_spec.resolved


def hand_tickets_over(shift: Shift) -> bool:
    """Go on with hand-overs of tickets, one portion of each; True while there is more."""
    waiting = unfinished_hand_overs()
    db.session.rollback()
    more = False
    for hand_over_id in waiting:
        if shift.stopping.is_set():
            break
        with unit_of_work():
            more = carry_on(hand_over_id, now=clock.now()) or more
    return more


def wake_snoozed(shift: Shift) -> bool:
    """Bring back tickets whose time has come, each by itself; True while there are more."""
    numbers = snoozed_until(clock.now(), limit=AT_ONCE)
    db.session.rollback()
    for number in numbers:
        if shift.stopping.is_set():
            return False
        _wake(number)
    return len(numbers) == AT_ONCE


def _wake(number: int) -> None:
    with unit_of_work():
        ticket = ticket_by_number(number, lock=True)
        now = clock.now()
        # Another worker may have brought it back, or somebody put it off for longer.
        if ticket is None or ticket.snoozed_until is None or ticket.snoozed_until > now:
            return
        wake(ticket, why=Why.TIME, by=None, now=now)


def tend_doors(shift: Shift) -> bool:
    """Watch each mailbox as it is set up now, and take over doors of workers that have ended."""
    shift.watchers.tend()
    shift.doors.tend()
    return False


def look_after_the_dead(shift: Shift) -> bool:
    """Count against a mail the worker that ended with it in hand."""
    take_over(shift.settings.data_dir, now=clock.now())
    return False


def raise_alarms(shift: Shift) -> bool:
    """Tell administrators of mailboxes and sign-ins that stand still, and when they work again."""
    settings, now = shift.settings, clock.now()
    # Nearly always there is nothing, and then nobody has to wait for us to write nothing.
    news = is_news(smtp_grant=settings.smtp_grant, now=now)
    db.session.rollback()
    if news:
        with unit_of_work():
            tell_of_alarms(base_url=settings.base_url, smtp_grant=settings.smtp_grant, now=now)
    return False


def forget_who_was_here(shift: Shift) -> bool:
    """Sweep the signs of presence that closed laptops and lost lines have left behind."""
    now = clock.now()
    left_over = presence.are_left_over(now=now)
    db.session.rollback()
    if left_over:
        with unit_of_work(durable=False):
            forget_the_gone(now=now)
    return False


def show_life(shift: Shift) -> bool:
    """Leave a sign of life."""
    heartbeat.beat(shift.settings.data_dir, now=clock.now())
    return False


def forget_spent_tokens(shift: Shift) -> bool:
    """Forget which links were used, once they are too old to be used in any case."""
    with unit_of_work():
        forget_spent(now=clock.now())
    return False
