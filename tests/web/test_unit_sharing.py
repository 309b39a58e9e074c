"""A unit shares its tickets with its people: who reads what, and every way of asking for more."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from helpdesk.core import clock
from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.accounts.actions import add_person
from helpdesk.domain.accounts.arranging import change_unit
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.tickets.actions import merge
from helpdesk.domain.tickets.models import Attachment, Message, Ticket
from helpdesk.domain.tickets.queries import (
    attachment_for,
    history,
    message_for,
    tickets_among,
    visible_to,
)
from helpdesk.domain.tickets.search import tickets_found
from tests.domain.test_units import a_unit, the
from tests.statements import statements
from tests.web.conftest import SignIn
from tests.web.portal_stage import SECRET_WORD, Stage
from tests.web.portal_stage import stage as stage
from tests.web.tickets import a_ticket
from tests.world import World

MOST_ON_A_LIST = 15

pytestmark = pytest.mark.one_database


@pytest.fixture
def unit_id(stage: Stage, now: datetime) -> int:
    """Eva, Carl and Olga's unit, which shares with everybody; Dan is of another one that does.

    Eva's ticket is of the unit, as if it had been opened since.
    """
    with stage.inside():
        sales = a_unit("sales", now, senders=["sales.example.com"], sharing="everybody")
        a_unit("other", now, senders=["other.example.com"], sharing="everybody")
        with unit_of_work():
            stage.world.eva.business_unit_id = sales
            db.session.get_one(Ticket, stage.number).business_unit_id = sales
            add_person("carl@sales.example.com", name="Carl", now=now)
            add_person("dan@other.example.com", name="Dan", now=now)
        return sales


def id_of(stage: Stage, address: str) -> int:
    with stage.inside():
        return db.session.scalars(select(Person.id).where(Person.email == address)).one()


@pytest.fixture
def carl(stage: Stage, unit_id: int, sign_in: SignIn) -> FlaskClient:
    return sign_in(id_of(stage, "carl@sales.example.com"))


@pytest.fixture
def dan(stage: Stage, unit_id: int, sign_in: SignIn) -> FlaskClient:
    return sign_in(id_of(stage, "dan@other.example.com"))


def paths(stage: Stage) -> list[str]:
    """The ticket's page, a file of it, and a message as it was sent."""
    return [
        f"/tickets/{stage.number}",
        f"/tickets/{stage.number}/files/{stage.file_id}/log.html",
        f"/tickets/{stage.number}/messages/{stage.message_id}/html",
    ]


def share(stage: Stage, unit_id: int, **values: object) -> None:
    with stage.inside(), unit_of_work():
        change_unit(the(unit_id), values=values, by=stage.world.admin, now=clock.now())


def statuses(client: FlaskClient, stage: Stage) -> set[int]:
    return {client.get(path).status_code for path in paths(stage)}


def may_see(stage: Stage, address: str) -> list[int]:
    """What lists, look-ups and search of the domain give to somebody, whoever asks for it."""
    with stage.inside():
        person = db.session.scalars(select(Person).where(Person.email == address)).one()
        listed = [ticket.id for ticket in db.session.scalars(visible_to(person))]
        among = [ticket.id for ticket in tickets_among(person, [stage.number, stage.other_number])]
        found = [ticket.id for ticket in tickets_found("prints", by=person)]
        assert listed == among == found
        return listed


def test_colleagues_read_the_page_the_files_and_the_list(carl: FlaskClient, stage: Stage) -> None:
    assert statuses(carl, stage) == {200}
    page = carl.get(f"/tickets/{stage.number}").text
    assert "Eva Ek asked for this" in page
    assert "It prints every page twice." in page
    assert SECRET_WORD not in page
    shared = carl.get("/unit").text
    assert "The printer prints twice" in shared
    assert "Eva Ek" in shared
    assert "Somebody else" not in shared
    assert 'href="/unit"' in carl.get("/").text
    assert may_see(stage, "carl@sales.example.com") == [stage.number]


def test_what_was_merged_into_a_shared_ticket_stays_with_who_asked_for_it(
    carl: FlaskClient, stage: Stage, now: datetime
) -> None:
    olga_id = id_of(stage, "olga@example.com")
    with stage.inside(), unit_of_work():
        merge(
            db.session.get_one(Ticket, stage.other_number),
            into=db.session.get_one(Ticket, stage.number),
            sharing_with=[olga_id],
            by=stage.world.agnes,
            now=now,
        )
    page = carl.get(f"/tickets/{stage.number}").text
    assert "It prints every page twice." in page
    assert "Not for Eva." not in page


def test_a_colleague_only_reads(carl: FlaskClient, stage: Stage) -> None:
    page = carl.get(f"/tickets/{stage.number}").text
    assert "<textarea" not in page
    before = stage.messages()
    for path, fields in (
        ("answer", {"text": "I say so too", "wish": "send"}),
        ("answer", {"wish": "solved"}),
        ("privacy", {"private": "1"}),
    ):
        assert carl.post(f"/tickets/{stage.number}/{path}", data=fields).status_code == 404
    assert stage.messages() == before
    assert stage.state() == "waiting"
    link = stage.link(id_of(stage, "carl@sales.example.com"))
    assert carl.get(link).status_code == 404


def test_nothing_of_another_unit_is_ever_read(dan: FlaskClient, stage: Stage) -> None:
    assert statuses(dan, stage) == {404}
    assert "The printer" not in dan.get("/unit").text
    assert may_see(stage, "dan@other.example.com") == []


def test_notes_and_files_of_notes_stay_inside(carl: FlaskClient, stage: Stage) -> None:
    for path in (
        f"/tickets/{stage.number}/files/{stage.note_file_id}/x.txt",
        f"/tickets/{stage.number}/messages/{stage.note_id}/html",
        f"/tickets/{stage.other_number}",
        f"/tickets/{stage.other_number}/files/{stage.file_id}/log.html",
        f"/desk/tickets/{stage.number}",
    ):
        assert carl.get(path).status_code in (403, 404), path
    with stage.inside():
        person = db.session.scalars(
            select(Person).where(Person.email == "carl@sales.example.com")
        ).one()
        for ask, kind, one in (
            (message_for, Message, stage.note_id),
            (attachment_for, Attachment, stage.note_file_id),
        ):
            assert db.session.get(kind, one) is not None
            with pytest.raises(Exception, match="There is no such"):
                ask(person, one)


def test_sharing_off_again_closes_every_door(carl: FlaskClient, stage: Stage, unit_id: int) -> None:
    share(stage, unit_id, sharing="off")
    assert statuses(carl, stage) == {404}
    assert carl.get("/unit").status_code == 404
    assert 'href="/unit"' not in carl.get("/").text
    assert may_see(stage, "carl@sales.example.com") == []


def test_only_chosen_people_of_the_unit_read(
    carl: FlaskClient, stage: Stage, unit_id: int, now: datetime
) -> None:
    share(stage, unit_id, sharing="chosen")
    assert statuses(carl, stage) == {404}
    carl_id = id_of(stage, "carl@sales.example.com")
    share(stage, unit_id, reader_ids=[carl_id])
    assert statuses(carl, stage) == {200}
    # Who leaves the unit is chosen no more, whatever the list still says.
    with stage.inside(), unit_of_work():
        db.session.get_one(Person, carl_id).business_unit_id = None
    assert statuses(carl, stage) == {404}
    assert may_see(stage, "carl@sales.example.com") == []


def test_a_unit_that_is_not_in_use_shares_nothing(
    carl: FlaskClient, stage: Stage, unit_id: int
) -> None:
    share(stage, unit_id, active=False)
    assert statuses(carl, stage) == {404}


def test_what_was_opened_before_the_unit_shared_is_not_read(
    carl: FlaskClient, stage: Stage, unit_id: int, now: datetime
) -> None:
    share(stage, unit_id, sharing="off")
    with clock.stopped_at(now + timedelta(hours=1)):
        share(stage, unit_id, sharing="everybody")
        assert statuses(carl, stage) == {404}
        with stage.inside():
            later = a_ticket(stage.world, clock.now(), subject="A later matter")
        assert carl.get(f"/tickets/{later}").status_code == 200
        assert may_see_only_later(carl, later)


def may_see_only_later(client: FlaskClient, number: int) -> bool:
    page = client.get("/unit").text
    return f"/tickets/{number}" in page and page.count('class="row-words"') == 1


def test_its_requester_is_told_and_keeps_it_private(
    carl: FlaskClient, stage: Stage, sign_in: SignIn
) -> None:
    eva = sign_in(stage.world.eva_id)
    assert "Everybody in Sales can read this" in eva.get(f"/tickets/{stage.number}").text
    assert (
        "Everybody in Sales can read this"
        in sign_in(stage.world.agnes_id).get(f"/desk/tickets/{stage.number}").text
    )
    # By the link of a mail as well as signed in.
    assert eva.post(f"{stage.link()}/privacy", data={"private": "1"}).status_code == 303
    assert statuses(carl, stage) == {404}
    assert "The printer" not in carl.get("/unit").text
    assert may_see(stage, "carl@sales.example.com") == []
    assert "You keep this from your colleagues" in eva.get(stage.link()).text
    with stage.inside():
        ticket = db.session.get_one(Ticket, stage.number)
        assert (history(ticket)[-1].kind, history(ticket)[-1].by_id) == (
            "kept private",
            stage.world.eva_id,
        )
    eva.post(f"/tickets/{stage.number}/privacy", data={"private": "0"})
    assert statuses(carl, stage) == {200}


def test_who_only_follows_cannot_decide_who_reads(
    stage: Stage, unit_id: int, sign_in: SignIn
) -> None:
    nils = sign_in(stage.nils_id)
    assert "Keep it private" not in nils.get(f"/tickets/{stage.number}").text
    answer = nils.post(f"/tickets/{stage.number}/privacy", data={"private": "1"})
    assert answer.status_code in (400, 409)
    with stage.inside():
        assert not db.session.get_one(Ticket, stage.number).private


def test_who_is_kept_out_reads_nothing(carl: FlaskClient, stage: Stage) -> None:
    with stage.inside(), unit_of_work():
        db.session.scalars(
            select(Person).where(Person.email == "carl@sales.example.com")
        ).one().active = False
    assert carl.get(f"/tickets/{stage.number}").status_code == 302
    assert may_see(stage, "carl@sales.example.com") == []


def test_the_list_pages_by_key_and_asks_few_questions(
    carl: FlaskClient, stage: Stage, world_tickets: list[int]
) -> None:
    with statements() as sent:
        page = carl.get("/unit").text
    assert len(sent) <= MOST_ON_A_LIST, "\n".join(sent)
    assert page.count('class="row-words"') == 50
    path = page.split("Older tickets")[0].rpartition('href="')[2].split('"')[0]
    rest = carl.get(path.replace("&amp;", "&")).text
    assert rest.count('class="row-words"') == len(world_tickets) + 1 - 50


@pytest.fixture
def world_tickets(stage: Stage, unit_id: int, now: datetime) -> list[int]:
    """Sixty more of Eva's tickets."""
    with stage.inside():
        return [a_ticket(stage.world, now, subject=f"Matter {each}") for each in range(60)]


def test_agents_narrow_and_search_by_unit(stage: Stage, unit_id: int, sign_in: SignIn) -> None:
    agnes = sign_in(stage.world.agnes_id)
    narrowed = agnes.get(f"/desk/all?unit={unit_id}&column=unit").text
    assert "The printer prints twice" in narrowed
    assert "Somebody else" not in narrowed
    assert "<span>Sales</span>" in narrowed
    for query in ("unit:sales", "verksamhet:sales", "unit:sales prints"):
        found = agnes.get("/desk/search", query_string={"q": query}).text
        assert "The printer prints" in found.replace("<mark>", "").replace("</mark>", ""), query
    assert "Somebody else" not in agnes.get("/desk/search?q=unit:sales").text
    assert "Somebody else" in agnes.get("/desk/search?q=-unit:sales").text
    assert "The printer" not in agnes.get("/desk/search?q=unit:other").text


def test_a_world_without_units_shows_nothing_of_them(
    stage: Stage, sign_in: SignIn, world_without: World
) -> None:
    eva = sign_in(world_without.eva_id)
    page = eva.get(f"/tickets/{stage.number}").text
    assert 'class="readers"' not in page
    assert "Keep it private" not in page
    assert eva.get("/unit").status_code == 404
    assert 'name="unit"' not in sign_in(world_without.agnes_id).get("/desk/all").text


@pytest.fixture
def world_without(stage: Stage) -> World:
    return stage.world
