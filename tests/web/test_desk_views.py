from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient

from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.accounts.actions import join
from helpdesk.domain.accounts.models import Function
from helpdesk.domain.tickets.actions import assign, move, place, prioritise
from helpdesk.domain.tickets.models import Ticket
from helpdesk.domain.tickets.queries import ticket_by_number
from helpdesk.domain.views.models import SavedView
from tests.statements import statements
from tests.web.conftest import SignIn
from tests.web.test_desk_lists import numbers_on
from tests.web.tickets import a_ticket
from tests.world import World

pytestmark = pytest.mark.one_database

MOST_ON_A_LIST = 15


@pytest.fixture
def agnes(sign_in: SignIn, world: World) -> FlaskClient:
    return sign_in(world.agnes_id)


def kept(agnes: FlaskClient, name: str, **words: object) -> int:
    answer = agnes.post("/desk/views", data={"list": "all", "name": name, **words})
    found = re.fullmatch(r"/desk/views/(\d+)", answer.location)
    assert found, answer.location
    return int(found[1])


def test_filters_narrow_and_orders_order(agnes: FlaskClient, world: World, now: datetime) -> None:
    first, urgent, placed, waiting = (a_ticket(world, now) for _ in range(4))
    later = now + timedelta(hours=1)
    with unit_of_work():
        two, three, four = (ticket_by_number(each, lock=True) for each in (urgent, placed, waiting))
        assert two
        assert three
        assert four
        place(three, queue=world.technical_queue, by=None, now=now)
        from helpdesk.domain.services.queries import service_by_key

        place(three, service=service_by_key("email"), by=None, now=now)
        move(four, target="waiting", by=None, now=later)
        prioritise(two, impact=1, urgency=1, by=None, now=now)
    for words, numbers in {
        "": [urgent, first, placed, waiting],
        "sort=age": [first, urgent, placed, waiting],
        "sort=newest": [waiting, placed, urgent, first],
        "sort=changed": [waiting, placed, urgent, first],
        f"queue={world.technical_queue_id}": [placed],
        f"service={world.email_id}": [placed],
        "priority=1": [urgent],
        "state=waiting": [waiting],
        "requester=eva": [urgent, first, placed, waiting],
        "requester=eva@example.com&state=new&priority=3": [first, placed],
        "requester=nobody": [],
        "priority=9&state=x&queue=&service=-1&sort=x": [urgent, first, placed, waiting],
    }.items():
        assert numbers_on(agnes.get(f"/desk/all?{words}").text) == numbers, words
    assert numbers_on(agnes.get("/desk/recent").text) == [waiting, placed, urgent, first]
    assert numbers_on(agnes.get("/desk/recent?priority=1").text) == [urgent]


def test_every_order_is_paged_without_losing_or_repeating(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    numbers = {a_ticket(world, now + timedelta(seconds=each % 7)) for each in range(53)}
    for url in (
        *(f"/desk/all?sort={sort}" for sort in ("priority", "age", "newest", "changed")),
        "/desk/service-desk?sort=changed",
        "/desk/recent",
        "/desk/recent?priority=3",
    ):
        seen: list[int] = []
        address: str | None = url
        while address:
            page = agnes.get(address).text
            seen += numbers_on(page)
            found = re.search(r'rel="next" href="([^"]+)"', page)
            address = found[1].replace("&amp;", "&") if found else None
        assert len(seen) == 53, url
        assert set(seen) == numbers, url


def test_a_list_without_an_end_is_looked_through_piece_by_piece(
    agnes: FlaskClient, world: World, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("helpdesk.domain.tickets.queries.lists.WINDOW", 3)
    numbers = [a_ticket(world, now + timedelta(minutes=each)) for each in range(9)]
    with unit_of_work():
        for number in numbers:
            ticket = ticket_by_number(number, lock=True)
            assert ticket
            if number == numbers[0]:
                prioritise(ticket, impact=1, urgency=1, by=None, now=ticket.changed_at)
            move(ticket, target="resolved", by=None, now=ticket.changed_at)
    for url in ("/desk/done?priority=1", "/desk/recent?priority=1"):
        pages, seen, address = 0, [], url
        while address:
            page = agnes.get(address).text
            seen += numbers_on(page)
            pages += 1
            found = re.search(r'href="(/desk/\w+\?[^"]*after=[^"]+)"', page)
            address = found[1].replace("&amp;", "&") if found and not seen else ""
        assert seen == [numbers[0]], url
        assert pages == 3, url


def test_the_rows_show_the_columns_that_were_chosen(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    a_ticket(world, now)
    usual = agnes.get("/desk/all").text
    assert "<span>Eva Ek</span>" in usual
    assert "<span>Incidents</span>" not in usual
    chosen = agnes.get("/desk/all?column=queue&column=process").text
    assert "<span>Eva Ek</span>" not in chosen
    assert "<span>Incidents</span>" in chosen
    assert "<span>Incident</span>" in chosen


def test_a_view_is_kept_shown_in_the_menu_renamed_and_deleted(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    urgent, _other = a_ticket(world, now), a_ticket(world, now)
    with unit_of_work():
        ticket = ticket_by_number(urgent, lock=True)
        assert ticket
        prioritise(ticket, impact=1, urgency=1, by=None, now=now)
    view = kept(agnes, "  Burning  now ", priority="1", sort="age", column=["queue"])
    page = agnes.get(f"/desk/views/{view}").text
    assert numbers_on(page) == [urgent]
    assert "<h1>Burning now</h1>" in page
    assert "<span>Eva Ek</span>" not in page
    menu = agnes.get("/desk/mine").text
    link = menu[menu.index(f'href="/desk/views/{view}"') :]
    assert '<span class="count">1</span>' in link[: link.index("</li>")]
    agnes.post(f"/desk/views/{view}/rename", data={"name": "Hot"})
    assert "<h1>Hot</h1>" in agnes.get(f"/desk/views/{view}").text
    assert (
        "Give the view a name."
        in agnes.post(f"/desk/views/{view}/rename", data={"name": " "}, follow_redirects=True).text
    )
    agnes.post("/desk/views", data={"list": "done", "saved": view, "replace": "1"})
    assert numbers_on(agnes.get(f"/desk/views/{view}").text) == []
    assert agnes.post(f"/desk/views/{view}/delete").location == "/desk/done"
    assert agnes.get(f"/desk/views/{view}").status_code == 404


def test_a_name_is_used_once_and_a_list_must_exist(agnes: FlaskClient, world: World) -> None:
    kept(agnes, "Mine")
    answer = agnes.post("/desk/views", data={"list": "all", "name": "Mine"}, follow_redirects=True)
    assert "There is a view with this name already." in answer.text
    assert agnes.post("/desk/views", data={"list": "nowhere", "name": "X"}).status_code == 404
    assert db.session.query(SavedView).count() == 1


def test_a_private_view_is_nobody_elses_and_a_shared_one_is_the_functions(
    agnes: FlaskClient, sign_in: SignIn, world: World, now: datetime
) -> None:
    private = kept(agnes, "Private")
    shared = kept(agnes, "Shared", function=str(world.desk_id), view="")
    foreign = agnes.post(
        "/desk/views",
        data={"list": "all", "name": "Foreign", "function": str(world.technical_id)},
        follow_redirects=True,
    ).text
    assert "You can share a view only with a function that you work in." in foreign
    oskar = sign_in(world.oskar_id)
    assert oskar.get(f"/desk/views/{private}").status_code == 404
    assert oskar.get(f"/desk/views/{shared}").status_code == 404
    with unit_of_work():
        join(world.oskar, function=db.session.get_one(Function, world.desk_id))
    assert oskar.get(f"/desk/views/{private}").status_code == 404
    page = oskar.get(f"/desk/views/{shared}").text
    assert "Agnes Agent" in page
    assert "Delete the view" not in page
    assert oskar.post(f"/desk/views/{shared}/delete").status_code == 403
    assert oskar.post(f"/desk/views/{shared}/rename", data={"name": "X"}).status_code == 403
    assert agnes.get(f"/desk/views/{shared}").status_code == 200


def test_mine_in_a_shared_view_is_whoever_reads_it(
    agnes: FlaskClient, sign_in: SignIn, world: World, now: datetime
) -> None:
    with unit_of_work():
        join(world.oskar, function=db.session.get_one(Function, world.desk_id))
    his = a_ticket(world, now)
    with unit_of_work():
        ticket = ticket_by_number(his, lock=True)
        assert ticket
        assign(ticket, to=world.oskar, by=None, now=now)
    answer = agnes.post(
        "/desk/views", data={"list": "mine", "name": "Ours", "function": str(world.desk_id)}
    )
    assert numbers_on(agnes.get(answer.location).text) == []
    assert numbers_on(sign_in(world.oskar_id).get(answer.location).text) == [his]


def test_counts_stand_beside_the_lists_and_end_at_ninety_nine(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    def count(list_name: str) -> str:
        page = agnes.get("/desk/done").text
        start = page.index(f'<a href="/desk/{list_name}" title=')
        found = re.search(
            r'<span class="count">([^<]+)</span>', page[start : page.index("</li>", start)]
        )
        return found[1] if found else ""

    number = a_ticket(world, now)
    assert [count(name) for name in ("mine", "unassigned", "all", "service-desk", "technical")] == [
        *("", "1", "1", "1", ""),
    ]
    with unit_of_work():
        row = {
            column.name: getattr(db.session.get_one(Ticket, number), column.name)
            for column in Ticket.__table__.columns
            if column.name != "id"
        }
        db.session.execute(db.insert(Ticket), [row] * 98)
    assert count("all") == "99"
    a_ticket(world, now)
    assert (count("all"), count("service-desk"), count("technical")) == ("99+", "99+", "")


def test_a_list_with_views_asks_no_more_than_it_may(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    for each in range(12):
        kept(agnes, f"View {each}", list="service-desk", priority="3", requester="")
    a_ticket(world, now)
    refused = agnes.post(
        "/desk/views", data={"list": "all", "name": "One more"}, follow_redirects=True
    ).text
    assert "You have 12 views" in refused
    view = db.session.scalars(db.select(SavedView.id)).first()
    for url in ("/desk/service-desk?requester=eva&state=new&sort=changed", f"/desk/views/{view}"):
        agnes.get(url)
        with statements() as sent:
            assert agnes.get(url).text.count("data-row") == 1
        assert len(sent) <= MOST_ON_A_LIST + 1, "\n".join(sent)
