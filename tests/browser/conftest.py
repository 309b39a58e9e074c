"""A real Chromium in front of the real application, served on a port of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect
from werkzeug.serving import make_server

from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.accounts.models import Person
from helpdesk.web.account import set_password
from tests.gallery.pictures import axe_complaints

PASSWORD = "correct horse battery"
PHONE = {"width": 390, "height": 844}
WIDE = {"width": 1440, "height": 900}
# Only what never comes meets the limit: a busy machine needs several times longer than a quiet one.
PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)

OpenPage = Callable[..., Page]
SignInAs = Callable[[Page, int], None]


@pytest.fixture
def lends_engine() -> bool:
    """A request that is still under way when its test ends keeps to that test's database."""
    return False


@pytest.fixture
def site(app: Flask) -> Iterator[str]:
    """The address of the running application."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def open_page(chromium: Browser, site: str) -> Iterator[OpenPage]:
    """`open_page()` gives an empty page of a new visitor; keywords go to the browser's context.

    A script's error, a refused style or a failed request of any of them fails the test.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def new(**options: object) -> Page:
        chosen: dict[str, object] = {"viewport": WIDE, "locale": "en-GB", "base_url": site}
        context = chromium.new_context(**(chosen | {"reduced_motion": "reduce"} | options))  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda said: (
                complaints.append(said.text)
                # The browser reports each answer above 399, also the ones that are meant.
                if said.type == "error" and "status of 4" not in said.text
                else None
            ),
        )
        return page

    yield new
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def sign_in_as(app: Flask) -> SignInAs:
    """`sign_in_as(page, person_id)` goes through the sign-in page with a password."""

    def sign_in(page: Page, person_id: int) -> None:
        with app.app_context():
            with unit_of_work():
                person = db.session.get_one(Person, person_id)
                set_password(person, PASSWORD)
                address = person.email
            db.session.remove()
        page.goto("/account/login")
        page.fill("input[name=email]", address)
        page.fill("input[name=password]", PASSWORD)
        page.locator("main form button[type=submit]").first.click()
        page.wait_for_url(lambda url: "/account/login" not in url)

    return sign_in


def assert_clean(page: Page) -> None:
    """Nothing that axe complains about, and nothing that scrolls sideways."""
    assert axe_complaints(page) == [], page.url
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), page.url
