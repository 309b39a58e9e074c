from __future__ import annotations

import struct
import zlib

import pytest
from playwright.sync_api import expect

from helpdesk.core import clock
from tests.browser.conftest import PHONE, OpenPage, SignInAs, assert_clean
from tests.web.tickets import a_file, a_note, a_reply, a_ticket, an_answer
from tests.world import World

pytestmark = pytest.mark.one_database

# Below that nobody sees it (web.dev: 0.1 is good).
STEADY = 0.01
SHIFTS = (
    "window.shifted = 0; new PerformanceObserver((list) => { for (const entry of list.getEntries())"
    " if (!entry.hadRecentInput) window.shifted += entry.value; })"
    ".observe({ type: 'layout-shift', buffered: true });"
)


def picture(width: int, height: int) -> bytes:
    """A grey PNG that a browser draws."""
    lines = (b"\0" + b"\x99" * width) * height

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(lines)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


def a_long_ticket(world: World) -> int:
    now = clock.now()
    number = a_ticket(world, now)
    for turn in range(30):
        an_answer(world, number, now, f"Words {turn} of Eva")
    files = [
        a_file(picture(*size), name, "image/png")
        for size, name in (((640, 360), "wide.png"), ((300, 700), "high.png"))
    ]
    files.append(a_file(b"<script>document.title = 'got you'</script>", "fake.png", "image/png"))
    an_answer(world, number, now, "Look:", files=tuple(files))
    a_note(world, number, now, "Between us")
    a_reply(world, number, now, "We come at ten.")
    return number


def test_a_long_conversation_is_read_by_keyboard_and_pictures_are_looked_at(
    world: World, open_page: OpenPage, sign_in_as: SignInAs
) -> None:
    number = a_long_ticket(world)
    page = open_page()
    page.add_init_script(SHIFTS)
    sign_in_as(page, world.agnes_id)
    page.goto(f"/desk/tickets/{number}")
    expect(page.locator("article[data-message]")).to_have_count(13)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.shifted") < STEADY

    # Older ones by key, and the inside of one of them when it is opened.
    page.keyboard.press("o")
    expect(page.locator("article[data-message]")).to_have_count(34)
    expect(page.locator(".gap")).to_have_count(0)
    summary = page.locator("details.message-folded summary").first
    expect(summary).to_be_focused()
    page.keyboard.press("j")
    expect(summary).not_to_be_focused()
    page.keyboard.press("k")
    expect(summary).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("details.message-folded[open] .message-words")).to_have_text(
        "Words 0 of Eva"
    )
    assert_clean(page)

    # Only what is a picture is drawn as one; the viewer gives the focus back.
    thumbnails = page.locator("a.picture img")
    expect(thumbnails).to_have_count(2)
    page.locator("a.picture").first.click()
    expect(page.locator("#viewer")).to_be_visible()
    assert_clean(page)
    page.keyboard.press("ArrowRight")
    expect(page.locator("#viewer-name")).to_have_text("high.png")
    page.keyboard.press("Escape")
    expect(page.locator("a.picture").nth(1)).to_be_focused()

    # The subject is changed where it stands, and Escape leaves it as it was.
    page.keyboard.press("e")
    expect(page.locator("[name=rename-subject]")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_a_picture_in_a_reply_survives_a_reload_on_a_telephone(
    world: World, open_page: OpenPage, sign_in_as: SignInAs
) -> None:
    number = a_ticket(world, clock.now())
    page = open_page(viewport=PHONE)
    page.add_init_script(SHIFTS)
    sign_in_as(page, world.agnes_id)
    page.goto("/desk/all")
    page.locator(".pick").first.check()
    expect(page.get_by_role("button", name="See what will happen")).to_be_in_viewport()
    assert page.evaluate("window.shifted") < STEADY
    page.goto(f"/desk/tickets/{number}")
    page.locator("#reply > summary").click()
    page.get_by_text("Add others").click()
    page.fill("[name=reply-cc]", "oskar@example.org")
    expect(page.locator("[data-also]")).to_have_text("As a copy also to oskar@example.org.")
    shot = {"name": "shot.png", "mimeType": "image/png", "buffer": picture(200, 100)}
    page.set_input_files("#reply-files", [shot])  # type: ignore[list-item]
    expect(page.locator(".composer-reply [data-carried] img")).to_be_visible()
    page.reload()
    expect(page.locator(".composer-reply [data-carried] .file-name")).to_have_text("shot.png")
    assert_clean(page)
    page.fill("#reply-text", "Like this")
    page.get_by_role("button", name="Send reply").click()
    expect(page.locator("article[data-message]").last).to_contain_text("shot.png")
    assert (
        page.locator("article[data-message] a.picture img").evaluate("(one) => one.naturalWidth")
        == 200
    )
