"""Search over tickets: keys, phrases, order, bounds, and what may be seen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.tickets.actions import assign, move
from helpdesk.domain.tickets.models import Ticket
from helpdesk.domain.tickets.queries import ticket_by_number
from helpdesk.domain.tickets.search import Asking, Why, search, suggestions
from helpdesk.domain.tickets.search import portions as bounds
from helpdesk.domain.tickets.search.portions import last_before
from tests.statements import statements
from tests.web.tickets import a_file, a_note, a_ticket, an_answer
from tests.world import World


def asking(person: Person) -> Asking:
    return Asking(person, datetime(2026, 11, 24, 8, tzinfo=UTC), UTC)


def numbers(query: str, by: Person, **more: int) -> list[int]:
    return [ticket.number for ticket in search(query, asking(by), **more).tickets]


def ticket(number: int) -> Ticket:
    found = ticket_by_number(number, lock=True)
    assert found
    return found


def test_each_key_narrows_by_what_it_names_in_both_languages(world: World, now: datetime) -> None:
    other = a_ticket(world, now, subject="Screen", requester=world.oskar)
    number = a_ticket(world, now, files=(a_file(b"x", "a.txt", "text/plain"),))
    a_note(world, number, now, "Between us")
    with unit_of_work():
        mine = ticket(number)
        mine.queue_id, mine.service_id, mine.priority = world.technical_queue_id, world.email_id, 1
        mine.version += 1
        db.session.flush()
        assign(mine, to=world.agnes, by=None, now=now)
        move(mine, target="waiting", by=world.agnes, now=now)
    for query in (
        "status:waiting",
        "läge:väntar",
        "status:unfinished priority:1",
        "function:technical",
        'funktion:"Teknisk drift"',
        "queue:technical",
        "service:e-mail",
        "tjänst:e-post",
        "prioritet:hög,kritisk",
        "assignee:me",
        "handläggare:agnes",
        "from:eva",
        "från:ek",
        "from:eva@example.com",
        "-from:oskar",
        "-status:open",
        "-assignee:nobody",
        "has:attachment",
        "har:anteckning",
        "stripes status:waiting",
    ):
        assert numbers(query, world.agnes) == [number], query
    for query in ("assignee:nobody", "-service:email", "-has:attachment", "-from:eva", "screen"):
        assert numbers(query, world.agnes) == [other], query
    assert numbers("process:incident", world.agnes) == [number, other]
    assert numbers("status:done", world.agnes) == []
    assert numbers("status:open,waiting", world.agnes) == [number, other]
    assert numbers("status:open status:waiting", world.agnes) == [number, other]


def test_days_bound_the_search_where_they_begin(world: World, now: datetime) -> None:
    opened = [a_ticket(world, now + timedelta(days=day)) for day in range(-4, 1)]
    assert numbers("before:2026-11-22", world.agnes) == [opened[1], opened[0]]
    assert numbers("efter:2026-11-23", world.agnes) == [opened[4], opened[3]]
    assert numbers("stripes after:2026-11-22 before:yesterday", world.agnes) == [opened[2]]
    for day in range(-5, 2):
        begins = now + timedelta(days=day) - timedelta(hours=1)
        assert last_before(begins) == max([0, *opened[: max(0, day + 4)]]), day


def test_a_phrase_is_found_only_word_for_word(world: World, now: datetime) -> None:
    right = a_ticket(world, now, text="It prints grey stripes, and stops.")
    a_ticket(world, now, text="Grey it prints, in stripes.")
    answered = a_ticket(world, now, text="Nothing")
    an_answer(world, answered, now, "now it\nPRINTS  GREY again")
    assert numbers('"prints grey"', world.agnes) == [answered, right]
    assert numbers('"grey stripe"', world.agnes) == []
    assert numbers('"prints grey" -"grey again"', world.agnes) == [right]
    assert numbers('-"grey again" -"in stripes"', world.agnes) == [right]


def test_an_unwanted_word_leaves_its_tickets_out(world: World, now: datetime) -> None:
    toner = a_ticket(world, now, text="The toner is empty")
    other = a_ticket(world, now)
    assert numbers("printer -toner", world.agnes) == [other]
    assert numbers("-toner", world.agnes) == [other]
    assert numbers("-stripes toner", world.agnes) == []
    assert numbers("toner", world.agnes) == [toner]


def test_a_number_stands_first_and_the_rest_is_searched(world: World, now: datetime) -> None:
    old, new = a_ticket(world, now, subject="Screen"), a_ticket(world, now)
    found = search(f"#{old} stripes", asking(world.agnes))
    assert found.named is not None
    assert (found.named.number, [each.number for each in found.tickets]) == (old, [new])
    # One that is not there may still be a word.
    mentions = a_ticket(world, now, text="Error 4711")
    assert numbers("#4711", world.agnes) == [mentions]


def test_what_makes_no_sense_is_told_and_the_rest_is_searched(world: World, now: datetime) -> None:
    number = a_ticket(world, now)
    found = search(
        "stripes status:opne flavour:sweet before:soon queue: -service:x from:,",
        asking(world.agnes),
    )
    assert [complaint.why for complaint in found.complaints] == [
        Why.NO_SUCH_KEY,
        Why.NO_SUCH_VALUE,
        Why.NO_VALUE,
        Why.NO_SUCH_VALUE,
        Why.NO_VALUE,
        Why.NO_SUCH_DAY,
    ]
    assert "waiting" in {choice.en for choice in found.complaints[1].exists}
    # An unknown key was searched as words, which do not occur.
    assert found.tickets == []
    assert numbers("stripes status:opne before:soon", world.agnes) == [number]
    # Where nothing is left, nothing is listed.
    assert numbers("status:opne", world.agnes) == []


@pytest.mark.parametrize(
    "query",
    ["secret", '"secret word"', "has:note", "stripes -nothing", "status:open", "#{}", "-zebra"],
)
def test_no_filter_shows_what_the_person_may_not_see(
    world: World, now: datetime, query: str
) -> None:
    hers = a_ticket(world, now)
    others = a_ticket(world, now, requester=world.oskar, text="secret word")
    a_note(world, hers, now, "secret word")
    found = search(query.format(others), asking(world.eva))
    assert found.named is None
    assert {each.number for each in found.tickets} <= {hers}
    if query in ("secret", '"secret word"', "has:note"):
        assert found.tickets == []


def test_a_search_is_bounded_and_goes_on_where_it_stopped(
    world: World, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "HITS", (2, 3))
    monkeypatch.setattr(bounds, "TICKETS", (2, 3))
    wanted = a_ticket(world, now, subject="Oldest")
    with unit_of_work():
        ticket(wanted).priority = 1
        ticket(wanted).version += 1
    for _ in range(6):
        a_ticket(world, now)
    for query in ("priority:1", "priority:1 every", "status:open priority:1"):
        first = search(query, asking(world.agnes))
        assert (list(first.tickets), first.stopped_at) == ([], wanted + 2), query
        second = search(query, asking(world.agnes), before=first.stopped_at)
        assert [each.number for each in second.tickets] == [wanted], query
        assert second.stopped_at is None, query


def test_pages_are_whole_and_newest_first(world: World, now: datetime) -> None:
    all_numbers = [a_ticket(world, now) for _ in range(5)]
    for query in ("stripes", "status:open", "process:incident", "from:eva", "from:eva@example.com"):
        seen: list[int] = []
        before = None
        for _ in range(3):
            found = search(query, asking(world.agnes), before=before, limit=2)
            seen += [each.number for each in found.tickets]
            before = found.next_before
        assert (seen, before) == (all_numbers[::-1], None), query


def test_a_search_asks_few_questions_whatever_it_asks_for(world: World, now: datetime) -> None:
    for _ in range(30):
        a_ticket(world, now, text="It prints grey stripes")
    by = asking(world.agnes)
    query = (
        "function:service queue:incidents service:email,x -service:y assignee:agnes,nobody has:note"
        ' from:eva status:open before:2027 after:2020 "prints grey" -"not this" -unwanted #3'
    )
    with statements() as sent:
        search(query, by)
    assert len(sent) <= 16, "\n".join(sent)
    with statements() as sent:
        search("stripes status:open from:eva", by)
    assert len(sent) <= 4, "\n".join(sent)


def test_suggestions_go_on_with_keys_values_and_people(world: World) -> None:
    def offered(query: str, *, swedish: bool = False) -> list[str]:
        return [each.query for each in suggestions(query, swedish=swedish)]

    assert offered("printer fu") == ["printer function:"]
    assert offered("fu", swedish=True) == ["funktion:"]
    assert offered("-sta") == ["-status:"]
    assert offered("status:wa") == ["status:waiting ", "status:supplier "]
    assert offered("status:open,do") == ["status:open,done "]
    assert offered("status:vän", swedish=True)[0] == "status:väntar "
    assert offered("function:tech") == ["function:technical "]
    assert offered("from:ev") == ["from:eva@example.com "]
    assert offered("assignee:osk") == ["assignee:oskar@example.org "]
    assert "assignee:me " in offered("assignee:")
    for nothing in ("", "printer ", '"sta', "12:3", "from:"):
        assert offered(nothing) == [], nothing
