from __future__ import annotations

import re
from datetime import datetime

import pytest
from flask.testing import FlaskClient

from helpdesk.core.db import unit_of_work
from helpdesk.domain.tickets.actions import assign, move, place, prioritise
from helpdesk.domain.tickets.queries import PAGE, ticket_by_number
from tests.web.conftest import SignIn
from tests.web.tickets import a_ticket
from tests.world import World


@pytest.fixture
def agnes(sign_in: SignIn, world: World) -> FlaskClient:
    return sign_in(world.agnes_id)


def numbers_on(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'<span class="number">#(\d+)</span>', page)]


def test_the_desk_begins_with_ones_own_tickets(agnes: FlaskClient) -> None:
    assert agnes.get("/desk/").location == "/desk/mine"


def test_each_list_shows_its_own(agnes: FlaskClient, world: World, now: datetime) -> None:
    new, mine, waiting, done, technical = (a_ticket(world, now) for _ in range(5))
    with unit_of_work():
        one = ticket_by_number(mine, lock=True)
        two = ticket_by_number(waiting, lock=True)
        three = ticket_by_number(done, lock=True)
        four = ticket_by_number(technical, lock=True)
        assert one
        assert two
        assert three
        assert four
        assign(one, to=world.agnes, by=None, now=now)
        assign(two, to=world.oskar, by=None, now=now)
        move(two, target="waiting", by=None, now=now)
        move(three, target="resolved", by=None, now=now)
        place(four, queue=world.technical_queue, by=None, now=now)
        prioritise(four, impact=1, urgency=1, by=None, now=now)
    lists = {
        "mine": [mine],
        "unassigned": [technical, new],
        "waiting": [waiting],
        "all": [technical, new, mine, waiting],
        "done": [done],
        "technical": [technical],
        "service-desk": [new, mine, waiting],
        "service-desk?view=mine": [mine],
        "service-desk?view=waiting": [waiting],
        "service-desk?view=unassigned": [new],
        "service-desk?view=done": [done],
        "incident": [technical, new, mine, waiting],
        "request": [],
        "all?process=request": [],
        "all?process=incident": [technical, new, mine, waiting],
        "all?process=nonsense&view=nonsense&after=nonsense": [technical, new, mine, waiting],
    }
    for name, numbers in lists.items():
        assert numbers_on(agnes.get(f"/desk/{name}").text) == numbers, name


def test_a_list_that_is_not_there_is_not_found(agnes: FlaskClient) -> None:
    assert agnes.get("/desk/nowhere").status_code == 404


def test_a_row_says_what_one_needs_to_choose(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    number = a_ticket(world, now)
    page = agnes.get("/desk/unassigned").text
    row = page[page.index("data-row") : page.index("</li>", page.index("data-row"))]
    for words in (
        f'href="/desk/tickets/{number}"',
        "The printer prints stripes",
        "Eva Ek",
        "New",
        "Priority 3, normal",
        "just now",
        "Nobody has taken this yet",
        'class="row-unread"',
    ):
        assert words in row, words
    agnes.get(f"/desk/tickets/{number}", buffered=True)
    assert "row-unread" not in agnes.get("/desk/unassigned").text


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("mine", "Tickets that you take, or that somebody assigns to you, are listed here."),
        ("unassigned", "New tickets are listed here until somebody takes them."),
        ("waiting", "it rests here until they answer."),
        ("all", "Every ticket that is not finished is listed here"),
        ("done", "Resolved, closed and declined tickets are listed here"),
        ("technical", "Technical operations has nothing to do"),
        ("request", "Unfinished tickets of the process Request are listed here."),
        ("mine?view=waiting", "The list has no ticket of this kind right now."),
    ],
)
def test_an_empty_list_teaches_what_it_is_for(agnes: FlaskClient, name: str, words: str) -> None:
    assert words in agnes.get(f"/desk/{name}").text


def test_a_long_list_is_paged_without_losing_or_repeating(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    numbers = [a_ticket(world, now) for _ in range(PAGE + 3)]
    seen: list[int] = []
    url: str | None = "/desk/all?process=incident"
    for _ in range(3):
        page = agnes.get(url).text
        seen += numbers_on(page)
        found = re.search(r'rel="next" href="([^"]+)"', page)
        url = found[1].replace("&amp;", "&") if found else None
        if url is None:
            break
        assert "process=incident" in url
    assert seen == numbers
    assert "To the beginning" in page
