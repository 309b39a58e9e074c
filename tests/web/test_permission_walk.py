"""Every door of the house, tried by every role and by a stranger, against the one table."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from helpdesk.core.clock import now as clock_now
from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.accounts.actions import add_person, grant
from helpdesk.domain.accounts.permissions import PERMISSIONS, Action, Role
from helpdesk.domain.tickets.models import Attachment
from helpdesk.web.security import PUBLIC, SIGNED_IN
from tests.web.conftest import Browser, SignIn
from tests.web.tickets import a_file, a_note, a_ticket, an_answer
from tests.world import World

pytestmark = [pytest.mark.one_database, pytest.mark.timeout(240)]

# Numbers that nothing has: a door that opens changes nothing then.
NOTHING = 999_999
WORDS = {"list": "mine", "language": "en", "name": "received", "filename": "file.txt"}


def doors(app: Flask) -> list[tuple[Rule, str, Action]]:
    """Every guarded route with each of its methods and what it needs."""
    return [
        (rule, method, app.view_functions[rule.endpoint].needs)  # type: ignore[attr-defined]
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in PUBLIC | SIGNED_IN
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"})
    ]


def address(app: Flask, rule: Rule, number: int = NOTHING) -> str:
    """An address of the route, with `number` wherever it wants one."""
    given = {
        name: WORDS.get(name, "x") if "path" in repr(converter) or name in WORDS else number
        for name, converter in rule._converters.items()
    }
    with app.test_request_context():
        return app.url_for(rule.endpoint, **given)


@pytest.fixture
def people(world: World) -> dict[Role, int]:
    """One person of each role, each with that role alone."""
    ids = {Role.REQUESTER: world.eva_id}
    with unit_of_work():
        for role in Role:
            if role is not Role.REQUESTER:
                person = add_person(f"{role.value}@example.net", name=role.value, now=clock_now())
                grant(person, role=role)
                ids[role] = person.id
    return ids


@pytest.mark.parametrize("role", list(Role))
def test_a_door_opens_to_whom_the_table_names_and_to_nobody_else(
    app: Flask, people: dict[Role, int], sign_in: SignIn, role: Role
) -> None:
    client = sign_in(people[role])
    wrong = []
    for rule, method, needed in doors(app):
        answer = client.open(address(app, rule), method=method)
        refused = answer.status_code == 403
        if refused is (needed in PERMISSIONS[role]) or answer.status_code >= 500:
            wrong.append((rule.endpoint, method, needed.name, answer.status_code))
    assert wrong == []


def test_a_stranger_is_sent_to_the_sign_in_or_away(app: Flask, people: dict[Role, int]) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    client = Browser(app, app.response_class, use_cookies=True)
    wrong = []
    for rule, method, _needed in doors(app):
        answer = client.open(address(app, rule), method=method)
        goes = answer.headers.get("Location", "")
        sent = answer.status_code == 302 and goes.startswith("/account/login")
        if not (sent if method == "GET" else answer.status_code == 401):
            wrong.append((rule.endpoint, method, answer.status_code))
    assert wrong == []


def test_somebody_who_has_left_is_a_stranger(
    app: Flask, world: World, people: dict[Role, int], sign_in: SignIn
) -> None:
    client = sign_in(people[Role.ADMINISTRATOR])
    assert client.get("/admin/").status_code == 200
    with unit_of_work():
        db.session.get_one(type(world.eva), people[Role.ADMINISTRATOR]).active = False
    assert client.get("/admin/").status_code == 302


def portal_doors(app: Flask) -> list[tuple[Rule, str]]:
    """The requester's doors that name a ticket."""
    return [
        (rule, method)
        for rule, method, _needed in doors(app)
        if rule.endpoint.startswith("portal.") and "number" in rule.arguments
    ]


def reads(client: FlaskClient, path: str, secret: str) -> bool:
    answer = client.get(path, follow_redirects=True)
    return secret in answer.get_data(as_text=True)


def test_another_requester_finds_no_trace_of_a_ticket_by_any_door(
    app: Flask, world: World, now: datetime, sign_in: SignIn
) -> None:
    secret = "Zirkonium"
    number = a_ticket(world, now, subject=f"The {secret} printer", text=f"{secret} is grey.")
    file = a_file(secret.encode(), f"{secret}.txt", "text/plain")
    an_answer(world, number, now, f"{secret} again", html=f"<p>{secret}</p>", files=(file,))
    a_note(world, number, now, f"An internal {secret}")
    with unit_of_work():
        stranger = add_person("someone@example.net", name="Someone Else", now=now).id
        attachment = db.session.scalars(db.select(Attachment.id)).one()
    client = sign_in(stranger)
    found = []
    for rule, method in portal_doors(app):
        path = address(app, rule, number)
        answer = client.open(path, method=method)
        if answer.status_code != 404 or secret in answer.get_data(as_text=True):
            found.append((rule.endpoint, method, answer.status_code))
    assert found == []
    others = ("/", f"/search?q={secret}", "/unit", f"/desk/search?q={secret}", "/fault")
    assert [path for path in others if reads(client, path, f"The {secret}")] == []
    file_there = f"/tickets/{number}/files/{attachment}/{secret}.txt"
    assert client.get(file_there).status_code == 404
    mine = sign_in(world.eva_id)
    assert reads(mine, "/", secret)
    assert reads(mine, f"/tickets/{number}", secret)
    assert reads(mine, file_there, secret)
    assert not reads(mine, f"/tickets/{number}", "An internal")
    assert not reads(mine, f"/search?q=internal+{secret}", "An internal")
