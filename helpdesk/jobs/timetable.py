"""TIMETABLE: what happens by itself, and how often."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from helpdesk.jobs import tasks


@dataclass(frozen=True, slots=True)
class Entry:
    """A task, run every so many seconds and once at the start, never twice at a time in one worker.

    The task returns True while it wants to run again at once.
    """

    name: str
    every_seconds: float
    task: Callable[[tasks.Shift], bool]


TIMETABLE: tuple[Entry, ...] = (
    # Woken when a door of the same worker has kept something; the second is for other workers.
    Entry("file mail", 1, tasks.file_mail),
    # Woken when mail was filed; the second is for what agents write on the pages.
    Entry("deliver mail", 1, tasks.deliver_mail),
    # Somebody who has just set up a mailbox sits before its page and waits.
    Entry("tend doors", 5, tasks.tend_doors),
    Entry("show life", 10, tasks.show_life),
    Entry("look after the dead", 30, tasks.look_after_the_dead),
    # A dying sign-in is told within the minute; nothing else here is so urgent.
    Entry("raise alarms", 15, tasks.raise_alarms),
    # Those that somebody waits for are done by the page; the rest has time.
    Entry("hand tickets over", 20, tasks.hand_tickets_over),
    Entry("close resolved tickets", 3600, tasks.close_resolved),
    Entry("forget spent links", 3600, tasks.forget_spent_tokens),
    # Nobody counts the seconds of a time that they named as "tomorrow morning".
    Entry("wake snoozed tickets", 20, tasks.wake_snoozed),
    # Nobody sees them by then; only the table would grow.
    Entry("forget who was here", 600, tasks.forget_who_was_here),
)
