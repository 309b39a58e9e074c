"""Pictures of the gallery's pages, with axe looking too.

`python -m tests.gallery.pictures FOLDER [PAGE…]`
"""

from __future__ import annotations

import sys
import threading
from functools import partial
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, sync_playwright
from werkzeug.serving import make_server

from tests.gallery.app import ERRORS, PAGES, create_gallery

CHROMIUM = "/usr/bin/chromium"
QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]
SIZES = {"wide": (1440, 900), "tablet": (768, 1024), "phone": (390, 844), "zoom": (320, 640)}


def look(browser: Browser, base: str, name: str, path: str, folder: Path) -> list[str]:
    """Pictures of one page; what axe, the console or a sideways scroll complained about."""
    complaints: list[str] = []
    for size, (width, height) in SIZES.items():
        for theme in ("light", "dark"):
            here = f"{name}-{size}-{theme}"
            context = browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme=theme,
                reduced_motion="reduce",
            )
            page = context.new_page()
            said: list[str] = []
            page.on("console", partial(_note_error, said))
            page.on("pageerror", partial(_note_crash, said))
            page.goto(base + path, wait_until="load")
            page.wait_for_timeout(150)
            # Each look of axe takes a second; two widths show what depends on the layout.
            if size in ("wide", "phone"):
                said += [c for c in axe_complaints(page) if name != "mail" or "contrast" in c]
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                said.append("the page scrolls sideways")
            complaints += [f"{here}: {words}" for words in said]
            page.screenshot(path=folder / f"{here}.png")
            if size in ("wide", "phone"):
                page.screenshot(path=folder / f"{here}-full.png", full_page=True)
            context.close()
    return complaints


def axe_complaints(page: Page) -> list[str]:
    """Rule, words and the first three places of each thing that axe finds."""
    return [
        f"{v['id']}: {v['help']}: " + "; ".join(n["html"][:160] for n in v["nodes"][:3])
        for v in Axe().run(page).response["violations"]
    ]


def _note_error(said: list[str], message: ConsoleMessage) -> None:
    # The browser also reports the status of our own error pages, which is meant.
    if message.type == "error" and "status of" not in message.text:
        said.append(message.text)


def _note_crash(said: list[str], error: Error) -> None:
    said.append(str(error))


def main(folder: Path, only: list[str]) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    server = make_server("127.0.0.1", 0, create_gallery(), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}"
    pages = {name: f"/page/{name}" for name in PAGES} | {"mail": "/mail"}
    pages |= {f"error_{code}": f"/error/{code}" for code in ERRORS}
    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        for name, path in pages.items():
            if not only or name in only:
                complaints += look(browser, base, name, path, folder)
        browser.close()
    server.shutdown()
    sys.stdout.write("\n".join(complaints or ["Nothing to complain about."]) + "\n")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
