"""Every error ends in a page that says what happened, and no such page fails itself."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient

from helpdesk.application import create_app
from helpdesk.core.db import db
from tests.conftest import settings_for
from tests.web.conftest import SignIn
from tests.web.portal_stage import Stage
from tests.web.portal_stage import stage as stage

pytestmark = pytest.mark.one_database


def closed_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


@pytest.fixture(params=["sqlite that is gone", "postgresql that is away"])
def orphan(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """An application without its database."""
    url = f"sqlite:///{tmp_path / 'nothing.sqlite3'}"
    if request.param.startswith("postgresql"):
        url = f"postgresql+psycopg://nobody@127.0.0.1:{closed_port()}/nothing"
    app = create_app(settings_for(tmp_path, url))
    yield app
    with app.app_context():
        db.engine.dispose()


def signed_in(app: Flask) -> FlaskClient:
    """A browser whose cookie says that it is signed in, as it was before the database went away."""
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = session["identity.id"] = "a" * 64
        session["_fresh"] = True
        session["fs_cc"] = "set"
    return client


@pytest.mark.parametrize("path", ["/", "/me", "/desk/mine", "/tickets/1", "/health/ready"])
def test_without_the_database_there_is_a_page_that_asks_for_patience(
    orphan: Flask, path: str
) -> None:
    answer = signed_in(orphan).get(path, headers={"Accept-Language": "sv"})
    assert answer.status_code == 503
    assert "Error 503" in answer.text or "503" in answer.text
    assert '<html lang="sv"' in answer.text
    assert "brand" in answer.text, "the real page, not the last resort"
    assert answer.headers["Retry-After"]
    assert answer.headers["Content-Security-Policy"]


def test_a_stranger_without_the_database_reads_the_same_page(orphan: Flask) -> None:
    assert orphan.test_client().get("/").status_code == 503
    assert orphan.test_client().get("/account/login").status_code in (200, 503)


def test_what_is_nowhere_and_what_is_alive_need_no_database(orphan: Flask) -> None:
    assert orphan.test_client().get("/nowhere").status_code == 404
    assert orphan.test_client().get("/health/alive").status_code == 200
    # Even for somebody whose name only the database knows.
    page = signed_in(orphan).get("/nowhere")
    assert page.status_code in (404, 503)
    assert "brand" in page.text


def test_words_are_given_back_when_the_database_went_away(orphan: Flask) -> None:
    orphan.config["WTF_CSRF_ENABLED"] = False
    words = "All that I had written about the printer."
    answer = signed_in(orphan).post("/tickets/1/answer", data={"text": words})
    assert answer.status_code == 503
    assert words in answer.text


@pytest.fixture
def failing(app: Flask) -> Flask:
    """The application with a door for each error; the guard knows them as public."""
    app.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)
    app.add_url_rule("/raise/<int:code>", "static_raise", abort)

    def fall() -> str:
        raise RuntimeError("a secret that nobody outside may read")

    app.add_url_rule("/fall", "static_fall", fall)
    for name in ("static_raise", "static_fall"):
        app.view_functions[name].needs = None
    app.before_request_funcs[None] = []
    return app


CODES = (400, 401, 403, 404, 405, 409, 410, 413, 415, 429, 500, 503)


@pytest.mark.parametrize("code", CODES)
def test_every_error_has_a_page_in_both_languages(failing: Flask, stage: Stage, code: int) -> None:
    for language in ("en", "sv"):
        answer = failing.test_client().get(f"/raise/{code}", headers={"Accept-Language": language})
        assert answer.status_code == code
        assert len(re.findall("<h1>", answer.text)) == 1
        assert re.search(r"<h1>[^<]{10,}</h1>", answer.text)
        assert str(code) in answer.text
        assert f'<html lang="{language}"' in answer.text


def test_what_we_did_wrong_is_not_told_to_strangers(failing: Flask) -> None:
    answer = failing.test_client().get("/fall")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "Something went wrong with us" in answer.text


def test_a_page_of_errors_that_fails_leaves_plain_words(failing: Flask) -> None:
    failing.context_processor(lambda: 1 / 0)
    answer = failing.test_client().get("/fall")
    assert answer.status_code == 500
    assert "Something went wrong" in answer.text


def test_a_wrong_verb_is_told_the_right_ones(stage: Stage) -> None:
    answer = stage.app.test_client().get("/language/sv")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]
    assert "This address cannot be used that way" in answer.text


def test_a_number_that_no_row_can_have_is_nowhere(stage: Stage, sign_in: SignIn) -> None:
    client = sign_in(stage.world.eva_id)
    assert client.get(f"/tickets/{2**31}").status_code == 404
    assert client.get(f"/tickets/{10**30}").status_code == 404
    assert client.get(f"/tickets/{2**31 - 1}").status_code == 404
