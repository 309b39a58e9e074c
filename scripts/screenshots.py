"""Pictures of the pages in docs/pictures/, taken from a helpdesk that is made for them.

Usage: screenshots.py [FOLDER]
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from trials.machine import open_folder
from trials.story import AGNES, tell

from helpdesk.application import create_app
from helpdesk.cli.sample import load_sample
from helpdesk.core.config import load_settings
from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.accounts.queries import person_by_address
from helpdesk.web.account import set_password
from tests.gallery.pictures import CHROMIUM, QUIET
from tests.journeys.installation import Installation
from tests.peers.smtp import smtp_sink

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
WIDE = {"width": 1280, "height": 860}
REQUESTER = "eva.ek@example.com"
MOST_BYTES = 300_000


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with open_folder("pictures") as place_folder:
        database = f"sqlite:///{place_folder / 'helpdesk.sqlite3'}"
        with (
            smtp_sink() as sink,
            Installation(place_folder / "place", database, _settings(sink.port)) as place,
        ):
            number, password = _fill(place)
            place.start("web")
            place.wait_for_pages()
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
                _as_agent(browser, place.address, password, number, folder)
                _as_requester(browser, place.address, password, folder)
                browser.close()
    for picture in sorted(folder.glob("*.png")):
        size = picture.stat().st_size
        print(f"{picture.name}: {size // 1000} kB")
        assert size <= MOST_BYTES, f"{picture} is too large for a page that loads quickly"


def _settings(smtp_port: int) -> dict[str, str]:
    return {
        "web_processes": "1",
        "smtp_host": "127.0.0.1",
        "smtp_port": str(smtp_port),
        "smtp_security": "none",
    }


def _fill(place: Installation) -> tuple[int, str]:
    """A sample helpdesk with a week behind it: the ticket to show, and everybody's password."""
    settings = load_settings(place.environ, env_file=None)
    app = create_app(settings)
    with app.app_context():
        sample = load_sample(settings)
        number = tell(settings).number
        with unit_of_work():
            requester = person_by_address(REQUESTER)
            assert requester is not None
            set_password(requester, sample.password)
        db.session.remove()
        db.engine.dispose()
    return number, sample.password


def _as_agent(browser: Browser, site: str, password: str, number: int, folder: Path) -> None:
    page = _signed_in(browser, site, AGNES, password)
    page.goto("/desk/all")
    page.screenshot(path=folder / "work-list.png")
    page.goto(f"/desk/tickets/{number}")
    page.screenshot(path=folder / "ticket.png")


def _as_requester(browser: Browser, site: str, password: str, folder: Path) -> None:
    page = _signed_in(browser, site, REQUESTER, password)
    page.goto("/")
    page.screenshot(path=folder / "portal-home.png")


def _signed_in(browser: Browser, site: str, address: str, password: str) -> Page:
    context = browser.new_context(
        viewport=WIDE, color_scheme="light", locale="en-GB", base_url=site
    )
    page = context.new_page()
    page.goto("/account/login")
    page.fill("input[name=email]", address)
    page.fill("input[name=password]", password)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(lambda url: "/account/login" not in url)
    return page


if __name__ == "__main__":
    main()
