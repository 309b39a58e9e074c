"""Words that go another way, in a real browser: a supplier, a mention, one line that registers."""

from __future__ import annotations

from playwright.sync_api import expect

from helpdesk.core import clock
from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.accounts.queries import person_by_address
from helpdesk.domain.correspondence.models import OutboundMail
from helpdesk.domain.tickets.actions import Words, receive_from_supplier
from helpdesk.domain.tickets.models import Conversation
from helpdesk.domain.tickets.queries import ticket_by_number
from tests.browser.conftest import PHONE, OpenPage, SignInAs
from tests.gallery.pictures import axe_complaints
from tests.web.tickets import a_ticket
from tests.world import World


def mails() -> list[tuple[str, str, str]]:
    """What was put into the outbox, in order."""
    db.session.rollback()
    rows = db.session.scalars(db.select(OutboundMail).order_by(OutboundMail.id))
    return [(row.notification, row.to_address, row.state) for row in rows]


def test_an_agent_asks_a_supplier_mentions_a_colleague_and_the_requester_sees_neither(
    world: World, open_page: OpenPage, sign_in_as: SignInAs
) -> None:
    number = a_ticket(world, clock.now())
    page = open_page()
    sign_in_as(page, world.agnes_id)
    page.goto(f"/desk/tickets/{number}")
    page.keyboard.press("p")
    page.fill("#supplier-to", "Sara Sund <sara@cables.example>")
    page.fill("#supplier-subject", "Cables")
    page.fill("#supplier-text", "Oops")
    page.get_by_role("button", name="Send to the supplier").click()
    # Taken back, and written again in the conversation that is there now.
    page.get_by_role("button", name="Undo").click()
    area = page.locator("textarea[id^=s][id$=-text]").first
    expect(area).to_have_value("Oops")
    area.fill("When can you come?")
    assert axe_complaints(page) == []
    page.get_by_role("button", name="Send and wait for the supplier").first.click()
    band = page.locator(".with-supplier").last
    expect(band).to_contain_text("Supplier: Sara Sund · The requester does not see this")
    expect(page.locator(".ticket-line")).to_contain_text("Waiting for a supplier")

    with unit_of_work():
        ticket = ticket_by_number(number, lock=True)
        assert ticket
        receive_from_supplier(
            ticket,
            Words("On Monday at nine.", sender="sara@cables.example", channel="mail"),
            conversation=db.session.scalars(db.select(Conversation)).one(),
            by=person_by_address("sara@cables.example"),
            now=clock.now(),
        )
    page.goto(f"/desk/tickets/{number}")
    expect(page.locator(".with-supplier").last).to_contain_text("On Monday at nine.")

    page.keyboard.press("a")
    expect(page.get_by_role("combobox", name="Assigned to")).to_be_focused()
    page.keyboard.type("nob")
    expect(page.get_by_role("option", name="Nobody")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    note = page.locator("#note-text")
    note.press_sequentially("Ask @osk")
    expect(page.get_by_role("option", name="@Oskar Operator")).to_be_visible()
    page.keyboard.press("Enter")
    expect(note).to_have_value("Ask @Oskar Operator ")
    note.press_sequentially("please")
    page.get_by_role("button", name="Keep note").click()
    expect(page.locator(".note .mention")).to_have_text("@Oskar Operator")
    assert axe_complaints(page) == []
    assert mails() == [
        ("received", "eva@example.com", "waiting"),
        ("asked-of-you", "sara@cables.example", "cancelled"),
        ("asked-of-you", "sara@cables.example", "waiting"),
        ("supplier-answered", "agnes@example.org", "waiting"),
        ("mentioned-you", "oskar@example.org", "waiting"),
    ]

    page.keyboard.press("a")
    page.keyboard.type("oper")
    page.keyboard.press("Enter")
    expect(page.locator(".ticket-line")).to_contain_text("Oskar Operator works on it")

    # The same on the phone, and nothing of it on the requester's page.
    phone = open_page(viewport=PHONE)
    sign_in_as(phone, world.agnes_id)
    phone.goto(f"/desk/tickets/{number}")
    expect(phone.locator(".with-supplier").last).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert axe_complaints(phone) == []
    requester = open_page()
    sign_in_as(requester, world.eva_id)
    requester.goto(f"/tickets/{number}")
    for words in ("Sara", "Monday", "Oskar", "When can you come"):
        expect(requester.locator("main")).not_to_contain_text(words)


def test_one_box_searches_and_registers(
    world: World, open_page: OpenPage, sign_in_as: SignInAs
) -> None:
    page = open_page()
    sign_in_as(page, world.agnes_id)
    # "/" and words: Enter searches, and the last choice registers.
    page.keyboard.press("/")
    page.keyboard.type("Nothing prints")
    offer = page.get_by_role("option", name="Register “Nothing prints” as a ticket")
    expect(offer).to_be_visible()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Nothing prints")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#text")).to_have_value("Nothing prints")
    assert axe_complaints(page) == []

    # "n" is the same box, ready to register.
    page.goto("/desk/mine")
    page.keyboard.press("n")
    page.keyboard.type("for:eva@example.com The e-mail is slow")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="The e-mail is slow")).to_be_visible()
    expect(page.locator(".ticket-side")).to_contain_text("Eva Ek")
    expect(page.get_by_role("status")).to_contain_text("Eva Ek will get a mail.")

    page.keyboard.press("/")
    page.keyboard.type("printing")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/search?q=printing")
