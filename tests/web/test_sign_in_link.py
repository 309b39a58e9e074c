"""Signing in by a link in a mail: who gets one, what opens, and what a scanner cannot use up."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from itsdangerous import TimestampSigner

from helpdesk.core import clock, signing
from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.accounts.actions import add_address, grant
from helpdesk.domain.accounts.administering import switch_person
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.accounts.permissions import Role
from helpdesk.web.account import set_password
from tests.web.conftest import Browser
from tests.web.portal_stage import Stage, send, token_in
from tests.web.portal_stage import stage as stage

ASK = "/account/link"


def browser(stage: Stage) -> FlaskClient:
    return Browser(stage.app, stage.app.response_class, use_cookies=True)


def mailed_link(stage: Stage, address: str = "eva@example.com", then: str = "") -> str:
    """The path of the link that is mailed when somebody asks for one."""
    page = f"{ASK}?next={then}" if then else ASK
    client = browser(stage)
    assert send(client, page, ASK, address=address, next=then).status_code == 303
    link = str(stage.mails("sign-in-link")[-1][1]["link"])
    assert link.startswith("http://127.0.0.1:8000/account/link/")
    return link.removeprefix("http://127.0.0.1:8000")


def press(client: FlaskClient, link: str) -> int:
    return send(client, link).status_code


def is_in(client: FlaskClient) -> bool:
    return client.get("/me").status_code == 200


def test_the_link_signs_in_once_and_only_when_its_button_is_pressed(stage: Stage) -> None:
    link = mailed_link(stage, then="/fault")
    # A mail scanner looks at it, as often as it likes.
    for _ in range(3):
        scanner = browser(stage)
        assert scanner.get(link).status_code == 200
        assert scanner.head(link).status_code == 200
        assert not is_in(scanner)
    eva = browser(stage)
    page = eva.get(link)
    assert "eva@example.com" in page.text
    answer = eva.post(link, data={"csrf_token": token_in(page)})
    assert (answer.status_code, answer.location) == (303, "/fault")
    assert is_in(eva)
    second = browser(stage)
    assert press(second, link) == 410
    assert not is_in(second)


@pytest.mark.one_database
def test_the_answer_never_tells_whether_an_address_is_known(stage: Stage) -> None:
    with stage.inside(), unit_of_work():
        switch_person(
            db.session.get_one(Person, stage.nils_id),
            active=False,
            by=None,
            now=stage.world.eva.created_at,
        )
    said = set()
    for address in (
        "eva@example.com",
        "nobody@example.net",
        "nils@example.com",
        "ada@x",
        "agnes@example.org",
    ):
        client = browser(stage)
        answer = send(client, ASK, address=address)
        page = client.get(ASK).text
        words = re.sub(r'(name="csrf_token"[^>]*value=")[^"]+', r"\1", page)
        said.add((answer.status_code, answer.location, words.replace(address, "ADDRESS")))
    assert len(said) == 1
    assert [to for to, _ in stage.mails("sign-in-link")] == ["eva@example.com"]


@pytest.mark.one_database
def test_who_works_here_gets_the_way_to_a_password_and_no_link(stage: Stage) -> None:
    send(browser(stage), ASK, address="agnes@example.org")
    assert stage.mails("sign-in-link") == []
    assert [to for to, _ in stage.mails("sign-in-help")] == ["agnes@example.org"]
    # Nor does a link from before they began to work here open anything.
    link = mailed_link(stage)
    with stage.inside(), unit_of_work():
        grant(db.session.get_one(Person, stage.world.eva_id), role=Role.AGENT)
    assert browser(stage).get(link).status_code == 410


@pytest.mark.one_database
def test_the_mail_goes_to_the_persons_own_address_whichever_was_written(stage: Stage) -> None:
    with stage.inside(), unit_of_work():
        add_address(db.session.get_one(Person, stage.world.eva_id), address="ek@example.com")
    mailed_link(stage, address=" EK@example.com ")
    assert stage.mails("sign-in-link")[-1][0] == "eva@example.com"


@pytest.mark.one_database
def test_nobodys_inbox_is_filled(stage: Stage, now: datetime) -> None:
    for minute in range(9):
        with clock.stopped_at(now + timedelta(minutes=minute)):
            send(browser(stage), ASK, address="eva@example.com")
    assert len(stage.mails("sign-in-link")) == 5


@pytest.mark.one_database
def test_a_client_that_asks_for_everybody_is_stopped(stage: Stage) -> None:
    client = browser(stage)
    answers = [send(client, ASK, address=f"a{each}@example.net").status_code for each in range(12)]
    assert answers[:10] == [303] * 10
    assert answers[-1] == 429


@pytest.mark.one_database
def test_an_old_forged_or_cut_link_opens_nothing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = mailed_link(stage)
    for broken in (link[:-4], link + "x", f"{ASK}/nonsense", link.replace(ASK, "/follow")):
        answer = browser(stage).get(broken)
        assert answer.status_code in (404, 410), broken
    # A link that follows a ticket is no link to sign in.
    follow = stage.link().removeprefix("/follow/")
    assert browser(stage).get(f"{ASK}/{follow}").status_code == 410
    now = TimestampSigner.get_timestamp
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda self: now(self) + 31 * 60)
    assert browser(stage).get(link).status_code == 410
    monkeypatch.undo()
    assert press(browser(stage), link) == 303


@pytest.mark.one_database
def test_a_new_password_ends_links_that_are_out(stage: Stage, now: datetime) -> None:
    link = mailed_link(stage)
    with stage.inside(), unit_of_work():
        set_password(db.session.get_one(Person, stage.world.eva_id), "a new long password")
    assert browser(stage).get(link).status_code == 410


@pytest.mark.one_database
def test_nobody_is_led_elsewhere_by_a_link(stage: Stage, now: datetime) -> None:
    for minute, elsewhere in enumerate(
        ("https://evil.example", "//evil.example", "/\\evil.example")
    ):
        with clock.stopped_at(now + timedelta(minutes=minute)):
            link = mailed_link(stage, then=elsewhere)
        client = browser(stage)
        answer = send(client, link)
        assert answer.location == "/account/home"
    # Not even when somebody could write the token.
    with stage.inside():
        mark = signing.short_signature("sign in", stage.world.eva.fs_uniquifier)
    token = signing.token("sign in", ["n", stage.world.eva_id, mark, "//evil.example"])
    assert send(browser(stage), f"{ASK}/{token}").location == "/account/home"


@pytest.mark.one_database
def test_the_button_needs_its_own_token(stage: Stage) -> None:
    link = mailed_link(stage)
    assert browser(stage).post(link).status_code == 400
    assert press(browser(stage), link) == 303
