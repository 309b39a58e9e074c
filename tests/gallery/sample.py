"""Invented people and tickets for the gallery."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace as Thing
from typing import Any
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Stockholm")
START = datetime.now(ZONE).replace(second=0, microsecond=0)


def before(hours: float) -> datetime:
    """The moment so many hours before the gallery was started."""
    return START - timedelta(hours=hours)


def ago(when: datetime) -> str:
    minutes = int((datetime.now(ZONE) - when).total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} min ago"
    if minutes < 24 * 60:
        return f"{minutes // 60} h ago"
    return day(when)


def exact(when: datetime) -> str:
    return f"{when:%a} {when.day} {when:%b %H:%M}"


def day(when: datetime) -> str:
    return f"{when:%a} {when.day} {when:%b}"


NAV: dict[str, Any] = {
    "lists": [
        ("My tickets", "person", "/page/ticket", 7, False),
        ("Unassigned", "person-none", "/page/work_list", 12, True),
        ("Waiting", "wait", "/page/work_list_empty", 5, False),
        ("All", "list", "/page/work_list", None, False),
    ],
    "functions": [
        ("Service desk", "inbox", "/page/work_list", 31, False),
        ("Coordination", "rules", "/page/work_list", 4, False),
        ("Technical operations", "server", "/page/work_list", 18, False),
        ("Application operations", "laptop", "/page/work_list", 9, False),
        ("Delivery management", "shield", "/page/work_list", 2, False),
    ],
    "processes": [
        ("Incidents", "bolt", "/page/work_list", None, False),
        ("Requests", "order", "/page/work_list", None, False),
        ("Problems", "problem", "/page/work_list", None, False),
        ("Operations tasks", "wrench", "/page/work_list", None, False),
        ("Improvements", "idea", "/page/work_list", None, False),
    ],
    "reports": [("Where do tickets wait?", "chart", "/page/parts", None, False)],
    "can": lambda _action: True,
}


def _row(number: int, subject: str, requester: str, service: str | None, **more: Any) -> Thing:
    values: dict[str, Any] = {"state": "Open", "priority": 3, "assignee": None, "unread": False}
    values |= {"looking": [], "clock": None, "changed_at": before(5)} | more
    return Thing(
        number=number,
        url="/page/ticket",
        subject=subject,
        requester=requester,
        service=service,
        **values,
    )


def _clock(words: str, part: float, kind: str = "") -> Thing:
    return Thing(words=words, part=part, kind=kind)


ROWS = [
    _row(
        1042,
        "The printer on floor 3 prints every page twice",
        "Eva Lind",
        "Printing",
        state="New",
        priority=2,
        unread=True,
        clock=_clock("14 min late", 1, "late"),
    ),
    _row(
        1041,
        "Nobody in the Malmö office reaches the invoice system",
        "Oskar Nyström",
        "Invoices",
        priority=1,
        assignee="Karin Berg",
        unread=True,
        looking=["Per"],
        clock=_clock("in 25 min", 0.85, "soon"),
    ),
    _row(
        1039,
        "New laptop for a colleague who starts on Monday",
        "Amina Yusuf",
        "Workplace",
        state="Waiting for approval",
        clock=_clock("in 3 h 40 min", 0.45),
    ),
    _row(
        1038,
        "Sv: Sv: VPN drops every time I change from the office network to the phone, and then "
        "the calendar asks for the password again",
        "Johan Ek",
        "Remote access",
        assignee="Per Holm",
        state="Waiting",
        clock=_clock("paused", 0.3),
    ),
    _row(
        1036,
        "How do I share a mailbox with two colleagues?",
        "Linnea Sjö",
        "E-mail",
        priority=4,
        clock=_clock("in 2 days", 0.1),
    ),
    _row(
        1035,
        "Backup of the file server was not confirmed tonight",
        "monitoring@example.org",
        "File storage",
        priority=2,
        assignee="Karin Berg",
        clock=_clock("in 1 h 5 min", 0.7),
    ),
    _row(1033, "", "unknown.sender@example.net", None, state="New", unread=True),
    _row(
        1031,
        "Access to the archive for the auditors",
        "Fatima Al-Hassan",
        "Archive",
        state="Open",
        assignee="Sara Öberg",
    ),
    _row(
        1029,
        "Screen in meeting room Tärnan stays black",
        "Nils Wikström",
        "Meeting rooms",
        priority=4,
        state="Solved",
        assignee="Per Holm",
        clock=_clock("met", 0.6, "met"),
    ),
    _row(
        1027,
        "Wrong cost centre on the last two orders",
        "Maja Åkesson",
        "Invoices",
        changed_at=before(50),
    ),
]

CONVERSATION = [
    Thing(
        kind="message",
        id=1,
        who="Eva Lind",
        to="it@example.org",
        at=before(27),
        direction="in",
        words="Hi,\n\nsince this morning the printer on floor 3 prints every page twice, "
        "whatever I choose in the dialog. The one on floor 2 does not do it.\n\n"
        "I have a board meeting at two o'clock and need 14 copies before that.\n\nEva",
        attachments=[
            Thing(filename="print-dialog.png", url="#", size="184 kB", content_type="image/png"),
            Thing(
                filename="Board papers, final version 3 (signed).pdf",
                url="#",
                size="2.1 MB",
                content_type="application/pdf",
            ),
        ],
        original_url="#",
    ),
    Thing(
        kind="events",
        events=[
            Thing(
                words="Received by mail, placed by the rule “Printing”", at=before(27), icon="mail"
            ),
            Thing(words="Acknowledged to eva.lind@example.org", at=before(27), icon="check"),
            Thing(words="Priority 3 → 2 by Karin Berg", at=before(26.5), icon="history"),
            Thing(words="Assigned to Karin Berg", at=before(26.5), icon="person"),
        ],
    ),
    Thing(
        kind="message",
        id=2,
        who="Karin Berg",
        to="Eva Lind <eva.lind@example.org>",
        at=before(26),
        direction="out",
        words="Hello Eva,\n\nthank you for the picture. Somebody set “two copies” as the "
        "default on the printer itself yesterday evening. I have set it back.\n\n"
        "Could you print one page and tell me whether it is right now?\n\nKarin, service desk",
        quoted="Hi,\n\nsince this morning the printer on floor 3 prints every page twice …",
        delivery=Thing(how="delivered", words="Delivered to eva.lind@example.org", url=None),
    ),
    Thing(
        kind="message",
        id=3,
        who="Per Holm",
        to=None,
        at=before(3),
        direction="note",
        words="It was the new default in the driver package from Thursday. Floor 4 and 5 "
        "get it tonight unless we stop the rollout – @Sara, can you hold it?",
    ),
    Thing(
        kind="events",
        events=[Thing(words="State Open → Waiting by Karin Berg", at=before(2.5), icon="wait")],
    ),
    Thing(
        kind="message",
        id=4,
        who="Eva Lind",
        to="it@example.org, cc nils.wikstrom@example.org",
        at=before(0.3),
        direction="in",
        frame_url="/mail-body",
        held_back_url="#",
        original_url="#",
        words="",
    ),
    Thing(
        kind="message",
        id=5,
        who="Karin Berg",
        to="Nils Wikström <nils.wikstrom@example.org>",
        at=before(0.1),
        direction="out",
        words="Nils, this concerns your floor as well.",
        delivery=Thing(how="failed", words="Not delivered: the mailbox is full", url="#"),
    ),
]
FOLLOWED = [part for part in CONVERSATION if part.kind == "message" and part.direction != "note"][
    :3
]

MAILBOXES = [
    Thing(
        name="IT",
        address="it@example.org",
        door="IMAP",
        polled_at=before(0.02),
        today=48,
        state="Works",
        kind="done",
    ),
    Thing(
        name="Orders",
        address="orders@example.org",
        door="IMAP",
        polled_at=before(0.03),
        today=12,
        state="Works",
        kind="done",
    ),
    Thing(
        name="Monitoring",
        address="alarm@example.org",
        door="SMTP",
        polled_at=before(1.2),
        today=311,
        state="Works",
        kind="done",
    ),
    Thing(
        name="Old address",
        address="helpdesk.malmo@example.org",
        door="IMAP",
        polled_at=before(6),
        today=0,
        state="The server refused the password",
        kind="late",
    ),
]
