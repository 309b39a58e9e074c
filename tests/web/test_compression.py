from __future__ import annotations

import gzip
import re

import pytest
from flask.testing import FlaskClient

from tests.web.conftest import SignIn
from tests.world import World

pytestmark = pytest.mark.one_database

GZIP = {"Accept-Encoding": "gzip"}
HEAVIEST_FIRST_VISIT = 150_000
HEAVIEST_PAGE = 30_000


@pytest.fixture
def agnes(sign_in: SignIn, world: World) -> FlaskClient:
    return sign_in(world.agnes_id)


def test_a_first_visit_is_light_and_what_it_names_may_be_kept(agnes: FlaskClient) -> None:
    page = agnes.get("/desk/all", headers=GZIP)
    words = gzip.decompress(page.data).decode()
    assert words.count("<html") == 1
    assert "Accept-Encoding" in page.headers["Vary"]
    assert page.headers["Cache-Control"] == "no-store"
    named = set(re.findall(r'(?:href|src)="(/(?:bootstrap/)?static/[^"#]+)', words))
    assert len(named) > 10
    weight = len(page.data)
    assert weight < HEAVIEST_PAGE
    for address in named:
        file = agnes.get(address, headers=GZIP, buffered=True)
        weight += len(file.data)
        assert "immutable" in file.headers["Cache-Control"], address
        # Otherwise a browser would ask again each time that its session changes.
        assert "Cookie" not in file.headers.get("Vary", ""), address
        plain = agnes.get(address, buffered=True).data
        whole = gzip.decompress(file.data) if "Content-Encoding" in file.headers else file.data
        assert whole == plain, address
    assert weight < HEAVIEST_FIRST_VISIT


def test_a_size_tells_nothing_to_who_makes_a_browser_ask(agnes: FlaskClient) -> None:
    lengths = {len(agnes.get("/desk/all", headers=GZIP).data) for _ in range(8)}
    assert len(lengths) > 1
    foreign = agnes.get("/desk/all", headers=GZIP | {"Sec-Fetch-Site": "cross-site"})
    assert "Content-Encoding" not in foreign.headers
    assert b"<html" in foreign.data


def test_who_does_not_ask_for_it_gets_words_as_they_are(agnes: FlaskClient) -> None:
    assert b"<html" in agnes.get("/desk/all").data
