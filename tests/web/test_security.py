"""Sign in, sign out and passwords, from the page to the outbox, with every token checked."""

from __future__ import annotations

import itertools
from urllib.parse import urljoin, urlsplit

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from helpdesk.core.db import unit_of_work
from helpdesk.web.account import mail_a_link, set_password
from tests.web.conftest import SignIn
from tests.web.portal_stage import Stage, send, token_in
from tests.web.portal_stage import stage as stage

pytestmark = pytest.mark.one_database

PASSWORD = "green ladders in the rain"
_addresses = itertools.count(1)


@pytest.fixture
def agnes(stage: Stage) -> Stage:
    """The stage, with a password for Agnes and one for Eva."""
    with stage.inside(), unit_of_work():
        set_password(stage.world.agnes, PASSWORD)
        set_password(stage.world.eva, PASSWORD)
    return stage


def browser(stage: Stage) -> FlaskClient:
    """A browser with an address of its own, so that no test is counted with another."""
    client = stage.app.test_client()
    client.environ_base["REMOTE_ADDR"] = f"198.51.100.{next(_addresses)}"
    return client


def sign_in_as(client: FlaskClient, email: str, password: str, path: str = "") -> TestResponse:
    return send(client, f"/account/login{path}", email=email, password=password)


def password_link(stage: Stage) -> str:
    """The path in the newest mail that leads to a new password."""
    link = str(stage.mails("sign-in-help")[-1][1]["link"])
    assert link.startswith("http://127.0.0.1:8000/account/reset/")
    return urlsplit(link).path


def test_an_agent_lands_on_the_desk_and_a_requester_on_their_tickets(agnes: Stage) -> None:
    for email, place in (("agnes@example.org", "/desk"), ("eva@example.com", "/")):
        client = browser(agnes)
        answer = sign_in_as(client, email, PASSWORD)
        assert answer.status_code == 302
        landed = client.get(answer.location)
        assert landed.status_code == 302
        assert urlsplit(landed.location).path.rstrip("/").startswith(place.rstrip("/"))
    assert "My tickets" in client.get("/").text


def test_any_address_of_a_person_signs_them_in_whatever_its_case(agnes: Stage) -> None:
    assert sign_in_as(browser(agnes), " EVA@Example.com", PASSWORD).status_code == 302


def test_a_failed_sign_in_says_the_same_whoever_it_was(agnes: Stage) -> None:
    with agnes.inside(), unit_of_work():
        agnes.world.oskar.active = False
        set_password(agnes.world.oskar, PASSWORD)
    said = set()
    for email, password in (
        ("nobody@example.org", PASSWORD),
        ("agnes@example.org", "wrong password here"),
        ("admin@example.org", PASSWORD),  # has none
        ("oskar@example.org", PASSWORD),  # deactivated
    ):
        page = sign_in_as(browser(agnes), email, password)
        assert page.status_code == 200
        assert "do not belong together" in page.text
        said.add(page.text.replace(email, "").replace(token_in(page), ""))
    assert len(said) == 1


def test_sign_in_needs_the_token_of_its_page(agnes: Stage) -> None:
    client = browser(agnes)
    data = {"email": "eva@example.com", "password": PASSWORD}
    assert client.post("/account/login", data=data).status_code == 400
    assert client.get("/me").status_code == 302


def test_a_form_from_before_the_sign_in_works_no_more_after_it(agnes: Stage) -> None:
    client = browser(agnes)
    planted = token_in(client.get("/account/login"))
    data = {"email": "eva@example.com", "password": PASSWORD, "csrf_token": planted}
    assert client.post("/account/login", data=data).status_code == 302
    assert client.post("/me", data={"name": "X", "csrf_token": planted}).status_code == 400


@pytest.mark.parametrize(
    "away",
    [
        "https://example.net/",
        "//example.net/",
        "///example.net/",
        "/\\example.net/",
        "\\\\example.net",
        "/\t/example.net/",
        " //example.net",
        "https:example.net",
        "javascript:alert(1)",
    ],
)
def test_sign_in_leads_to_no_other_host(agnes: Stage, away: str) -> None:
    client = browser(agnes)
    token = token_in(client.get("/account/login", query_string={"next": away}))
    answer = client.post(
        "/account/login",
        query_string={"next": away},
        data={
            "email": "eva@example.com",
            "password": PASSWORD,
            "next": away,
            "csrf_token": token,
        },
    )
    if answer.status_code == 302:
        # As a browser reads it: backslashes are slashes, tabs and line ends are not there.
        seen = answer.location.replace("\\", "/").replace("\t", "").strip()
        assert urljoin("http://localhost/account/login", seen).startswith("http://localhost/")
    else:
        # It stays on the page of signing in, and says why.
        assert answer.status_code == 200


def test_sign_in_leads_back_to_where_one_wanted_to_go(agnes: Stage) -> None:
    client = browser(agnes)
    asked = client.get(f"/tickets/{agnes.number}")
    assert asked.status_code == 302
    answer = send(
        client,
        asked.location,
        "/account/login",
        email="eva@example.com",
        password=PASSWORD,
        next=f"/tickets/{agnes.number}",
    )
    assert answer.location == f"/tickets/{agnes.number}"
    assert f'value="/tickets/{agnes.number}"' in browser(agnes).get(asked.location).text


def test_signing_out_is_a_post_with_a_token(agnes: Stage) -> None:
    client = browser(agnes)
    sign_in_as(client, "eva@example.com", PASSWORD)
    assert client.get("/account/logout").status_code == 405
    assert client.post("/account/logout").status_code == 400
    assert client.get("/me").status_code == 200
    assert send(client, "/me", "/account/logout").status_code == 302
    assert client.get("/me").status_code == 302


def test_too_many_tries_meet_a_calm_page(agnes: Stage) -> None:
    client = browser(agnes)
    token = token_in(client.get("/account/login"))
    data = {"email": "eva@example.com", "password": "wrong", "csrf_token": token}
    statuses = [client.post("/account/login", data=data).status_code for _ in range(21)]
    assert statuses[0] == 200
    assert statuses[-1] == 429
    page = client.post("/account/login", data=data)
    assert "That was a bit too fast" in page.text
    # The page itself can still be read.
    assert client.get("/account/login").status_code == 200


def test_whoever_is_known_gets_a_link_and_chooses_a_password(stage: Stage) -> None:
    client = browser(stage)
    page = send(client, "/account/reset", email="eva@example.com")
    assert "If we know eva@example.com" in page.text
    assert [to for to, _ in stage.mails("sign-in-help")] == ["eva@example.com"]
    path = password_link(stage)
    done = send(client, path, password=PASSWORD, password_confirm=PASSWORD)
    assert done.status_code == 302
    assert "Your password is saved." in client.get(done.location).text
    assert sign_in_as(browser(stage), "eva@example.com", PASSWORD).status_code == 302


def test_an_invited_agent_uses_the_same_page(stage: Stage) -> None:
    with stage.app.test_request_context(), unit_of_work():
        mail_a_link(stage.world.oskar)
    done = send(browser(stage), password_link(stage), password=PASSWORD, password_confirm=PASSWORD)
    assert done.status_code == 302
    assert sign_in_as(browser(stage), "oskar@example.org", PASSWORD).status_code == 302


def test_the_link_leads_to_us_whatever_host_the_browser_named(stage: Stage) -> None:
    client = browser(stage)
    token = token_in(client.get("/account/reset", headers={"Host": "evil.example.net"}))
    client.post(
        "/account/reset",
        data={"email": "eva@example.com", "csrf_token": token},
        headers={"Host": "evil.example.net"},
    )
    assert password_link(stage).startswith("/account/reset/")


def test_the_page_says_the_same_for_unknown_addresses(stage: Stage) -> None:
    said = set()
    for email in ("eva@example.com", "nobody@example.com"):
        page = send(browser(stage), "/account/reset", email=email)
        assert page.status_code == 200
        said.add(page.text.replace(email, "").replace(token_in(page), ""))
    assert len(said) == 1
    assert len(stage.mails("sign-in-help")) == 1


def test_nobodys_inbox_is_filled_with_links(stage: Stage) -> None:
    client = browser(stage)
    for _ in range(8):
        send(client, "/account/reset", email="eva@example.com")
    assert len(stage.mails("sign-in-help")) <= 5


def test_a_link_works_once(stage: Stage) -> None:
    client = browser(stage)
    send(client, "/account/reset", email="eva@example.com")
    path = password_link(stage)
    send(client, path, password=PASSWORD, password_confirm=PASSWORD)
    again = client.get(path)
    assert again.status_code == 302
    assert "has been used already" in client.get(again.location).text


def test_a_weak_password_is_refused_in_words(stage: Stage) -> None:
    client = browser(stage)
    send(client, "/account/reset", email="eva@example.com")
    path = password_link(stage)
    short = send(client, path, password="short", password_confirm="short")
    assert "use at least 10 characters" in short.text
    other = send(client, path, password=PASSWORD, password_confirm=PASSWORD + "x")
    assert "This is not the same as above." in other.text


def test_a_new_password_ends_all_other_sessions(agnes: Stage) -> None:
    here, elsewhere = browser(agnes), browser(agnes)
    for client in (here, elsewhere):
        sign_in_as(client, "eva@example.com", PASSWORD)
        assert client.get("/me").status_code == 200
    new = "a blue ladder in the sun"
    wrong = send(
        here,
        "/account/change",
        password="not this one",
        new_password=new,
        new_password_confirm=new,
    )
    assert "This is not the password that you have now." in wrong.text
    done = send(
        here, "/account/change", password=PASSWORD, new_password=new, new_password_confirm=new
    )
    assert done.status_code == 302
    assert here.get("/me").status_code == 200
    assert elsewhere.get("/me").status_code == 302
    assert sign_in_as(browser(agnes), "eva@example.com", PASSWORD).status_code == 200


def test_a_password_chosen_by_link_ends_sessions_too(agnes: Stage) -> None:
    signed_in = browser(agnes)
    sign_in_as(signed_in, "eva@example.com", PASSWORD)
    send(browser(agnes), "/account/reset", email="eva@example.com")
    new = "a blue ladder in the sun"
    send(browser(agnes), password_link(agnes), password=new, password_confirm=new)
    assert signed_in.get("/me").status_code == 302


def test_a_post_after_the_session_ended_gives_the_words_back(agnes: Stage) -> None:
    client = browser(agnes)
    words = "What I had written when somebody changed my password."
    agnes.app.config["WTF_CSRF_ENABLED"] = False
    answer = client.post(f"/tickets/{agnes.number}/answer", data={"text": words})
    assert answer.status_code == 401
    assert "You are signed out" in answer.text
    assert words in answer.text


def test_every_page_of_signing_in_is_ours(agnes: Stage, sign_in: SignIn) -> None:
    stranger = browser(agnes)
    pages = [stranger.get("/account/login"), stranger.get("/account/reset")]
    pages += [
        sign_in(agnes.world.eva_id).get(path) for path in ("/account/change", "/account/verify")
    ]
    for page in pages:
        assert page.status_code == 200
        assert 'class="plain ' in page.text
        # The library's own pages have scripts between their lines.
        assert "<script>" not in page.text
        assert "autofocus" not in page.text
        assert page.headers["Cache-Control"] == "no-store"
