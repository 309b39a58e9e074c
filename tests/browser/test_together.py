"""Two agents at one ticket at once, each in a browser of their own."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from helpdesk.core import clock
from helpdesk.core.db import unit_of_work
from helpdesk.domain.presence.actions import be_at
from helpdesk.domain.presence.models import Doing
from tests.browser.conftest import PHONE, OpenPage, SignInAs, assert_clean
from tests.web.tickets import a_reply, a_ticket, an_answer
from tests.world import World

# What a browser shows does not depend on the database; the tests of the pages run on both.
pytestmark = pytest.mark.one_database


@pytest.fixture
def number(world: World) -> int:
    return a_ticket(world, clock.now())


def look_now(page: Page) -> None:
    """As if the reader had come back to the page, which asks at once then."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_two_agents_see_each_other_and_neither_loses_a_word(
    world: World, number: int, open_page: OpenPage, sign_in_as: SignInAs
) -> None:
    first, second = open_page(), open_page(viewport=PHONE)
    sign_in_as(first, world.admin_id)
    sign_in_as(second, world.agnes_id)
    first.goto(f"/desk/tickets/{number}")
    second.goto(f"/desk/tickets/{number}")
    expect(second.locator("[data-here]")).to_have_text("AA Ada Admin is reading this")
    expect(first.locator("[data-here]")).to_contain_text("Agnes Agent is reading this")
    assert_clean(second)

    # What one writes is told to the other while it is written, and is in nobody's way.
    first.keyboard.press("r")
    first.locator("#reply-text").press_sequentially("It is the drum. I have ordered one.")
    expect(second.locator("[data-here]")).to_contain_text("Ada Admin is writing a reply")
    second.locator("#note > summary").click()
    second.locator("#note-text").fill("Half a thought about the")
    second.locator("#note-text").press("End")
    first.get_by_role("button", name="Send reply").click()
    expect(first.locator("article[data-message]")).to_have_count(2)

    # The reply announces itself and waits; nothing has moved, and the half thought stays.
    news = second.locator("[data-news] button")
    expect(news).to_contain_text("Ada Admin sent a reply, 1 change")
    expect(second).to_have_title(f"(2) #{number} The printer prints stripes – IT helpdesk")
    expect(second.locator("article[data-message]")).to_have_count(1)
    expect(second.locator("#note-text")).to_be_focused()
    assert_clean(second)

    # Whoever sends without having looked is told what happened, and keeps the words.
    second.get_by_role("button", name="Keep note").click()
    warning = second.locator(".ticket-head .alert")
    expect(warning).to_contain_text("This ticket has changed since you opened it")
    expect(warning).to_contain_text("It is the drum")
    expect(second.locator("#note-text")).to_have_value("Half a thought about the")


def test_news_come_into_the_page_around_what_is_being_written(
    world: World, number: int, open_page: OpenPage, sign_in_as: SignInAs
) -> None:
    page, other = open_page(), open_page()
    sign_in_as(page, world.agnes_id)
    sign_in_as(other, world.admin_id)
    page.goto(f"/desk/tickets/{number}")
    page.keyboard.press("r")
    page.locator("#reply-text").fill("I write and")
    an_answer(world, number, clock.now(), "It prints dots now.")
    look_now(page)
    news = page.locator("[data-news] button")
    expect(news).to_have_text("Eva Ek answered Show")
    news.click()
    expect(page.locator("#conversation article").last).to_contain_text("It prints dots now.")
    expect(page.locator("#conversation article").last).to_be_focused()
    expect(news).to_have_count(0)
    expect(page.locator("#reply-text")).to_have_value("I write and")
    expect(page).to_have_title(f"#{number} The printer prints stripes – IT helpdesk")

    # A choice that was made and not sent yet stays, and its form tells what has changed.
    page.locator("#assign-person").fill("Oskar")
    page.locator("#assign-person").press("Tab")
    other.goto(f"/desk/tickets/{number}")
    other.get_by_role("button", name="Take it").click()
    look_now(page)
    expect(news).to_contain_text("Taken by Ada Admin")
    news.click()
    expect(page.locator("#ticket-facts")).to_contain_text("Ada Admin works on it")
    expect(page.locator("#assign-person")).to_have_value("Oskar Operator")
    assert_clean(page)
    page.locator(".assign").get_by_role("button", name="Assign").click()
    expect(page.locator(".ticket-head .alert")).to_contain_text("Taken by Ada Admin")

    # The words are a draft by now, and were seen beside all that has happened: they may go.
    page.locator("#reply > summary").click()
    expect(page.locator("#reply-text")).to_have_value("I write and")
    page.get_by_role("button", name="Send reply").click()
    expect(page.locator("article[data-message]")).to_have_count(3)

    # What nobody has touched is brought in place, and one types in it as before.
    other.reload()
    other.get_by_role("button", name="Wait for the requester").click()
    look_now(page)
    news.click()
    expect(page.locator("#ticket-side .panel").first).to_contain_text("Waiting")
    page.locator("#assign-person").fill("Agnes")
    expect(page.locator("#assign-person-list li")).to_contain_text("Agnes Agent")

    # Whoever leaves is gone within the moment.
    expect(page.locator("[data-here]")).to_contain_text("Ada Admin is reading this")
    other.goto("/desk/all")
    look_now(page)
    expect(page.locator("[data-here]")).to_be_empty()


def test_a_list_and_a_requesters_page_say_what_is_new_and_wait(
    world: World, number: int, open_page: OpenPage, sign_in_as: SignInAs
) -> None:
    a_list, requester = open_page(), open_page(viewport=PHONE)
    sign_in_as(a_list, world.agnes_id)
    sign_in_as(requester, world.eva_id)
    a_list.goto("/desk/all")
    requester.goto(f"/tickets/{number}")
    requester.locator("#text").fill("Half a question")
    a_list.locator(".pick").check()
    a_ticket(world, clock.now(), subject="Another one")
    a_reply(world, number, clock.now(), "Try it again.")
    with unit_of_work():
        be_at(number, doing=Doing.READING, by_id=world.admin_id, now=clock.now())
    look_now(a_list)
    look_now(requester)

    news = a_list.locator("[data-list-news] button")
    expect(news).to_contain_text("2 tickets are new or changed")
    expect(a_list.locator("[data-row]")).to_have_count(1)
    expect(a_list.locator("[data-looking]").first).to_have_text("Ada Admin is looking")
    assert_clean(a_list)
    a_list.keyboard.press(".")
    expect(a_list.locator("[data-row]")).to_have_count(2)
    expect(a_list.locator(".pick:checked")).to_have_count(1)
    expect(a_list.locator("[data-picked-count]").first).to_have_text("1")
    expect(news).to_have_count(0)

    told = requester.locator(".portal-news button")
    expect(told).to_have_text("1 new message Show")
    assert_clean(requester)
    told.click()
    expect(requester.locator("#conversation article").last).to_contain_text("Try it again.")
    expect(requester.locator("#stand")).to_contain_text("We are working on it")
    expect(requester.locator("#text")).to_have_value("Half a question")
    expect(told).to_have_count(0)
