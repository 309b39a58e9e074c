"""The pages of business units, roles in words, and somebody's unit."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask.testing import FlaskClient

from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.accounts.actions import add_person
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.accounts.units import unit_by_key
from tests.domain.test_units import a_unit, the
from tests.web.admin_forms import send
from tests.web.conftest import SignIn
from tests.world import World

pytestmark = pytest.mark.one_database


@pytest.fixture
def admin(sign_in: SignIn, world: World) -> FlaskClient:
    return sign_in(world.admin_id)


def test_a_unit_is_added_changed_and_found_in_the_log(
    admin: FlaskClient, world: World, now: datetime
) -> None:
    assert "No business units yet" in admin.get("/admin/units").text
    top = a_unit("company", now)
    answer = send(
        admin,
        "/admin/units/new",
        key="sales",
        name_en="Sales",
        name_sv="Försäljning",
        parent=str(top),
        senders="@sales.example.com\n*.shop.example.com",
    )
    assert "Saved." in answer.text
    db.session.rollback()
    unit = unit_by_key("sales")
    assert unit is not None
    assert [each.pattern for each in unit.senders] == ["sales.example.com", "shop.example.com"]
    assert (unit.parent_id, unit.sharing, unit.active) == (top, "off", True)
    send(admin, f"/admin/people/{world.eva_id}/edit", unit=str(unit.id))
    assert "One person belongs to it." in admin.get(f"/admin/units/{unit.id}").text
    path = f"/admin/units/{unit.id}"
    assert (
        "Nobody is known by the address x@y.example."
        in send(admin, path, readers="x@y.example").text
    )
    send(admin, path, sharing="chosen", readers="eva@example.com")
    db.session.rollback()
    assert [each.person_id for each in the(unit.id).readers] == [world.eva_id]
    log = admin.get("/admin/changes").text
    for words in ("only who asked", "chosen people", "Whose mail is theirs", "eva@example.com"):
        assert words in log
    assert "It is used" in admin.post(f"{path}/delete", follow_redirects=True).text
    listed = admin.get(f"/admin/people?who=all&unit={unit.id}").text
    assert "Eva Ek" in listed
    assert "Agnes Agent" not in listed


def test_people_known_already_are_taken_in(admin: FlaskClient, world: World, now: datetime) -> None:
    with unit_of_work():
        person_id = add_person("p@sales.example.net", now=now).id
    unit_id = a_unit("sales", now, senders=["sales.example.net"])
    answer = admin.post(f"/admin/units/{unit_id}/take-in", follow_redirects=True)
    assert "One person was taken in." in answer.text
    db.session.rollback()
    assert db.session.get_one(Person, person_id).business_unit_id == unit_id


def test_what_cannot_be_is_said_at_its_field(
    admin: FlaskClient, world: World, now: datetime
) -> None:
    first, second = a_unit("first", now, senders=["example.net"]), a_unit("second", now)
    path = f"/admin/units/{second}"
    assert "belongs to another unit" in send(admin, path, senders="example.net").text
    assert "is neither a domain nor" in send(admin, path, senders="nonsense").text
    send(admin, path, parent=str(first))
    said = send(admin, f"/admin/units/{first}", parent=str(second)).text
    assert "A unit cannot stand below itself." in said


def test_roles_say_what_each_may_do(admin: FlaskClient, sign_in: SignIn, world: World) -> None:
    page = admin.get("/admin/people/roles").text
    assert "Take tickets, reply, write notes and decide" in page
    assert page.count("<tr") > 15
    assert "Works on tickets: sees all of them" in admin.get("/admin/people/new").text
    assert sign_in(world.agnes_id).get("/admin/people/roles").status_code == 403
    assert sign_in(world.agnes_id).get("/admin/units").status_code == 403
