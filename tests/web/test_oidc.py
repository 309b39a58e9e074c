"""Signing in by OpenID Connect, against a provider of our own, and the ways to cheat it."""

from __future__ import annotations

import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from helpdesk.application import create_app
from helpdesk.core.config import ConfigurationError, Settings
from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.accounts.actions import add_address, add_person, grant
from helpdesk.domain.accounts.models import Identity, Person
from helpdesk.domain.accounts.permissions import Role
from helpdesk.domain.accounts.queries import person_by_address
from tests.conftest import settings_for
from tests.peers.issuer import CLIENT_ID, CLIENT_SECRET, Issuer, issuer
from tests.web.conftest import Browser
from tests.world import World, make_world

pytestmark = pytest.mark.one_database

BASE = "http://127.0.0.1:8000"


class _Unmoved(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: object) -> None:
        return None


_opener = urllib.request.build_opener(_Unmoved)


@pytest.fixture(scope="module")
def running() -> Iterator[Issuer]:
    with issuer() as known:
        yield known


@pytest.fixture
def provider(running: Issuer) -> Issuer:
    """The provider as it behaves when nobody tampers with it."""
    fresh = Issuer(running.port, key=running.key)
    for name in ("claims", "told_later", "signs", "names_itself", "asked", "forge"):
        setattr(running, name, getattr(fresh, name))
    return running


@pytest.fixture
def settings(database: str, tmp_path: Path, provider: Issuer) -> Settings:
    return settings_for(
        tmp_path,
        database,
        oidc_issuer=provider.url,
        oidc_client_id=CLIENT_ID,
        oidc_client_secret=CLIENT_SECRET,
        oidc_label="Example login",
    )


@pytest.fixture
def house(app: Flask) -> World:
    with app.app_context():
        return make_world()


def browser(app: Flask) -> FlaskClient:
    return Browser(app, app.response_class, use_cookies=True)


def at_the_issuer(address: str) -> str:
    """Where the issuer sends the browser, as path and query of ours."""
    try:
        _opener.open(address)
    except urllib.error.HTTPError as answer:
        back = answer.headers["Location"]
        assert back.startswith(f"{BASE}/account/oidc/back?")
        return str(back.removeprefix(BASE))
    raise AssertionError("the issuer did not send the browser back")


def sign_in(client: FlaskClient, then: str = "") -> TestResponse:
    begun = client.get("/account/oidc", query_string={"next": then} if then else {})
    assert begun.status_code == 302
    return client.get(at_the_issuer(begun.location))


def is_in(client: FlaskClient) -> bool:
    return client.get("/me").status_code == 200


def changed(app: Flask, **settings: Any) -> Flask:
    """The same house with other settings."""
    old: Settings = app.extensions["helpdesk_settings"]
    named = {
        name: str(getattr(old, name)) for name in ("oidc_issuer", "oidc_client_id", "oidc_label")
    }
    named["oidc_client_secret"] = CLIENT_SECRET
    url = old.database_url.get_secret_value()
    return create_app(settings_for(old.data_dir, url, **(named | settings)))


def test_who_is_known_by_a_verified_address_is_signed_in_and_sent_on(
    app: Flask, house: World, provider: Issuer
) -> None:
    client = browser(app)
    login = client.get("/account/login?next=/me").text
    assert "Sign in with Example login" in login
    assert "/account/oidc?next=/me" in login
    answer = sign_in(client, "/me")
    assert (answer.status_code, answer.location) == (303, "/me")
    assert "eva@example.com" in client.get("/me").text
    asked = provider.asked[-1]
    assert asked["code_challenge_method"] == "S256"
    assert asked["nonce"]
    assert asked["state"]
    assert asked["redirect_uri"] == f"{BASE}/account/oidc/back"


def test_afterwards_only_the_subject_counts_whatever_happens_to_addresses(
    app: Flask, house: World, provider: Issuer
) -> None:
    sign_in(browser(app))
    provider.claims |= {"email": "eva.new@example.com", "email_verified": False}
    client = browser(app)
    sign_in(client)
    assert "eva@example.com" in client.get("/me").text
    # Whoever is given her old address there does not become her here.
    provider.claims = {"sub": "newcomer", "email": "eva@example.com", "email_verified": True}
    other = browser(app)
    sign_in(other)
    assert not is_in(other)
    assert "another account" in other.get("/account/login").text
    with app.app_context():
        assert [row.subject for row in db.session.scalars(select(Identity))] == ["eva-1"]


def _wrong_nonce(claims: dict[str, Any]) -> None:
    claims["nonce"] = "another"


def _no_nonce(claims: dict[str, Any]) -> None:
    del claims["nonce"]


def _other_issuer(claims: dict[str, Any]) -> None:
    claims["iss"] = "https://login.example.net"


def _other_audience(claims: dict[str, Any]) -> None:
    claims |= {"aud": "another-client", "azp": CLIENT_ID}


def _too_old(claims: dict[str, Any]) -> None:
    claims |= {"iat": claims["iat"] - 9000, "exp": claims["exp"] - 9000}


def _no_subject(claims: dict[str, Any]) -> None:
    del claims["sub"]


@pytest.mark.parametrize(
    "forge", [_wrong_nonce, _no_nonce, _other_issuer, _other_audience, _too_old, _no_subject]
)
def test_an_id_token_that_is_not_for_this_sign_in_opens_nothing(
    app: Flask, house: World, provider: Issuer, forge: Callable[[dict[str, Any]], None]
) -> None:
    provider.forge = forge
    client = browser(app)
    answer = sign_in(client)
    assert answer.location == "/account/login"
    assert not is_in(client)
    with app.app_context():
        assert db.session.scalar(select(Identity)) is None


@pytest.mark.parametrize("signs", ["none", "HS256", "stranger"])
def test_an_id_token_that_the_issuer_did_not_sign_opens_nothing(
    app: Flask, house: World, provider: Issuer, signs: str
) -> None:
    provider.signs = signs
    client = browser(app)
    sign_in(client)
    assert not is_in(client)


@pytest.mark.parametrize(
    "claims",
    [
        {"email_verified": False},
        {"email_verified": None},
        {"email_verified": 1},
        {"email_verified": "false"},
        {"email": ""},
        {"email": ["eva@example.com"]},
    ],
)
def test_an_address_that_is_not_verified_names_nobody(
    app: Flask, house: World, provider: Issuer, claims: dict[str, Any]
) -> None:
    provider.claims |= claims
    client = browser(app)
    sign_in(client)
    assert not is_in(client)


def test_an_answer_without_a_beginning_of_this_browser_opens_nothing(
    app: Flask, house: World, provider: Issuer
) -> None:
    begun = browser(app).get("/account/oidc")
    answer = at_the_issuer(begun.location)
    # The answer to somebody else's beginning, an invented one, none at all, and a mixed-up one.
    code = parse_qs(urlsplit(answer).query)["code"][0]
    for path in (
        answer,
        f"/account/oidc/back?code={code}&state=invented",
        f"/account/oidc/back?code={code}",
        "/account/oidc/back",
    ):
        victim = browser(app)
        assert victim.get(path).location == "/account/login", path
        assert not is_in(victim), path
    own = browser(app)
    answer = at_the_issuer(own.get("/account/oidc").location)
    own.get(f"{answer}&iss=https%3A%2F%2Flogin.example.net")
    assert not is_in(own)
    # And the same answer twice.
    client = browser(app)
    answer = at_the_issuer(client.get("/account/oidc").location)
    client.get(answer)
    assert is_in(client)
    again = browser(app)
    again.get(answer)
    assert not is_in(again)


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example", "/\t/evil.example"]
)
def test_nobody_is_led_elsewhere_afterwards(
    app: Flask, house: World, provider: Issuer, elsewhere: str
) -> None:
    assert sign_in(browser(app), elsewhere).location == "/account/home"


def test_an_issuer_with_another_name_is_not_asked(
    app: Flask, house: World, provider: Issuer
) -> None:
    provider.names_itself = "https://login.example.net"
    client = browser(app)
    assert client.get("/account/oidc").location == "/account/login"
    assert "did not succeed" in client.get("/account/login").text
    # Once it says who it is, people sign in without a restart.
    provider.names_itself = ""
    sign_in(client)
    assert is_in(client)


def test_strangers_become_known_only_where_the_settings_say_so(
    app: Flask, house: World, provider: Issuer
) -> None:
    provider.claims = {
        "sub": "s",
        "email": "New@Example.com",
        "email_verified": True,
        "name": "Nina Ny",
    }
    client = browser(app)
    sign_in(client)
    assert "do not know your address yet" in client.get("/account/login").text
    client = browser(changed(app, oidc_introduces="yes"))
    sign_in(client)
    assert "new@example.com" in client.get("/me").text
    with app.app_context():
        person = person_by_address("new@example.com")
        assert person is not None
        assert (person.name, person.role_set) == ("Nina Ny", {Role.REQUESTER})


def test_a_trusted_issuer_may_name_the_address_in_another_claim(
    app: Flask, house: World, provider: Issuer
) -> None:
    provider.claims = {"sub": "s", "upn": "eva@example.com", "email_verified": True}
    client = browser(changed(app, oidc_address_claim="upn"))
    sign_in(client)
    assert not is_in(client)
    client = browser(changed(app, oidc_address_claim="upn", oidc_trusts_addresses="yes"))
    sign_in(client)
    assert is_in(client)


def test_the_address_may_come_from_userinfo_but_only_about_the_same_subject(
    app: Flask, house: World, provider: Issuer
) -> None:
    provider.claims = {"sub": "eva-1"}
    provider.told_later = {"email": "eva@example.com", "email_verified": True, "sub": "somebody"}
    client = browser(app)
    sign_in(client)
    assert not is_in(client)
    provider.told_later["sub"] = "eva-1"
    sign_in(client)
    assert is_in(client)


def test_a_group_gives_the_role_of_an_agent_and_takes_back_only_what_it_gave(
    app: Flask, house: World, provider: Issuer
) -> None:
    house_app = changed(app, oidc_agent_group="it")

    def roles_after(address: str, groups: object) -> set[Role]:
        provider.claims = {"sub": address, "email": address, "email_verified": True}
        provider.claims["groups"] = groups
        sign_in(browser(house_app))
        with app.app_context():
            person = person_by_address(address)
            assert person is not None
            return set(person.role_set)

    assert Role.AGENT in roles_after("eva@example.com", ["all", "it"])
    assert Role.AGENT not in roles_after("eva@example.com", ["all", "it-friends"])
    # Agnes was made an agent by an administrator.
    assert Role.AGENT in roles_after("agnes@example.org", ["all"])
    with app.app_context(), unit_of_work():
        eva = db.session.get_one(Person, house.eva_id)
        grant(eva, role=Role.AGENT)
    assert Role.AGENT in roles_after("eva@example.com", ["all"])


def test_who_is_kept_out_stays_out(app: Flask, house: World, provider: Issuer) -> None:
    with app.app_context(), unit_of_work():
        db.session.get_one(Person, house.eva_id).active = False
    client = browser(app)
    sign_in(client)
    assert not is_in(client)
    assert "switched off" in client.get("/account/login").text


def test_any_of_a_persons_addresses_names_them(app: Flask, house: World, provider: Issuer) -> None:
    with app.app_context(), unit_of_work():
        add_address(db.session.get_one(Person, house.eva_id), address="ek@example.com")
        add_person("olga@example.com", now=db.session.get_one(Person, house.eva_id).created_at)
    provider.claims["email"] = "ek@example.com"
    client = browser(app)
    sign_in(client)
    assert "eva@example.com" in client.get("/me").text


def test_who_signs_out_here_is_offered_to_sign_out_there(
    app: Flask, house: World, provider: Issuer
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    client = browser(app)
    sign_in(client)
    assert client.post("/account/logout").status_code == 302
    assert not is_in(client)
    assert "/account/oidc/sign-out" in client.get("/account/login").text
    there = client.get("/account/oidc/sign-out").location
    assert there.startswith(f"{provider.url}/sign-out?")
    assert parse_qs(urlsplit(there).query)["post_logout_redirect_uri"] == [f"{BASE}/"]
    assert "/account/oidc/sign-out" not in client.get("/account/login").text


def test_beginnings_that_never_come_back_do_not_fill_the_cookie(
    app: Flask, house: World, provider: Issuer
) -> None:
    client = browser(app)
    for _ in range(12):
        begun = client.get("/account/oidc")
    cookie = client.get_cookie("session")
    assert cookie is not None
    assert len(cookie.value) < 3500
    client.get(at_the_issuer(begun.location))
    assert is_in(client)


def test_without_an_issuer_there_is_no_such_door(app: Flask, house: World) -> None:
    old: Settings = app.extensions["helpdesk_settings"]
    plain = create_app(settings_for(old.data_dir, old.database_url.get_secret_value()))
    client = browser(plain)
    assert "/account/oidc" not in client.get("/account/login").text
    for path in ("/account/oidc", "/account/oidc/back?code=x&state=y", "/account/oidc/sign-out"):
        assert client.get(path).status_code == 404


def test_an_issuer_in_the_clear_or_without_a_client_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="HELPDESK_OIDC_ISSUER"):
        settings_for(tmp_path, oidc_issuer="http://login.example.com", oidc_client_id="x")
    with pytest.raises(ConfigurationError, match="HELPDESK_OIDC_CLIENT_ID"):
        settings_for(tmp_path, oidc_issuer="https://login.example.com")
