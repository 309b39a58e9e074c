"""People: found, added, invited, changed, kept out; never the last administrator."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.accounts.actions import add_address, add_person, grant
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.accounts.permissions import Role
from helpdesk.domain.accounts.queries import person_by_address
from helpdesk.domain.configuration.models import ConfigurationChange
from helpdesk.domain.correspondence.models import OutboundMail
from helpdesk.domain.tickets.actions import assign
from helpdesk.domain.tickets.queries import ticket_by_number
from tests.mail.outbox import ask
from tests.web.admin_forms import send
from tests.web.conftest import SignIn
from tests.world import World

pytestmark = pytest.mark.one_database


@pytest.fixture
def admin(sign_in: SignIn, world: World) -> FlaskClient:
    return sign_in(world.admin_id)


def known(address: str) -> Person:
    db.session.rollback()
    person = person_by_address(address)
    assert person is not None
    return person


def last_change() -> ConfigurationChange:
    db.session.rollback()
    found = db.session.scalars(
        select(ConfigurationChange).order_by(ConfigurationChange.id.desc())
    ).first()
    assert found is not None
    return found


def invitations() -> list[OutboundMail]:
    db.session.rollback()
    return list(
        db.session.scalars(select(OutboundMail).where(OutboundMail.notification == "sign-in-help"))
    )


def test_the_directory_begins_with_those_who_have_a_role(admin: FlaskClient, world: World) -> None:
    text = admin.get("/admin/people").text
    assert "Agnes Agent" in text
    assert "Eva Ek" not in text
    assert "Eva Ek" in admin.get("/admin/people?who=all").text
    assert "Nobody here" in admin.get("/admin/people?who=inactive").text


@pytest.mark.parametrize("words", ["eva", "EVA", "Ek", "eva@example", "example.com ek", "second"])
def test_people_are_found_by_name_and_by_any_address(
    admin: FlaskClient, world: World, words: str
) -> None:
    with unit_of_work():
        add_address(world.eva, address="second@example.net")
    text = admin.get("/admin/people", query_string={"who": "all", "q": words}).text
    assert "Eva Ek" in text
    assert "Agnes Agent" not in text


def test_the_directory_pages_by_name(admin: FlaskClient, world: World, now: datetime) -> None:
    with unit_of_work():
        for number in range(60):
            # Two by two they have the same name, and some have none.
            name = f"Person {number // 2:02}" if number > 3 else ""
            add_person(f"p{number:02}@example.net", name=name, now=now)
    seen: list[str] = []
    path = "/admin/people?who=all"
    for _ in range(3):
        text = admin.get(path).text
        seen += [line.split('"')[0] for line in text.split('href="/admin/people/')[1:]]
        if 'rel="next"' not in text:
            break
        path = text.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    ids = [each for each in seen if each.isdigit()]
    assert len(ids) == len(set(ids)) == 64


def test_somebody_is_added_and_invited(admin: FlaskClient, app: Flask, world: World) -> None:
    answer = send(
        admin,
        "/admin/people/new",
        name="Nina New",
        addresses="Nina@Example.org\nnina.new@example.org",
        language="sv",
        roles=["agent"],
        functions=[str(world.desk_id)],
        invite="y",
    )
    assert "The invitation is on its way to nina@example.org." in answer.text
    nina = known("nina.new@example.org")
    assert (nina.email, nina.language) == ("nina@example.org", "sv")
    assert nina.role_set == {Role.REQUESTER, Role.AGENT}
    assert [each.function_id for each in nina.memberships] == [world.desk_id]
    (mail,) = invitations()
    link = urlsplit(mail.facts["link"])
    assert f"{link.scheme}://{link.netloc}" == "http://127.0.0.1:8000"
    assert app.test_client().get(link.path).status_code == 200
    assert mail.facts["link"] not in answer.text
    assert last_change().what == "invited"
    assert mail.facts["link"] not in str(last_change().facts)


def test_an_invitation_never_trusts_the_name_that_the_browser_gives(
    admin: FlaskClient, world: World
) -> None:
    here = "http://attacker.example"
    with admin.session_transaction() as session, admin.session_transaction(here) as other:
        other.update(session)
    admin.post(f"/admin/people/{world.agnes_id}/invite", base_url=here)
    (mail,) = invitations()
    assert mail.facts["link"].startswith("http://127.0.0.1:8000/")


@pytest.mark.parametrize(
    ("addresses", "words"),
    [
        ("", "Write at least one address."),
        ("nobody", "“nobody” is no e-mail address."),
        ("eva@example.com", "eva@example.com belongs to Eva Ek already."),
        ("helpdesk@example.org", "helpdesk@example.org is the address of a mailbox."),
    ],
)
def test_an_address_that_cannot_be_theirs_is_refused_in_words(
    admin: FlaskClient, world: World, addresses: str, words: str
) -> None:
    assert words in send(admin, "/admin/people/new", addresses=addresses).text
    assert invitations() == []


def test_somebody_is_changed_and_it_is_written_down(admin: FlaskClient, world: World) -> None:
    answer = send(
        admin,
        f"/admin/people/{world.agnes_id}/edit",
        name="Agnes Andersson",
        addresses="agnes.andersson@example.org\nagnes@example.org",
        roles=["agent", "coordinator"],
        functions=[str(world.technical_id)],
    )
    assert "Saved." in answer.text
    agnes = known("agnes@example.org")
    assert (agnes.name, agnes.email) == ("Agnes Andersson", "agnes.andersson@example.org")
    assert agnes.role_set == {Role.REQUESTER, Role.AGENT, Role.COORDINATOR}
    assert last_change().facts == {
        "name": ["Agnes Agent", "Agnes Andersson"],
        "email": ["agnes@example.org", "agnes.andersson@example.org"],
        "addresses": [
            ["agnes@example.org"],
            ["agnes.andersson@example.org", "agnes@example.org"],
        ],
        "roles": [["agent"], ["agent", "coordinator"]],
        "functions": [["Service desk"], ["Technical operations"]],
    }
    assert "Agnes Andersson" in admin.get("/admin/changes").text


def test_an_address_is_taken_away(admin: FlaskClient, world: World) -> None:
    with unit_of_work():
        add_address(world.eva, address="old@example.com")
    send(admin, f"/admin/people/{world.eva_id}/edit", addresses="eva@example.com")
    db.session.rollback()
    assert person_by_address("old@example.com") is None
    assert known("eva@example.com").id == world.eva_id


def test_saving_without_a_change_leaves_no_line(admin: FlaskClient, world: World) -> None:
    assert "Saved." in send(admin, f"/admin/people/{world.agnes_id}/edit").text
    db.session.rollback()
    assert db.session.scalars(select(ConfigurationChange)).all() == []


def test_the_last_administrator_stays_one(admin: FlaskClient, world: World) -> None:
    words = "this is the last active administrator"
    path = f"/admin/people/{world.admin_id}"
    assert words in send(admin, f"{path}/edit", roles=["agent"]).text
    assert words in send(admin, f"{path}/deactivate").text
    ada = known("admin@example.org")
    assert ada.active
    assert Role.ADMINISTRATOR in ada.role_set


def test_one_of_two_administrators_may_go(admin: FlaskClient, world: World) -> None:
    with unit_of_work():
        grant(world.agnes, role=Role.ADMINISTRATOR)
    assert "can no longer sign in" in send(admin, f"/admin/people/{world.agnes_id}/deactivate").text
    assert not known("agnes@example.org").active


def give_ticket(world: World, now: datetime) -> int:
    number = ask(world, now)
    with unit_of_work():
        ticket = ticket_by_number(number, lock=True)
        assert ticket is not None
        assign(ticket, to=world.agnes, by=world.admin, now=now)
    return number


def assignee_of(number: int) -> int | None:
    db.session.rollback()
    ticket = ticket_by_number(number)
    assert ticket is not None
    return ticket.assignee_id


def test_who_is_kept_out_leaves_their_tickets_to_anybody(
    admin: FlaskClient, sign_in: SignIn, world: World, now: datetime
) -> None:
    number = give_ticket(world, now)
    hers = sign_in(world.agnes_id)
    assert hers.get("/desk/mine").status_code == 200
    path = f"/admin/people/{world.agnes_id}/deactivate"
    assert "One open ticket is theirs" in admin.get(path).text
    assert "The printer on floor 3" in admin.get(path).text
    assert "One ticket was handed over." in send(admin, path).text
    assert assignee_of(number) is None
    assert hers.get("/desk/mine").status_code == 302
    assert "Agnes Agent" in admin.get("/admin/people?who=inactive").text


def test_or_hands_them_to_somebody(admin: FlaskClient, world: World, now: datetime) -> None:
    number = give_ticket(world, now)
    path = f"/admin/people/{world.agnes_id}/deactivate"
    assert "Choose who takes the tickets over." in send(admin, path, tickets="somebody").text
    assert known("agnes@example.org").active
    send(admin, path, tickets="somebody", to=str(world.oskar_id))
    assert assignee_of(number) == world.oskar_id


def test_who_is_kept_out_is_not_invited_and_may_come_back(admin: FlaskClient, world: World) -> None:
    send(admin, f"/admin/people/{world.agnes_id}/deactivate")
    assert admin.post(f"/admin/people/{world.agnes_id}/invite").status_code == 400
    assert invitations() == []
    assert (
        "may sign in again"
        in admin.post(f"/admin/people/{world.agnes_id}/activate", follow_redirects=True).text
    )
    assert known("agnes@example.org").active


def test_a_hostile_name_stays_text(admin: FlaskClient, world: World, now: datetime) -> None:
    with unit_of_work():
        person_id = add_person("x@example.net", name="<script>alert(1)</script>", now=now).id
    send(admin, f"/admin/people/{person_id}/edit", language="sv")
    for path in (
        *("/admin/people?who=all", f"/admin/people/{person_id}", "/admin/changes", "/admin/"),
        *(f"/admin/people/{person_id}/edit", f"/admin/people/{person_id}/deactivate"),
    ):
        assert "<script>alert" not in admin.get(path).text


def test_there_is_no_such_person(admin: FlaskClient, world: World) -> None:
    for path in ("", "/edit", "/deactivate"):
        assert admin.get(f"/admin/people/4711{path}").status_code == 404
