"""Mail bombs: everything is filed, next to nothing is answered, and an agent sees one line."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from helpdesk.core import clock
from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.correspondence.models import InboundMail, Mailbox, OutboundMail
from helpdesk.domain.tickets.actions import assign, move
from helpdesk.domain.tickets.models import Message, Ticket, TicketEvent
from helpdesk.domain.tickets.queries import ticket_by_number
from helpdesk.mail.crowds import CROWD_PER_HOUR, MAIL_BOMB_PER_HOUR
from helpdesk.mail.floods import MOST_GATHERED, OF_MANY, OF_ONE
from helpdesk.mail.keep import keep_raw
from tests.mail.letters import Road, in_words, letter, mail_row, outbox, tickets
from tests.world import World

pytestmark = pytest.mark.one_database

BOMB = 1000


def count(table: type) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def file_all(road: Road) -> None:
    while road.file():
        pass


def rain(road: Road, number: int, **how: str) -> list[int]:
    """So many mails, kept and filed; `{n}` in what is given becomes a number."""
    with unit_of_work():
        mailbox = db.session.scalars(select(Mailbox).where(Mailbox.name == "helpdesk")).one()
        rows = []
        for n in range(number):
            raw = letter(**{name: words.format(n=n) for name, words in how.items()})
            rows.append(keep_raw(mailbox, raw, door="smtp", now=clock.now()))
        db.session.flush()
        kept = [row.id for row in rows]
    file_all(road)
    db.session.expire_all()
    return kept


def came_already(world: World, number: int, *, address: str, subject: str, begin: int = 0) -> None:
    """So many mails that were filed within the hour, without all that makes a test slow."""
    with unit_of_work():
        for n in range(begin, begin + number):
            db.session.add(
                InboundMail(
                    mailbox_id=world.helpdesk_id,
                    door="smtp",
                    kept_at=clock.now(),
                    due_at=clock.now(),
                    content_key=f"{n:064d}",
                    state="filed",
                    trace=[],
                    from_address=address.format(n=n),
                    subject=subject.format(n=n),
                )
            )


@pytest.mark.slow
@pytest.mark.one_database
def test_a_bomb_of_one_sender_is_one_ticket_beyond_the_limit(road: Road, world: World) -> None:
    rain(road, BOMB, sender="bomber@example.net", subject="Bang {n}", text="Bang {n} bang\n")
    assert count(Message) == BOMB
    assert count(Ticket) == MAIL_BOMB_PER_HOUR + 1
    # The acknowledgements that anybody gets within an hour, and no word to any agent.
    assert Counter(outbox()) == {("received", "bomber@example.net"): 5}
    flood = tickets()[-1]
    assert flood.subject == "Many mails from bomber@example.net"
    said = db.session.scalar(
        select(func.count()).select_from(Message).where(Message.ticket_id == flood.id)
    )
    assert said == BOMB - MAIL_BOMB_PER_HOUR
    kinds = Counter(db.session.scalars(select(TicketEvent.kind)))
    assert kinds["flood"] == 1
    (last,) = db.session.scalars(select(InboundMail).order_by(InboundMail.id.desc()).limit(1)).all()
    assert last.reason == OF_ONE
    assert f"Joined ticket #{flood.number}" in in_words(last)


MADE_UP = pytest.mark.parametrize(
    ("sender", "subject"),
    [
        ("u{n}@flood.example", "Word {n} of many"),
        ("u{n}@d{n}.example", "You have won {n} crowns"),
    ],
)


@MADE_UP
def test_a_bomb_of_made_up_senders_is_one_ticket_beyond_the_limit(
    road: Road, world: World, sender: str, subject: str
) -> None:
    came_already(world, CROWD_PER_HOUR, address=sender, subject=subject)
    people = count(Person)
    kept = rain(road, 60, sender="new" + sender, subject=subject, text="Click here {n}\n")
    assert {mail_row(each).reason for each in kept} == {OF_MANY}
    (flood,) = tickets()
    assert flood.subject.startswith("Many mails of strangers: ")
    assert count(Message) == len(kept)
    # Nobody is answered, and who was made up is nobody: only “Unknown sender” asks.
    assert outbox() == []
    assert count(Person) == people + 1


@MADE_UP
def test_fewer_strangers_are_people(road: Road, world: World, sender: str, subject: str) -> None:
    came_already(world, CROWD_PER_HOUR - 60, address=sender, subject=subject)
    rain(road, 50, sender="new" + sender, subject=subject)
    assert count(Ticket) == 50


@pytest.fixture
def small_bomb(road: Road, world: World, now: datetime) -> Ticket:
    """A flood of one sender, a few mails beyond the limit; its ticket."""
    road.take(letter("bomber@example.net"))
    came_already(world, MAIL_BOMB_PER_HOUR, address="bomber@example.net", subject="Bang {n}")
    rain(road, 5, sender="bomber@example.net", subject="Bang {n}", text="Bang {n}\n")
    return tickets()[-1]


def test_nobody_is_told_of_what_joins_a_flood_not_even_who_works_on_it(
    road: Road, world: World, small_bomb: Ticket, now: datetime
) -> None:
    with unit_of_work():
        ticket = ticket_by_number(small_bomb.number, lock=True)
        assert ticket is not None
        assign(ticket, to=world.agnes, by=world.agnes, now=now)
        move(ticket, target="resolved", told=True, by=world.agnes, now=now)
    before = outbox()
    later = now + timedelta(minutes=20)
    with clock.stopped_at(later):
        row = road.take(letter("bomber@example.net", subject="Bang", date=later))
    assert (row.ticket_id, row.reason) == (small_bomb.id, OF_ONE)
    assert outbox() == before
    assert tickets()[-1].state == "resolved"


def test_a_flood_that_comes_again_the_next_day_is_a_line_of_its_own(
    road: Road, world: World, small_bomb: Ticket, now: datetime
) -> None:
    with clock.stopped_at(now + timedelta(days=1)):
        came_already(world, MAIL_BOMB_PER_HOUR, address="bomber@example.net", subject="", begin=900)
        kept = rain(road, 2, sender="bomber@example.net", subject="B {n}")
    (again,) = {mail_row(each).ticket_id for each in kept}
    assert again != small_bomb.id


def test_a_ticket_gathers_no_more_than_its_page_can_show(
    road: Road, world: World, small_bomb: Ticket
) -> None:
    with unit_of_work():
        db.session.execute(update(Ticket).values(version=MOST_GATHERED))
    row = road.take(letter("bomber@example.net"))
    assert row.reason == OF_ONE
    assert row.ticket_id != small_bomb.id
    assert road.take(letter("bomber@example.net")).ticket_id == row.ticket_id


def test_an_answer_of_the_flooding_sender_still_finds_its_ticket(
    road: Road, world: World, small_bomb: Ticket
) -> None:
    first = db.session.scalars(
        select(OutboundMail).where(OutboundMail.to_address == "bomber@example.net").limit(1)
    ).one()
    row = road.take(letter("bomber@example.net", In_Reply_To=f"<{first.rfc_message_id}>"))
    assert row.ticket_id == first.ticket_id


def test_others_are_served_as_ever_while_it_rains(
    road: Road, world: World, small_bomb: Ticket
) -> None:
    row = road.take(letter("eva@example.com"))
    assert row.ticket_id != small_bomb.id
    assert ("received", "eva@example.com") in outbox()


def test_many_colleagues_with_one_fault_are_no_flood(road: Road, world: World) -> None:
    """A whole organisation that writes for the first time, each in words of their own."""
    came_already(world, CROWD_PER_HOUR, address="p{n}@example.org", subject="")
    rain(road, 3, sender="new{n}@example.org", subject="")
    assert count(Ticket) == 3


def test_what_known_people_write_alike_is_no_flood(road: Road, world: World, now: datetime) -> None:
    with unit_of_work():
        db.session.get_one(Person, world.eva_id).created_at = now - timedelta(days=30)
    came_already(world, CROWD_PER_HOUR, address="eva@example.com", subject="Weekly report")
    row = road.take(letter("somebody@example.net", subject="Weekly report"))
    assert row.state == "filed"
