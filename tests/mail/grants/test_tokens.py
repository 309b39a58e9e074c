"""Access tokens: got, kept, renewed in time and by one at a time, and never shown."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from helpdesk.core import clock, oauth
from helpdesk.core.db import db, unit_of_work
from helpdesk.core.signing import seal, unseal
from helpdesk.domain.correspondence.granting import (
    change_grant,
    connect_grant,
    disconnect_grant,
)
from helpdesk.domain.correspondence.leases import lease_holder, take_lease
from helpdesk.domain.correspondence.models import MailGrant
from helpdesk.mail.grants import TokensAway, TokensRefused, access_token, tokens
from helpdesk.mail.grants.tokens import token_by_name
from tests.mail.grants.signing_in import a_connected_grant, a_grant, grant_row
from tests.peers.authority import CLIENT_SECRET, Authority, Mood

pytestmark = pytest.mark.usefixtures("context")


def later(**time: float) -> datetime:
    return datetime.now(UTC) + timedelta(**time)


def test_a_token_is_asked_for_once_and_kept_sealed(desk: Authority) -> None:
    grant = a_grant(desk)

    token = access_token(grant)

    assert desk.is_good(token)
    assert access_token(grant) == token
    assert token_by_name("desk") == token
    (asked,) = desk.asked
    assert (asked["grant_type"], asked["scope"]) == ("client_credentials", "mail")
    row = grant_row(grant)
    assert unseal(row.sealed_access_token or "") == token
    assert row.renewed_at is not None
    assert row.access_until is not None
    kept = db.session.execute(text("SELECT * FROM mail_grants")).one()
    assert token not in str(kept)
    assert CLIENT_SECRET not in str(kept)


def test_a_token_is_renewed_some_minutes_before_its_end(desk: Authority) -> None:
    grant = a_grant(desk)
    first = access_token(grant)

    with clock.stopped_at(later(minutes=54)):
        assert access_token(grant) == first
    with clock.stopped_at(later(minutes=56)):
        assert access_token(grant) != first
    assert len(desk.asked) == 2


def test_a_token_with_a_short_life_is_used_for_half_of_it(desk: Authority) -> None:
    desk.lives_seconds = 120
    grant = a_grant(desk)
    first = access_token(grant)

    with clock.stopped_at(later(seconds=50)):
        assert access_token(grant) == first
    with clock.stopped_at(later(seconds=70)):
        assert access_token(grant) != first


def test_a_new_refresh_token_takes_the_place_of_the_old_one(desk: Authority) -> None:
    grant = a_connected_grant(desk)
    before = unseal(grant_row(grant).sealed_refresh_token or "")

    for hour in range(1, 4):
        with clock.stopped_at(later(hours=hour)):
            assert desk.is_good(access_token(grant))

    used = [asked["refresh_token"] for asked in desk.asked]
    assert used[0] == before
    assert len(set(used)) == 3
    kept = unseal(grant_row(grant).sealed_refresh_token or "")
    assert kept not in used
    # Whoever starts anew reads nothing but the database, and the old ones are worthless.
    db.session.remove()
    with clock.stopped_at(later(hours=4)):
        assert desk.is_good(access_token(grant))
    assert desk.asked[-1]["refresh_token"] == kept


def test_a_refresh_token_that_is_not_renewed_stays(desk: Authority) -> None:
    desk.rotates = False
    grant = a_connected_grant(desk)
    before = grant_row(grant).sealed_refresh_token

    access_token(grant)

    assert grant_row(grant).sealed_refresh_token == before


def test_the_new_refresh_token_is_committed_before_the_access_token_is_used(
    desk: Authority, app: Flask
) -> None:
    grant = a_connected_grant(desk)
    token = access_token(grant)

    # From another connection, as after the process was killed at this very moment.
    with db.engine.connect() as other:
        sealed = other.execute(
            text("SELECT sealed_access_token, sealed_refresh_token FROM mail_grants")
        ).one()
    assert unseal(sealed[0]) == token
    assert unseal(sealed[1]) != desk.asked[0]["refresh_token"]


def test_a_database_that_is_away_for_a_moment_costs_no_refresh_token(
    desk: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "_BETWEEN_STORINGS_SECONDS", 0.01)
    grant = a_connected_grant(desk)
    store, times = tokens.note_renewed, iter(range(3))

    def stumble(*args: object, **values: object) -> bool:
        if next(times, None) is not None:
            raise OperationalError("UPDATE", {}, Exception("the disk is full"))
        return store(*args, **values)  # type: ignore[arg-type]

    monkeypatch.setattr(tokens, "note_renewed", stumble)

    assert desk.is_good(access_token(grant))
    with clock.stopped_at(later(hours=1)):
        assert desk.is_good(access_token(grant))
    assert len(desk.asked) == 2


def at_once(app: Flask, many: int, do: Callable[[], None]) -> None:
    """Do it in so many threads at the same moment, each with a session of its own."""
    begin = threading.Barrier(many)

    def one() -> None:
        with app.app_context():
            begin.wait()
            try:
                do()
            finally:
                db.session.remove()

    threads = [threading.Thread(target=one) for _ in range(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_many_who_need_a_token_at_once_ask_for_one(desk: Authority, app: Flask) -> None:
    desk.thinks_seconds = 0.4
    grant = a_connected_grant(desk)
    got: list[str] = []

    at_once(app, 6, lambda: got.append(access_token(grant)))

    assert len(desk.asked) == 1
    assert len(got) == 6
    assert len(set(got)) == 1
    assert grant_row(grant).leased_by is None


def test_who_waited_for_a_no_does_not_ask_for_another(desk: Authority, app: Flask) -> None:
    desk.thinks_seconds = 0.4
    desk.mood = Mood.INVALID_GRANT
    grant = a_connected_grant(desk)
    said: list[str] = []

    def need() -> None:
        with pytest.raises(TokensRefused) as refusal:
            access_token(grant)
        said.append(str(refusal.value))

    at_once(app, 4, need)

    assert len(desk.asked) == 1
    assert set(said) == {"The endpoint answers: HTTP 400 invalid_grant: The password was changed."}
    assert len(said) == 4


def test_who_died_while_asking_holds_up_nobody(desk: Authority) -> None:
    grant = a_grant(desk)
    from helpdesk.core.holders import let_go, new_holder

    dead = new_holder()
    let_go(dead)
    with unit_of_work() as session:
        row = session.get_one(MailGrant, grant)
        row.leased_by, row.leased_until = dead, later(minutes=2)

    assert desk.is_good(access_token(grant))


def test_an_answer_that_was_asked_for_before_somebody_connected_anew_is_not_kept(
    desk: Authority, app: Flask
) -> None:
    desk.thinks_seconds = 0.5
    grant = a_connected_grant(desk)
    failed: list[str] = []

    def need() -> None:
        with app.app_context():
            try:
                access_token(grant)
            except TokensAway as error:
                failed.append(str(error))
            finally:
                db.session.remove()

    thread = threading.Thread(target=need)
    thread.start()
    while not desk.asked:
        pass
    with unit_of_work() as session:
        connect_grant(
            session.get_one(MailGrant, grant),
            refresh_token="brought by a person",
            access_token="fresh",
            access_until=later(hours=1),
            by=None,
            now=clock.now(),
        )
    thread.join()

    assert len(failed) == 1
    assert unseal(grant_row(grant).sealed_refresh_token or "") == "brought by a person"
    assert access_token(grant) == "fresh"


@pytest.mark.parametrize("deed", ["connect", "change", "disconnect"])
def test_whoever_began_to_ask_after_the_row_was_read_loses_the_lease_too(
    desk: Authority, deed: str
) -> None:
    grant = a_connected_grant(desk)
    now = clock.now()
    with unit_of_work() as session:
        read = session.get_one(MailGrant, grant)
        assert read.leased_by is None
        assert take_lease(MailGrant, grant, holder="another", until=later(minutes=2), now=now)
        if deed == "connect":
            connect_grant(
                read,
                refresh_token="new",
                access_token="fresh",
                access_until=later(hours=1),
                by=None,
                now=now,
            )
        elif deed == "change":
            change_grant(read, values={}, client_secret="another", by=None, now=now)
        else:
            disconnect_grant(read, by=None, now=now)
    db.session.rollback()
    assert lease_holder(MailGrant, grant) is None


def test_a_token_that_a_server_refuses_is_replaced_unless_it_is_brand_new(desk: Authority) -> None:
    grant = a_grant(desk)
    first = access_token(grant)

    assert access_token(grant, instead_of=first) == first
    with clock.stopped_at(later(minutes=2)):
        second = access_token(grant, instead_of=first)
        assert second != first
        # Another mailbox was refused the same old one, and finds the new one there.
        assert access_token(grant, instead_of=first) == second
    assert len(desk.asked) == 2


@pytest.mark.parametrize(
    ("mood", "words"),
    [
        (Mood.AWAY, "The endpoint answers: HTTP 500"),
        (Mood.BUSY, "The endpoint answers: HTTP 503 temporarily_unavailable"),
        (Mood.EMPTY, "The endpoint answers without a token."),
        (Mood.ENDLESS, "The endpoint’s answer is too long: more than a megabyte."),
        (Mood.REDIRECT, "The endpoint answers: HTTP 307"),
    ],
)
def test_an_endpoint_that_is_ill_is_told_in_its_words(
    desk: Authority, mood: Mood, words: str
) -> None:
    grant = a_connected_grant(desk)
    desk.mood = mood

    with pytest.raises(TokensAway) as away:
        access_token(grant)

    assert str(away.value) == words
    row = grant_row(grant)
    assert (row.last_error, row.refused, row.leased_by) == (words, False, None)
    assert row.failing_since is not None
    assert len(desk.asked) == 1
    desk.mood = Mood.GIVE
    access_token(grant)
    row = grant_row(grant)
    assert (row.failing_since, row.last_error) == (None, "")


def test_an_endpoint_that_says_nothing_is_not_waited_for_for_ever(
    desk: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oauth, "PATIENCE_SECONDS", (1.0, 0.3))
    grant = a_grant(desk)
    desk.mood = Mood.HANG

    with pytest.raises(TokensAway, match=r"127\.0\.0\.1:\d+ gives no answer: .*timed out"):
        access_token(grant)


def test_nobody_at_the_endpoint_is_told_with_its_place() -> None:
    from tests.peers.postgresql import free_port

    nobody = Authority(free_port(), "desk@example.org")
    with pytest.raises(TokensAway, match=rf"127\.0\.0\.1:{nobody.port} gives no answer: .*refused"):
        access_token(a_grant(nobody))


def test_a_wrong_secret_is_told_in_the_endpoints_words(desk: Authority) -> None:
    grant = a_grant(desk)
    with unit_of_work() as session:
        session.get_one(MailGrant, grant).sealed_client_secret = seal("worthless-4711")

    with pytest.raises(TokensRefused) as refused:
        access_token(grant)

    assert str(refused.value) == (
        "The endpoint answers: HTTP 401 invalid_client: The secret of this application has expired."
    )
    assert grant_row(grant).refused


def test_no_secret_is_in_an_error_or_a_log(
    desk: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    desk.mood = Mood.ECHO
    caplog.set_level(logging.DEBUG)
    grant = a_connected_grant(desk)
    secret = unseal(grant_row(grant).sealed_refresh_token or "")

    with pytest.raises(TokensRefused) as refused:
        access_token(grant)

    everything = f"{refused.value} {grant_row(grant).last_error} {caplog.text}"
    assert "invalid_grant" in everything
    assert "••••" in everything
    assert secret not in everything
    assert CLIENT_SECRET not in everything
    desk.mood = Mood.GIVE
    token = access_token(grant)
    assert token not in caplog.text


def test_other_scopes_end_what_was_granted_for_the_old_ones(desk: Authority) -> None:
    grant = a_connected_grant(desk)
    access_token(grant)
    with unit_of_work() as session:
        row = session.get_one(MailGrant, grant)
        change_grant(row, values={"scope": "mail more"}, by=None, now=clock.now())

    with pytest.raises(TokensRefused, match="nobody has agreed"):
        access_token(grant)
    assert len(desk.asked) == 1
