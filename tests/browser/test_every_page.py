"""A walk through the pages that no story passes, and through the main ones at 400 %."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from helpdesk.core import clock
from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.routing.models import RoutingRule
from helpdesk.domain.views.actions import keep_view
from tests.browser.conftest import PHONE, OpenPage, SignInAs, assert_clean
from tests.domain.test_units import a_unit
from tests.web.tickets import a_ticket, an_answer
from tests.world import World

# What a browser shows does not depend on the database; the tests of the pages run on both.
pytestmark = pytest.mark.one_database

# 1280 pixels at 400 %: WCAG 1.4.10 asks that nothing has to be scrolled in two directions there.
MAGNIFIED = {"width": 320, "height": 640}
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk" * 3

OF_THE_DESK = ("/desk/register", "/desk/views/1", "/desk/recent", "/desk/tickets/1/notice")
OF_ADMINISTRATION = (
    *("/admin/people/new", "/admin/functions/1", "/admin/functions/new", "/admin/queues"),
    *("/admin/queues/new", "/admin/queues/1/empty", "/admin/services/1", "/admin/services/new"),
    *("/admin/units", "/admin/units/new", "/admin/rules/1", "/admin/rules/1/delete"),
    *("/admin/rules/1/switch", "/admin/notifications/back-again/sv"),
)
OF_REQUESTERS = ("/search?q=printer", "/search?q=nothing+like+it", "/unit", "/fault/received/1")

MAGNIFIED_FOR_AGENTS = (
    *("/desk/all", "/desk/tickets/1", "/desk/search?q=printer", "/me"),
    *("/admin/", "/admin/people", "/admin/mailboxes"),
)
MAGNIFIED_FOR_REQUESTERS = ("/", "/tickets/1", "/fault")


@pytest.fixture
def number(world: World) -> int:
    """A ticket with words from both sides, and one row of whatever else has a page."""
    now = clock.now()
    number = a_ticket(world, now, subject=f"The printer prints {LONG}", text=f"Hello\n{LONG}")
    an_answer(world, number, now, "Still grey.")
    unit_id = a_unit("sales", now, sharing="everybody")
    with unit_of_work():
        world.eva.business_unit_id = unit_id
        db.session.add(RoutingRule(name="Printers", words="printer"))
        keep_view(
            "Printers",
            filters={"list": "all"},
            columns=("requester", "changed"),
            sort="changed",
            by=world.admin,
            now=now,
        )
    return number


def walk(page: Page, path: str) -> None:
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == 200, path


def test_pages_that_no_story_passes_have_no_fault_that_a_machine_can_find(
    world: World, number: int, open_page: OpenPage, sign_in_as: SignInAs
) -> None:
    staff = open_page(color_scheme="dark")
    sign_in_as(staff, world.admin_id)
    for path in (*OF_THE_DESK, *OF_ADMINISTRATION):
        walk(staff, path)
        assert_clean(staff)
    requester = open_page(viewport=PHONE)
    sign_in_as(requester, world.eva_id)
    for path in OF_REQUESTERS:
        walk(requester, path)
        assert_clean(requester)


def test_the_main_pages_are_read_at_four_times_the_size(
    world: World, number: int, open_page: OpenPage, sign_in_as: SignInAs
) -> None:
    for person_id, paths in (
        (world.admin_id, MAGNIFIED_FOR_AGENTS),
        (world.eva_id, MAGNIFIED_FOR_REQUESTERS),
    ):
        page = open_page(viewport=MAGNIFIED)
        sign_in_as(page, person_id)
        for path in paths:
            walk(page, path)
            assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), path
            if path == "/desk/tickets/1":
                page.keyboard.press("r")
                assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
