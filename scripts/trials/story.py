"""A believable week of a small helpdesk, for pictures: invented people on example domains."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime

from helpdesk.core import clock
from helpdesk.core.config import Settings
from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.accounts.queries import person_by_address
from helpdesk.domain.correspondence.queries import mailbox_for
from helpdesk.domain.notices.actions import publish_notice
from helpdesk.domain.tickets.actions import Words, add_note, assign, prioritise, reply
from helpdesk.domain.tickets.models import Ticket
from helpdesk.domain.tickets.queries import ticket_by_number
from helpdesk.mail.deliver import deliver_due
from helpdesk.mail.keep import keep_raw
from helpdesk.mail.pipeline import file_waiting

AGNES = "agnes.berg@example.org"
OMAR = "omar.dahl@example.org"


@dataclass(frozen=True)
class Tale:
    """One ticket: its first mail, and what followed; times are hours before now."""

    hours_ago: float
    sender: str
    subject: str
    text: str
    to: str = "helpdesk@example.org"
    assigned: str | None = None
    impact: int = 3
    urgency: int = 3
    files: dict[str, bytes] = field(default_factory=dict)
    # Each is hours ago, who ("requester" by mail, "note", "reply", "reply, waiting"), and words.
    then: tuple[tuple[float, str, str], ...] = ()


TALES = (
    Tale(
        74,
        "Sara Holm <sara.holm@example.com>",
        "A laptop for our new colleague",
        "Hello,\n\nAmir starts with us on the first of next month and needs a laptop, a dock and"
        " an e-mail account.\n\nThank you\nSara",
        to="orders@example.org",
        assigned=AGNES,
        then=((70, "reply, waiting", "Hello Sara,\n\nwhich department will Amir work in?"),),
    ),
    Tale(
        51,
        "Oskar Ny <oskar.ny@example.com>",
        "Wi-Fi drops in the large meeting room",
        "Since Monday the wireless network in the large meeting room drops every few minutes. In"
        " the corridor outside it works.\n\nOskar",
        assigned=OMAR,
        impact=1,
        urgency=2,
    ),
    Tale(
        30,
        "Eva Ek <eva.ek@example.com>",
        "A larger screen for the reception",
        "Hello,\n\nwe would like a larger screen for the reception, so that visitors can read it"
        " from the door.\n\nEva",
        to="orders@example.org",
        assigned=AGNES,
        then=((26, "reply, waiting", "Hi Eva,\n\nwhich size do you have in mind?\n\nAgnes"),),
    ),
    Tale(
        28,
        "Maja Sand <maja.sand@example.com>",
        "Delade kalendern syns inte i telefonen",
        "Hej!\n\nVår delade kalender syns i datorn men inte i telefonen. Varför?\n\nMaja",
    ),
    Tale(
        8,
        "Eva Ek <eva.ek@example.com>",
        "The printer on floor 3 prints grey stripes",
        "Hi,\n\nsince this morning every page from the printer on floor 3 has grey stripes along"
        " the left side. I changed the toner, but it did not help. A photo is attached.\n\nEva",
        assigned=AGNES,
        impact=2,
        urgency=2,
        files={"stripes.jpg": b"\xff\xd8\xff\xe0" + bytes(48_000)},
        then=(
            (
                7.1,
                "reply",
                "Hi Eva,\n\nthank you for the photo, it helps. Grey stripes on one side usually"
                " come from the drum, not from the toner. Could you please open the front cover"
                " and tell me whether the drum shows a scratch?\n\nAgnes",
            ),
            (7, "note", "The drum was changed in May; if it is worn again, ask the supplier."),
            (
                1.2,
                "requester",
                "Yes, there is a long thin scratch on the left. Can I go on using it until the"
                " new one is here?\n\nEva",
            ),
        ),
    ),
    Tale(
        6,
        "Nils Lund <nils.lund@example.com>",
        "Kan inte logga in i lönesystemet",
        "Hej!\n\nJag kommer inte in i lönesystemet, det står att kontot är låst. Lönerna ska vara"
        " klara före klockan 15 idag.\n\nVänliga hälsningar\nNils",
        impact=1,
        urgency=1,
    ),
    Tale(
        2.2,
        "Lina Falk <lina.falk@example.com>",
        "Second screen stays black after the update",
        "Good morning,\n\nafter last night's update my second screen stays black. The cable is"
        " plugged in.\n\nLina",
    ),
    Tale(
        0.4,
        "Bo Krans <bo.krans@example.com>",
        "Access to the shared folder of the project Harbour",
        "Hi, I have joined the project Harbour and need to read its shared folder. Petra Vik, who"
        " leads it, knows about it.\n\nBo",
        to="orders@example.org",
    ),
)
BROKEN_SUBJECT = "Wi-Fi drops in the large meeting room"
SHOWN_SUBJECT = "The printer on floor 3 prints grey stripes"


def tell(settings: Settings) -> Ticket:
    """Let the week happen in a helpdesk with the sample organisation; the ticket to show."""
    now = clock.now()
    shown = None
    for tale in TALES:
        ticket = _begin(tale, settings, now)
        for hours_ago, what, words in tale.then:
            with clock.stopped_at(now - timedelta(hours=hours_ago)):
                _go_on(ticket, tale, what, words, settings)
                deliver_due(settings)
        if tale.subject == SHOWN_SUBJECT:
            shown = ticket
        if tale.subject == BROKEN_SUBJECT:
            _tell_everybody(ticket, now)
    assert shown is not None
    found = ticket_by_number(shown)
    assert found is not None
    return found


def _tell_everybody(number: int, now: datetime) -> None:
    with clock.stopped_at(now - timedelta(hours=20)), _on(number) as ticket:
        values = {
            "title_en": "Wi-Fi drops in the large meeting room",
            "title_sv": "Trådlösa nätet bryts i stora mötesrummet",
            "words_en": "The access point is being replaced. Meanwhile, use the cable.",
            "words_sv": "Accesspunkten byts ut. Använd kabeln så länge.",
            "service_id": None,
            "since_at": now - timedelta(hours=51),
            "expected_at": now + timedelta(hours=5),
            "public": True,
        }
        publish_notice(ticket, values=values, by=_person(OMAR), now=clock.now())


def _begin(tale: Tale, settings: Settings, now: datetime) -> int:
    with clock.stopped_at(now - timedelta(hours=tale.hours_ago)):
        _mail(tale, tale.subject, tale.text, settings, files=tale.files)
        ticket = db.session.scalars(db.select(Ticket.id).order_by(Ticket.id.desc())).first()
        assert ticket is not None
    with (
        clock.stopped_at(now - timedelta(hours=tale.hours_ago * 0.95)),
        _on(ticket) as row,
    ):
        if (tale.impact, tale.urgency) != (row.impact, row.urgency):
            by = _person(AGNES)
            prioritise(row, impact=tale.impact, urgency=tale.urgency, by=by, now=clock.now())
        if tale.assigned:
            agent = _person(tale.assigned)
            assign(row, to=agent, by=agent, now=clock.now())
    with clock.stopped_at(now - timedelta(hours=tale.hours_ago * 0.95)):
        deliver_due(settings)
    return ticket


def _go_on(ticket: int, tale: Tale, what: str, words: str, settings: Settings) -> None:
    if what == "requester":
        with _on(ticket) as row:
            subject = f"Re: {row.subject} [#{ticket}]"
        _mail(tale, subject, words, settings, answers=_message_id(tale))
        return
    with _on(ticket) as row:
        agent = _person(tale.assigned or AGNES)
        if what == "note":
            add_note(row, Words(words), by=agent, now=clock.now())
        else:
            then = "waiting" if what.endswith("waiting") else None
            reply(row, Words(words), then=then, by=agent, now=clock.now())


def _mail(
    tale: Tale,
    subject: str,
    text: str,
    settings: Settings,
    *,
    files: dict[str, bytes] | None = None,
    answers: str = "",
) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = tale.sender, tale.to, subject
    mail["Date"] = format_datetime(clock.now())
    mail["Message-ID"] = _message_id(tale, clock.now() if answers else None)
    if answers:
        mail["In-Reply-To"] = answers
    mail.set_content(text)
    for name, data in (files or {}).items():
        mail.add_attachment(data, maintype="image", subtype="jpeg", filename=name)
    with unit_of_work():
        mailbox = mailbox_for(tale.to)
        assert mailbox is not None
        keep_raw(mailbox, mail.as_bytes(), door="smtp", now=clock.now())
    file_waiting(settings)
    db.session.rollback()


def _message_id(tale: Tale, at: datetime | None = None) -> str:
    mark = tale.subject.encode().hex()[:30]
    return f"<{mark}{f'.{at:%H%M%S}' if at else ''}@mail.example.com>"


@contextmanager
def _on(number: int) -> Iterator[Ticket]:
    with unit_of_work():
        ticket = ticket_by_number(number, lock=True)
        assert ticket is not None
        yield ticket


def _person(address: str) -> Person:
    found = person_by_address(address)
    assert found is not None
    return found
