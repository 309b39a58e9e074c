"""Routing rules: added, tried on mail that came, reordered, switched off, deleted."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from helpdesk.core.config import Settings
from helpdesk.core.db import db
from helpdesk.domain.configuration.models import ConfigurationChange
from helpdesk.domain.routing.models import RoutingRule
from helpdesk.domain.routing.queries import rules
from tests.mail.letters import Road, letter, ticket_of
from tests.web.admin_forms import send
from tests.web.conftest import SignIn
from tests.world import World

pytestmark = pytest.mark.one_database


@pytest.fixture
def road(world: World, settings: Settings, now: datetime) -> Road:
    return Road(settings)


@pytest.fixture
def admin(sign_in: SignIn, world: World) -> FlaskClient:
    return sign_in(world.admin_id)


def names() -> list[str]:
    db.session.rollback()
    return [rule.name for rule in rules()]


def rule_named(name: str) -> RoutingRule:
    db.session.rollback()
    return db.session.scalars(select(RoutingRule).where(RoutingRule.name == name)).one()


def kinds_of_changes() -> list[tuple[str, str]]:
    db.session.rollback()
    found = db.session.scalars(select(ConfigurationChange).order_by(ConfigurationChange.id))
    return [(change.what, change.name) for change in found]


def add(admin: FlaskClient, name: str, **given: object) -> None:
    answer = send(admin, "/admin/rules/new", name=name, **given)
    assert "The rule is there." in answer.text


def test_a_rule_that_is_added_places_the_next_mail(
    admin: FlaskClient, road: Road, world: World
) -> None:
    add(admin, "Printers", words="printer", queue=str(world.technical_queue_id), priority="2")
    ticket = ticket_of(road.take(letter()))
    assert (ticket.queue_id, ticket.priority) == (world.technical_queue_id, 2)
    assert kinds_of_changes() == [("added", "Printers")]
    assert "Printers" in admin.get("/admin/rules").text


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": ""}, "Give the rule a name."),
        ({"name": "First"}, "There is a rule with this name already."),
        ({"name": "Second", "header": "X-Priority"}, "a colon"),
        ({"name": "Second", "header": ": 1"}, "Write the name of the header"),
        ({"name": "Second", "queue": "4711"}, "Not a valid choice"),
    ],
)
def test_what_is_wrong_with_a_rule_is_said(
    admin: FlaskClient, world: World, wrong: dict[str, str], words: str
) -> None:
    add(admin, "First", subject="x")
    assert words in send(admin, "/admin/rules/new", **wrong).text
    assert names() == ["First"]


def test_a_rule_is_tried_before_it_is_saved(admin: FlaskClient, road: Road, world: World) -> None:
    road.take(letter())
    road.take(letter(subject="Something else", text="Nothing of that kind."))
    add(admin, "Printers", words="printer")
    answer = send(admin, "/admin/rules/new", name="Everything", **{"try": "1"})
    assert "It would place 1 of the latest 2 mails." in answer.text
    assert "The printer is dead" not in answer.text
    assert "Something else" in answer.text
    assert "holds for every mail" in answer.text
    assert names() == ["Printers"]


def test_a_change_of_a_rule_shows_what_it_lets_go(
    admin: FlaskClient, road: Road, world: World
) -> None:
    road.take(letter())
    add(admin, "Printers", words="printer")
    path = f"/admin/rules/{rule_named('Printers').id}"
    answer = send(admin, path, words="scanner", **{"try": "1"})
    assert "It would place 0 of the latest 1 mails." in answer.text
    assert "One mail that it places today would go elsewhere." in answer.text
    assert rule_named("Printers").words == "printer"
    send(admin, path, words="scanner")
    assert rule_named("Printers").words == "scanner"


def test_rules_are_moved_up_and_down(admin: FlaskClient, world: World) -> None:
    for name in ("A", "B", "C"):
        add(admin, name, subject=name)
    third = rule_named("C").id
    admin.post(f"/admin/rules/{third}/move", data={"way": "up"})
    assert names() == ["A", "C", "B"]
    admin.post(f"/admin/rules/{third}/move", data={"way": "up"})
    admin.post(f"/admin/rules/{third}/move", data={"way": "up"})
    assert names() == ["C", "A", "B"]
    admin.post(f"/admin/rules/{third}/move", data={"way": "down"})
    assert names() == ["A", "C", "B"]


def test_a_rule_that_is_switched_off_places_nothing(
    admin: FlaskClient, road: Road, world: World
) -> None:
    add(admin, "Printers", words="printer", queue=str(world.technical_queue_id))
    rule_id = rule_named("Printers").id
    admin.post(f"/admin/rules/{rule_id}/switch", data={"active": "0"})
    assert ticket_of(road.take(letter())).queue_id == world.queue_id
    # What it would do is shown before, and looking switches nothing on.
    shown = admin.get(f"/admin/rules/{rule_id}/switch").text
    assert "It would place 1 of the latest 1 mails." in shown
    assert not rule_named("Printers").active
    admin.post(f"/admin/rules/{rule_id}/switch", data={"active": "1"})
    assert ticket_of(road.take(letter())).queue_id == world.technical_queue_id


def test_a_rule_is_deleted_only_after_it_was_asked(admin: FlaskClient, world: World) -> None:
    add(admin, "Printers", words="printer")
    path = f"/admin/rules/{rule_named('Printers').id}/delete"
    assert "It cannot be undone." in admin.get(path).text
    assert names() == ["Printers"]
    assert "is deleted." in admin.post(path, follow_redirects=True).text
    assert names() == []
    assert kinds_of_changes()[-1] == ("deleted", "Printers")
    assert admin.get("/admin/changes").status_code == 200


def test_written_words_are_tried(admin: FlaskClient, world: World) -> None:
    add(admin, "Payroll", sender="@payroll.example.com", queue=str(world.technical_queue_id))
    add(admin, "Later", words="salary")
    asked = {"sender": "Robot@Payroll.example.com", "subject": "salary", "text": "x"}
    text = admin.get("/admin/rules/try", query_string=asked).text
    assert "The rule “Payroll” decides." in text
    assert "Technical operations" in text
    assert "Later" in text.split("asked later")[1]
    text = admin.get("/admin/rules/try", query_string={"subject": "else"}).text
    assert "No rule holds" in text


def test_a_mail_that_came_is_tried_with_its_headers(
    admin: FlaskClient, road: Road, world: World
) -> None:
    row = road.take(letter(X_Priority="1 (Highest)"))
    add(admin, "Urgent", header="x-priority: 1")
    text = admin.get(f"/admin/rules/try?mail={row.id}").text
    assert "The rule “Urgent” decides." in text


def test_the_latest_mail_is_counted_by_rule(admin: FlaskClient, road: Road, world: World) -> None:
    for _ in range(3):
        road.take(letter())
    road.take(letter(subject="Else", text="Else"))
    add(admin, "Printers", words="printer")
    text = admin.get("/admin/rules/try?history=1").text
    assert "<span>Printers</span> <strong>3</strong>" in text
    assert "<strong>1</strong>" in text
    assert "4 mails were read." in text


def test_a_mail_that_is_not_there_cannot_be_tried(admin: FlaskClient, world: World) -> None:
    assert "Not a valid choice" in admin.get("/admin/rules/try?mail=4711").text


def test_there_is_no_such_rule(admin: FlaskClient, world: World) -> None:
    assert admin.get("/admin/rules/4711").status_code == 404
    assert admin.post("/admin/rules/4711/move", data={"way": "up"}).status_code == 404
