from __future__ import annotations

import re
from datetime import datetime

import pytest
from flask.testing import FlaskClient

from helpdesk.web.desk.search import HITS
from tests.statements import statements
from tests.web.conftest import SignIn
from tests.web.tickets import a_note, a_ticket, an_answer
from tests.world import World

MOST_ON_A_SEARCH = 15


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


def test_the_empty_page_teaches_by_examples_to_click(agnes: FlaskClient, world: World) -> None:
    page = agnes.get("/desk/search").text
    assert 'href="/desk/search?q=status:open+assignee:me"' in page
    for url in re.findall(r'class="query" href="([^"]+)"', page):
        answer = agnes.get(url.replace("&amp;", "&"))
        assert answer.status_code == 200, url
        # The names of this organisation's queues, services and units may be others.
        if not re.search(r"queue|service|function|unit", url):
            assert 'class="alert' not in answer.text, url


def test_what_was_not_understood_is_told_with_what_may_have_been_meant(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    a_ticket(world, now)
    page = agnes.get("/desk/search?q=stripes+status:opne+sevrice:email+before:soon").text
    assert "For “status:” there is no “opne”; it was left out." in page
    assert 'q=stripes+status:open+sevrice:email+before:soon"' in page
    assert "There is no key “sevrice”, so it was searched as words." in page
    assert 'q=stripes+status:opne+service:email+before:soon"' in page
    assert "“soon” is no day" in page
    found = agnes.get("/desk/search?q=stripes+status:opne").text
    assert found.count("data-row") == 1


def test_what_narrows_a_search_is_shown_and_can_be_taken_away(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    a_ticket(world, now)
    page = agnes.get("/desk/search?q=stripes+status:open+priority:3").text
    assert "<code>priority:3</code>" in page
    assert 'href="/desk/search?q=stripes+status:open" aria-label="Without priority:3"' in page


def test_a_phrase_is_marked_where_it_stands_and_keys_are_not(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    a_ticket(world, now, text="An open door prints grey stripes")
    page = agnes.get('/desk/search?q="prints grey" status:open').text
    assert "An open door <mark>prints grey</mark> stripes" in page


def test_a_number_that_other_tickets_mention_is_listed_first(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    number = a_ticket(world, now)
    other = a_ticket(world, now, text=f"Like ticket {number}")
    page = agnes.get(f"/desk/search?q={number}").text
    found = re.findall(r'<span class="number">#(\d+)</span>', page)
    assert found == [str(number), str(other)]
    assert agnes.get(f"/desk/search?q=%23{number}").location == f"/desk/tickets/{number}"


def test_suggestions_come_in_the_readers_language(
    sign_in: SignIn, agnes: FlaskClient, world: World
) -> None:
    assert agnes.get("/desk/search/suggestions?q=x+fu").json == [
        {"query": "x function:", "written": "function:", "means": "the function that has it"}
    ]
    oskar = sign_in(world.oskar_id)
    (offered,) = oskar.get("/desk/search/suggestions?q=funktion:tek").json
    assert (offered["query"], offered["means"]) == ("funktion:technical ", "Teknisk drift")
    assert sign_in(world.eva_id).get("/desk/search/suggestions?q=fu").status_code == 403


@pytest.mark.parametrize(
    "query",
    [
        "stripes",
        "status:open function:service-desk from:eva assignee:nobody stripes",
        '"prints stripes" queue:incidents before:2027',
        "service:email -from:oskar has:note",
    ],
)
def test_the_page_of_a_search_asks_few_questions(
    agnes: FlaskClient, world: World, now: datetime, query: str
) -> None:
    for _ in range(30):
        a_ticket(world, now)
    agnes.get("/desk/search?q=stripes")
    with statements() as sent:
        assert agnes.get("/desk/search", query_string={"q": query}).status_code == 200
    assert len(sent) <= MOST_ON_A_SEARCH, "\n".join(sent)
