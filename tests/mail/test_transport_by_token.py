"""The way out is signed in to by OAuth 2."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from helpdesk.core import clock
from helpdesk.core.config import Settings
from helpdesk.mail.compose import Mail
from helpdesk.mail.deliver import deliver_due
from helpdesk.mail.transport import ServerFault, check, open_way
from tests.conftest import settings_for
from tests.mail.grants.signing_in import a_connected_grant, a_grant
from tests.mail.outbox import outbox
from tests.peers.authority import Authority, Mood, authority
from tests.peers.certificate import Certificate, make_certificate
from tests.peers.smtp import Sink, smtp_sink
from tests.world import World

pytestmark = [pytest.mark.usefixtures("context"), pytest.mark.one_database]

A_MAIL = Mail("desk@example.org", "eva@example.com", b"Subject: x\r\n\r\nwords\r\n", False, False)


@pytest.fixture
def desk() -> Iterator[Authority]:
    with authority() as known:
        yield known


@pytest.fixture
def sink(desk: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sink]:
    """A server that takes mail from the authority's user, encrypted."""
    certificate: Certificate = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.cert))

    def is_good(user: str, token: str) -> bool:
        return user == desk.username and desk.is_good(token)

    with smtp_sink(certificate=certificate, is_good=is_good) as sink:
        yield sink


@pytest.fixture
def settings(database: str, tmp_path: Path, sink: Sink, desk: Authority) -> Settings:
    return settings_for(
        tmp_path,
        database,
        smtp_host="127.0.0.1",
        smtp_port=str(sink.port),
        smtp_username=desk.username,
        smtp_grant="desk",
    )


def test_mail_leaves_by_a_token(settings: Settings, desk: Authority, sink: Sink) -> None:
    a_connected_grant(desk)

    for _ in range(2):
        way = open_way(settings)
        way.send(A_MAIL)
        way.close()

    assert [(mail.user, mail.encrypted) for mail in sink.mails] == [(desk.username, True)] * 2
    assert len(desk.asked) == 1


def test_a_check_names_each_step_and_sends_nothing(
    settings: Settings, desk: Authority, sink: Sink
) -> None:
    a_grant(desk)

    steps = check(settings)

    assert [(step.tried, step.held) for step in steps] == [
        ("Connect", True),
        ("Encrypt", True),
        ("Get a token", True),
        ("Sign in", True),
    ]
    assert sink.mails == []


def test_a_refused_token_is_told_with_the_servers_own_complaint(
    settings: Settings, desk: Authority, sink: Sink
) -> None:
    a_grant(desk)
    desk.username = "somebody.else@example.org"

    with pytest.raises(ServerFault) as fault:
        open_way(settings)

    said = str(fault.value)
    assert said.startswith(f"127.0.0.1:{sink.port}: 535 5.7.3 Not signed in")
    assert said.endswith('{"status":"401","schemes":"bearer","scope":"https://mail.example.org/"}')
    last = check(settings)[-1]
    assert (last.tried, last.held) == ("Sign in", False)


def test_a_token_that_ended_early_is_replaced(
    settings: Settings, desk: Authority, sink: Sink
) -> None:
    a_grant(desk)
    open_way(settings).close()
    desk.end_access_tokens()

    with clock.stopped_at(datetime.now(UTC) + timedelta(minutes=5)):
        way = open_way(settings)
        way.send(A_MAIL)
        way.close()

    assert len(desk.asked) == 2
    assert len(sink.mails) == 1


def test_without_a_token_mail_waits_and_says_why(
    settings: Settings, world: World, desk: Authority, sink: Sink
) -> None:
    from helpdesk.core.db import unit_of_work
    from helpdesk.domain.accounts.models import Person
    from helpdesk.domain.notifications.actions import send_sign_in_help

    a_grant(desk)
    desk.mood = Mood.BUSY
    with unit_of_work() as session:
        eva = session.get_one(Person, world.eva_id)
        send_sign_in_help(eva, link="http://127.0.0.1/link", now=clock.now())

    deliver_due(settings)

    (row,) = outbox()
    words = "desk: The endpoint answers: HTTP 503 temporarily_unavailable"
    assert (row.state, row.last_error, row.fault) == ("waiting", words, "server")
    desk.mood = Mood.GIVE
    with clock.stopped_at(datetime.now(UTC) + timedelta(hours=1)):
        deliver_due(settings)
    assert [mail.user for mail in sink.mails] == [desk.username]


def test_a_sign_in_that_nobody_has_set_up_is_named(settings: Settings, sink: Sink) -> None:
    with pytest.raises(ServerFault, match="There is no sign-in “desk”"):
        open_way(settings)
