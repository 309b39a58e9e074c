from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from helpdesk.core import clock
from tests.browser.conftest import PHONE, OpenPage, SignInAs, assert_clean
from tests.web.tickets import a_note, a_reply, a_ticket, an_answer, an_original, harmless
from tests.world import World

# What a browser shows does not depend on the database; the tests of the pages run on both.
pytestmark = pytest.mark.one_database

LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 3


def test_an_agent_takes_answers_and_resolves_a_ticket(
    world: World, open_page: OpenPage, sign_in_as: SignInAs, tmp_path: Path
) -> None:
    number = a_ticket(world, clock.now())
    page = open_page()
    sign_in_as(page, world.agnes_id)
    page.get_by_role("link", name="Unassigned").first.click()
    page.get_by_role("link", name="The printer prints stripes").click()
    page.get_by_role("button", name="Take it").click()
    expect(page.get_by_role("status")).to_contain_text("It is yours now.")

    plan = tmp_path / "plan.txt"
    plan.write_text("what to do")
    page.keyboard.press("r")
    expect(page.get_by_text("Goes to Eva Ek <eva@example.com>")).to_be_visible()
    expect(page.locator("#reply-text")).to_be_focused()
    page.keyboard.type("It is mended now.")
    page.set_input_files("#reply-files", plan)
    page.get_by_role("button", name="Send and resolve").click()

    expect(page.get_by_role("status")).to_contain_text("Eva Ek will get a mail.")
    assert re.search(rf"/desk/tickets/{number}#message-\d+$", page.url)
    said = page.locator("article[data-message]").last
    expect(said).to_contain_text("It is mended now.")
    expect(said).to_contain_text("plan.txt")
    expect(page.locator(".ticket-line")).to_contain_text("Resolved")
    # The draft is forgotten once its words are seen in the conversation.
    page.reload()
    assert page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('draft:'))") == []
    page.goto("/desk/done")
    expect(page.get_by_role("link", name="The printer prints stripes")).to_be_visible()


def test_two_agents_at_once_lose_no_words(
    world: World, open_page: OpenPage, sign_in_as: SignInAs
) -> None:
    number = a_ticket(world, clock.now())
    agnes, oskar = open_page(), open_page(locale="sv-SE")
    sign_in_as(agnes, world.agnes_id)
    sign_in_as(oskar, world.oskar_id)
    for page in (agnes, oskar):
        page.goto(f"/desk/tickets/{number}")
        page.keyboard.press("r")
        page.fill("#reply-text", f"Words of {'agnes' if page is agnes else 'oskar'}")
    oskar.locator(".composer-reply button[type=submit]").first.click()
    expect(oskar.locator("article[data-message]")).to_have_count(2)

    agnes.get_by_role("button", name="Send reply").click()
    warning = agnes.get_by_role("status").filter(has_text="has changed since you opened it")
    expect(warning).to_contain_text("Oskar Operator sent a reply: “Words of oskar”")
    expect(agnes.locator("#reply-text")).to_have_value("Words of agnes")
    assert_clean(agnes)
    agnes.get_by_role("button", name="Send reply").click()
    expect(agnes.locator("article[data-message]")).to_have_count(3)


def test_the_desk_works_without_javascript(
    world: World, open_page: OpenPage, sign_in_as: SignInAs
) -> None:
    number = a_ticket(
        world,
        clock.now(),
        text="Hello\n-- \nEva",
        newest="Hello",
        html=harmless("<p>Hello</p><p>-- <br>Eva</p>"),
    )
    page = open_page(java_script_enabled=False)
    sign_in_as(page, world.agnes_id)
    page.goto(f"/desk/tickets/{number}")
    page.get_by_text("Show as it was sent").click()
    expect(page.frame_locator("iframe").get_by_text("Hello")).to_be_visible()
    page.locator("#note > summary").click()
    page.fill("#note-text", "Only for us")
    page.get_by_role("button", name="Keep note").click()
    expect(page.locator("article.note")).to_contain_text("Only for us")
    page.select_option("#assign-person", label="Oskar Operator")
    page.get_by_role("button", name="Assign", exact=True).click()
    expect(page.locator(".ticket-line")).to_contain_text("Oskar Operator works on it")
    page.get_by_role("button", name="Start work").click()
    expect(page.locator(".ticket-line")).to_contain_text("Open")
    page.locator("details.decide").first.locator("summary").click()
    page.select_option("#place-service", label="E-mail")
    page.locator("details.decide").first.get_by_role("button", name="Save").click()
    expect(page.locator(".ticket-side")).to_contain_text("E-mail")


def test_writing_first_offers_people_while_one_types(
    world: World, open_page: OpenPage, sign_in_as: SignInAs
) -> None:
    page = open_page()
    sign_in_as(page, world.agnes_id)
    page.get_by_role("link", name="New ticket").click()
    page.wait_for_url("**/desk/new")
    page.locator("#to").press_sequentially("Eva")
    expect(page.locator("#people option")).to_have_attribute("value", "Eva Ek <eva@example.com>")
    page.fill("#to", "Eva Ek <eva@example.com>")
    page.fill("#subject", "Your printer")
    page.fill("#text", "We come at ten.")
    page.get_by_role("button", name="Create ticket").click()
    expect(page.get_by_role("heading", name="Your printer")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("Eva Ek will get a mail.")


@pytest.mark.parametrize(
    ("size", "theme"), [(PHONE, "dark"), ({"width": 1440, "height": 900}, "light")]
)
def test_no_page_of_the_desk_has_a_fault_that_a_machine_can_find(
    world: World,
    open_page: OpenPage,
    sign_in_as: SignInAs,
    size: dict[str, int],
    theme: str,
) -> None:
    now = clock.now()
    number = a_ticket(world, now, subject=LONG, text=f"Hello\n{LONG}", verified=False)
    a_reply(world, number, now, "Which one?", cc=[world.oskar])
    a_note(world, number, now, f"Between us {LONG}")
    table = harmless(f"<table><tr><td>{LONG}</td></tr></table>")
    message_id = an_answer(world, number, now, "This:", html=table)
    raw = f"From: Eva <eva@example.com>\nSubject: {LONG}\n\n{LONG}".encode()
    an_original(world, number, message_id, raw, now)
    page = open_page(viewport=size, color_scheme=theme)
    sign_in_as(page, world.agnes_id)
    for path in (
        "/desk/mine",
        "/desk/all",
        "/desk/service-desk",
        f"/desk/tickets/{number}",
        f"/desk/tickets/{number}#reply",
        f"/desk/messages/{message_id}/original",
        "/desk/new",
        "/desk/search",
        "/desk/search?q=hello",
        "/desk/search?q=nothing+like+it",
    ):
        page.goto(path)
        if path.endswith("#reply"):
            page.keyboard.press("r")
        assert_clean(page)


def test_the_keyboard_reaches_what_one_does_all_day(
    world: World, open_page: OpenPage, sign_in_as: SignInAs
) -> None:
    number = a_ticket(world, clock.now())
    page = open_page()
    sign_in_as(page, world.agnes_id)
    page.goto("/desk/all")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/desk/tickets/{number}")
    page.keyboard.press("a")
    expect(page.locator("#assign-person")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("s")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Start work")).to_be_focused()
    page.keyboard.press("t")
    expect(page.locator("#note-text")).to_be_focused()
