from __future__ import annotations

import re
from datetime import datetime

import pytest
from flask.testing import FlaskClient

from helpdesk.web.desk.search import HITS
from tests.web.conftest import SignIn
from tests.web.tickets import a_note, a_ticket, an_answer
from tests.world import World


@pytest.fixture
def agnes(sign_in: SignIn, world: World) -> FlaskClient:
    return sign_in(world.agnes_id)


def test_hits_show_the_words_where_they_were_found(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    number = a_ticket(world, now, subject="Skrivaren", text="Hej")
    an_answer(world, number, now, "Nu blinkar bläckpatronen <igen>")
    a_note(world, number, now, "Se leverantörsavtalet")
    page = agnes.get("/desk/search?q=bl%C3%A4ckpatroner").text
    assert "Nu blinkar <mark>bläckpatronen</mark> &lt;igen&gt;" in page
    note = agnes.get("/desk/search?q=leverant%C3%B6rsavtal").text
    assert re.search(r"internal</span> Se <mark>leverantörsavtalet</mark>", note)
    subject = agnes.get("/desk/search?q=skrivare").text
    assert f'<a href="/desk/tickets/{number}"><mark>Skrivaren</mark></a>' in subject


def test_a_number_leads_straight_to_its_ticket(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    number = a_ticket(world, now)
    for query in (str(number), f"%23{number}"):
        assert agnes.get(f"/desk/search?q={query}").location == f"/desk/tickets/{number}"
    assert "Nothing was found" in agnes.get("/desk/search?q=4711").text
    assert "Nothing was found" in agnes.get("/desk/search?q=99999999999999999999").text


def test_without_words_the_page_says_what_can_be_found(agnes: FlaskClient) -> None:
    assert "What are you looking for?" in agnes.get("/desk/search").text
    assert "Nothing was found" in agnes.get("/desk/search?q=%25%27%22%28").text


def test_many_hits_are_paged_newest_first(agnes: FlaskClient, world: World, now: datetime) -> None:
    numbers = [a_ticket(world, now) for _ in range(HITS + 2)]
    first = agnes.get("/desk/search?q=stripes").text
    found = re.search(r'rel="next" href="([^"]+)"', first)
    assert found
    second = agnes.get(found[1].replace("&amp;", "&")).text
    seen = [
        int(number)
        for page in (first, second)
        for number in re.findall(r'<span class="number">#(\d+)</span>', page)
    ]
    assert seen == numbers[::-1]
