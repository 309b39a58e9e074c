"""Hostile HTML, once sanitised, in a real browser: nothing acts, loads or covers anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page, Route

from helpdesk.core.html import sanitise, with_images
from tests.core.hostile_html import HOSTILE
from tests.core.hostile_html_more import FOOLING

ALL = [*HOSTILE, *FOOLING]


@dataclass
class Watched:
    """A page on which whatever happens by itself is written down."""

    page: Page
    loaded: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)

    def show(self, html: str) -> None:
        """Show HTML in a page that has the function which hostile HTML would call."""
        self.page.set_content(f"<!doctype html><script>bad = () => told('bad')</script>{html}")


@pytest.fixture
def watched(chromium: Browser) -> Iterator[Watched]:
    """A page without any protection but what was done to the HTML: no frame, no policy."""
    context = chromium.new_context()
    page = context.new_page()
    watched = Watched(page)

    def refuse(route: Route) -> None:
        # A picture of the mail itself has no server that could hear of it.
        if not route.request.url.startswith("cid:"):
            watched.loaded.append(route.request.url)
        route.abort()

    def tell(words: str) -> None:
        watched.done.append(words)

    page.route("**", refuse)
    page.expose_function("told", tell)
    page.on("dialog", lambda dialog: (watched.done.append(dialog.message), dialog.dismiss()))
    page.on("popup", lambda other: watched.done.append(other.url))
    yield watched
    context.close()


def test_the_watch_sees_what_happens_when_nothing_is_sanitised(watched: Watched) -> None:
    watched.show("<img src=https://evil.example/x.png onerror=bad()>")
    watched.page.wait_for_timeout(200)

    assert watched.loaded == ["https://evil.example/x.png"]
    assert watched.done == ["bad"]


def test_nothing_happens_by_itself_or_when_it_is_touched_and_nothing_leaves_its_place(
    watched: Watched,
) -> None:
    for html in ALL:
        watched.show(f"<div id=around>{sanitise(html)}</div>")
        strayed = watched.page.evaluate(
            """() => [...document.querySelectorAll("#around *")].filter(each => {
                for (const name of ["mouseover", "focus", "toggle", "error", "load"])
                    each.dispatchEvent(new Event(name))
                const style = getComputedStyle(each)
                return style.position !== "static" || style.zIndex !== "auto"
                    || style.opacity !== "1" || style.transform !== "none"
            }).map(each => each.outerHTML)"""
        )
        assert strayed == [], html
    watched.page.wait_for_timeout(200)

    assert watched.loaded == []
    assert watched.done == []


def test_only_pictures_that_were_asked_for_are_loaded(watched: Watched) -> None:
    for html in ALL:
        watched.show(with_images(sanitise(html), cid=lambda _: None, remote=True))
    watched.page.wait_for_timeout(200)

    assert watched.done == []
    assert all(url.startswith(("https://", "http://")) for url in watched.loaded)
