"""Two workers and two web servers on one database: every mail exactly once."""

from __future__ import annotations

import json
import smtplib
import threading
from http.client import HTTPConnection

import pytest

from helpdesk.application import create_app
from helpdesk.core import clock
from helpdesk.core.config import load_settings
from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.accounts.actions import add_person, grant
from helpdesk.domain.accounts.permissions import Role
from helpdesk.domain.accounts.queries import person_by_address
from tests.journeys.accounting import faults
from tests.journeys.conftest import Install
from tests.journeys.installation import Installation, fetched, wait_until
from tests.journeys.readers import signed_in
from tests.mail.mailboxes import letter
from tests.peers.postgresql import free_port
from tests.peers.smtp import smtp_sink

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

MAILS = 50


def hand_over(place: Installation, numbers: range) -> list[str]:
    """Every second mail by SMTP, the others by LMTP; returns what went wrong."""
    wrong = []
    with (
        smtplib.SMTP("127.0.0.1", place.smtp, "localhost", timeout=30) as smtp,
        smtplib.LMTP("127.0.0.1", place.lmtp, "localhost", timeout=30) as lmtp,
    ):
        for number in numbers:
            raw = letter(number, From=f"p{number}@example.com", Date="")
            try:
                (smtp if number % 2 else lmtp).sendmail(
                    "x@example.com", ["helpdesk@example.org"], raw
                )
            except smtplib.SMTPException as error:
                wrong.append(str(error))
    return wrong


def test_two_workers_and_two_web_servers_take_each_mail_once(
    install_on_postgresql: Install,
) -> None:
    with smtp_sink() as sink:
        place = install_on_postgresql(
            smtp_host="127.0.0.1", smtp_port=str(sink.port), smtp_security="none"
        )
        other_pages = free_port()
        workers = [place.start("worker"), place.start("worker")]
        place.start("web")
        place.start("web", HELPDESK_HTTP_LISTEN=f"127.0.0.1:{other_pages}")
        place.wait_for_doors()
        wait_until(lambda: all("at work" in each.words for each in workers), 60, "two workers")

        wrong: list[str] = []
        senders = [
            threading.Thread(
                target=lambda part=part: wrong.extend(hand_over(place, range(part, MAILS, 2)))
            )
            for part in range(2)
        ]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        assert wrong == []
        place.wait_until_filed(MAILS, 60)
        sink.wait_for(MAILS, 60)

        ids = [f"letter-{number}@example.com" for number in range(MAILS)]
        wait_until(lambda: not faults(place, ids, left=sink.mails), 20, "order in the books")
        assert faults(place, ids, left=sink.mails) == []
        assert len(sink.mails) == MAILS, "nothing was sent twice"
        for port in (place.http, other_pages):
            page = f"http://127.0.0.1:{port}/health/ready"
            wait_until(lambda page=page: fetched(page) is not None, 60, "second web server")
        assert_both_tell_who_is_there(place, (place.http, other_pages))


def assert_both_tell_who_is_there(place: Installation, ports: tuple[int, int]) -> None:
    """What one server was told of somebody at a ticket, the other one tells."""
    app = create_app(load_settings(place.environ, env_file=None))
    with app.app_context():
        with unit_of_work():
            other = add_person("agnes@example.org", name="Agnes Agent", now=clock.now())
            grant(other, role=Role.AGENT)
            identities = [other.fs_uniquifier]
        ada = person_by_address("ada@example.org")
        assert ada is not None
        identities.append(ada.fs_uniquifier)
        db.session.remove()
        db.engine.dispose()
    told = {}
    for identity, port, doing in zip(identities, ports, ("reply", "reading"), strict=True):
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        signed_in(app, identity).sign(connection, 1, doing=doing)
        answer = connection.getresponse()
        assert answer.status == 200
        told[port] = json.loads(answer.read())["here"]
        connection.close()
    assert told[ports[0]] == ""
    assert "Agnes Agent is writing a reply" in told[ports[1]]
