from __future__ import annotations

import smtplib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.core.config import Settings
from helpdesk.core.db import db, unit_of_work
from helpdesk.core.listening import HostPort, UnixSocket
from helpdesk.core.storage import storage
from helpdesk.domain.correspondence.models import InboundMail, Mailbox
from helpdesk.domain.correspondence.tokens import Audience, reply_address
from helpdesk.mail.listen import Doors, DoorTaken, protocol
from tests.mail.mailboxes import letter
from tests.peers.postgresql import free_port
from tests.world import World

HELPDESK = "helpdesk@example.org"
ORDERS = "orders@example.org"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(
        settings,
        smtp_listen=HostPort("127.0.0.1", free_port()),
        lmtp_listen=HostPort("127.0.0.1", free_port()),
        max_mail_mb=1,
    )


@pytest.fixture
def doors(app: Flask, settings: Settings, world: World) -> Iterator[Doors]:
    doors = Doors(app, settings)
    doors.open()
    yield doors
    doors.close()


@pytest.fixture
def smtp(doors: Doors, settings: Settings) -> Iterator[smtplib.SMTP]:
    assert isinstance(settings.smtp_listen, HostPort)
    with smtplib.SMTP("127.0.0.1", settings.smtp_listen.port, timeout=10) as client:
        yield client


@pytest.fixture
def lmtp(doors: Doors, settings: Settings) -> Iterator[smtplib.LMTP]:
    assert isinstance(settings.lmtp_listen, HostPort)
    with smtplib.LMTP("127.0.0.1", settings.lmtp_listen.port, timeout=10) as client:
        client.ehlo("mx.example.org")
        yield client


def rows() -> list[InboundMail]:
    db.session.rollback()
    return list(db.session.scalars(select(InboundMail).order_by(InboundMail.id)))


def replies(client: smtplib.LMTP, count: int) -> list[int]:
    return [client.getreply()[0] for _ in range(count)]


def hand_over(client: smtplib.SMTP, recipients: list[str], raw: bytes) -> None:
    """All of the conversation but the answers to the mail."""
    client.mail("eva@example.com")
    for recipient in recipients:
        client.rcpt(recipient)
    client.docmd("DATA")
    client.send(smtplib._quote_periods(raw) + b".\r\n")  # type: ignore[attr-defined]


def test_a_mail_is_kept_whole_when_it_is_answered(smtp: smtplib.SMTP, world: World) -> None:
    raw = letter(1, body=".a dot first\r\n..two\r\nåäö")

    smtp.sendmail("eva@example.com", [HELPDESK], raw)

    (row,) = rows()
    assert storage().read(row.raw_sha256 or "") == raw
    assert (row.mailbox_id, row.door, row.state) == (world.helpdesk_id, "smtp", "waiting")
    assert (row.envelope_from, row.envelope_to) == ("eva@example.com", HELPDESK)


@pytest.mark.one_database
def test_mail_for_somebody_else_is_refused(smtp: smtplib.SMTP) -> None:
    smtp.ehlo()
    smtp.mail("eva@example.com")

    assert smtp.rcpt("nobody@example.org")[0] == 550
    assert smtp.rcpt("eva@example.com")[0] == 550
    assert smtp.rcpt("HelpDesk@Example.ORG")[0] == 250
    assert rows() == []


@pytest.mark.one_database
def test_a_mailbox_that_is_switched_off_takes_nothing(smtp: smtplib.SMTP, world: World) -> None:
    with unit_of_work():
        world.helpdesk.active = False

    with pytest.raises(smtplib.SMTPRecipientsRefused):
        smtp.sendmail("eva@example.com", [HELPDESK], letter())


def test_one_mail_for_two_mailboxes_is_kept_once_in_each(smtp: smtplib.SMTP, world: World) -> None:
    tag = reply_address(HELPDESK, 7, Audience.REQUESTER, 3)

    smtp.sendmail("eva@example.com", [HELPDESK, ORDERS, tag], letter())

    found = [(row.mailbox_id, row.envelope_to) for row in rows()]
    assert sorted(found) == sorted([(world.helpdesk_id, tag), (world.orders_id, ORDERS)])


@pytest.mark.one_database
def test_the_null_sender_is_welcome(smtp: smtplib.SMTP) -> None:
    smtp.sendmail("", [HELPDESK], letter())

    assert rows()[0].envelope_from == ""


@pytest.mark.one_database
def test_what_is_too_large_is_refused_before_and_after_it_is_sent(smtp: smtplib.SMTP) -> None:
    smtp.ehlo()
    assert smtp.esmtp_features["size"] == str(1024 * 1024)
    assert smtp.docmd(f"MAIL FROM:<eva@example.com> SIZE={1024 * 1024 + 1}")[0] == 552
    large = letter(body=("x" * 70 + "\r\n") * 20_000)
    smtp.mail("eva@example.com")
    smtp.rcpt(HELPDESK)
    assert smtp.data(large)[0] == 552

    smtp.sendmail("eva@example.com", [HELPDESK], letter())
    assert len(rows()) == 1


@pytest.mark.one_database
def test_addresses_and_mail_beyond_ascii_are_taken(smtp: smtplib.SMTP, world: World) -> None:
    with unit_of_work():
        world.helpdesk.aliases = ["hjälp@example.org"]
    smtp.ehlo()
    assert {"smtputf8", "8bitmime", "pipelining"} <= set(smtp.esmtp_features)

    options = ["SMTPUTF8", "BODY=8BITMIME"]
    smtp.sendmail("åsa@example.com", ["hjälp@example.org"], letter(), mail_options=options)

    assert (rows()[0].envelope_from, rows()[0].envelope_to) == (
        "åsa@example.com",
        "hjälp@example.org",
    )


@pytest.mark.one_database
def test_an_address_that_is_no_text_harms_nobody(smtp: smtplib.SMTP) -> None:
    smtp.ehlo()
    smtp.send(b"MAIL FROM:<\xff\xfe@example.com>\r\n")
    assert smtp.getreply()[0] == 250
    smtp.send(b"RCPT TO:<helpdesk+\xff@example.org>\r\n")
    assert smtp.getreply()[0] == 553
    smtp.rcpt(HELPDESK)

    assert smtp.data(letter())[0] == 250
    assert rows()[0].envelope_from == "??@example.com"


@pytest.mark.one_database
def test_a_line_as_long_as_an_attachment_is_taken(smtp: smtplib.SMTP) -> None:
    raw = letter(body="x" * 500_000)

    smtp.sendmail("eva@example.com", [HELPDESK], raw)

    assert storage().read(rows()[0].raw_sha256 or "") == raw


@pytest.mark.one_database
@pytest.mark.parametrize("end", [b"\n.\n", b"\n.\r\n", b"\r.\r", b"\r\n.\n"])
def test_no_second_mail_can_be_smuggled_in_the_first(smtp: smtplib.SMTP, end: bytes) -> None:
    smtp.ehlo()
    smuggled = (
        b"MAIL FROM:<boss@example.org>\r\nRCPT TO:<helpdesk@example.org>\r\nDATA\r\n"
        b"Subject: smuggled\r\n\r\nPay at once."
    )
    smtp.mail("eva@example.com")
    smtp.rcpt(HELPDESK)
    smtp.docmd("DATA")
    smtp.send(letter().rstrip() + end + smuggled + b"\r\n.\r\n")

    assert smtp.getreply()[0] == 250
    assert smtp.noop()[0] == 250
    assert len(rows()) == 1


def test_mail_is_put_off_while_the_database_is_away(
    smtp: smtplib.SMTP, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        db.session.execute(db.text("ALTER TABLE inbound_mails RENAME TO away"))
        db.session.commit()
    with pytest.raises(smtplib.SMTPDataError, match="451"):
        smtp.sendmail("eva@example.com", [HELPDESK], letter())
    with app.app_context():
        db.session.execute(db.text("ALTER TABLE mailboxes RENAME TO away_too"))
        db.session.commit()
    smtp.rset()
    smtp.mail("eva@example.com")
    assert smtp.rcpt(HELPDESK)[0] == 451

    with app.app_context():
        db.session.execute(db.text("ALTER TABLE away RENAME TO inbound_mails"))
        db.session.execute(db.text("ALTER TABLE away_too RENAME TO mailboxes"))
        db.session.commit()
    smtp.rset()
    smtp.sendmail("eva@example.com", [HELPDESK], letter())
    assert len(rows()) == 1


@pytest.mark.one_database
def test_mail_is_put_off_while_the_disk_refuses(
    smtp: smtplib.SMTP, settings: Settings, tmp_path: Path
) -> None:
    files = settings.data_dir / "files"
    files.rename(tmp_path / "moved")
    files.write_text("a file where the folder should be")

    with pytest.raises(smtplib.SMTPDataError, match="451"):
        smtp.sendmail("eva@example.com", [HELPDESK], letter())

    assert rows() == []


def test_lmtp_answers_once_for_each_recipient(lmtp: smtplib.LMTP, world: World) -> None:
    hand_over(lmtp, [HELPDESK, "nobody@example.org", ORDERS], letter())

    assert replies(lmtp, 2) == [250, 250]
    assert lmtp.noop()[0] == 250
    assert {row.mailbox_id for row in rows()} == {world.helpdesk_id, world.orders_id}
    assert {row.door for row in rows()} == {"lmtp"}
    hand_over(lmtp, [HELPDESK], letter(2))
    assert replies(lmtp, 1) == [250]
    assert lmtp.noop()[0] == 250


@pytest.mark.one_database
def test_lmtp_refuses_once_for_each_recipient(lmtp: smtplib.LMTP, app: Flask) -> None:
    hand_over(lmtp, [HELPDESK, ORDERS], letter(body=("x" * 70 + "\r\n") * 20_000))
    assert replies(lmtp, 2) == [552, 552]
    assert lmtp.noop()[0] == 250

    with app.app_context():
        db.session.execute(db.text("ALTER TABLE inbound_mails RENAME TO away"))
        db.session.commit()
    hand_over(lmtp, [HELPDESK, ORDERS], letter())
    assert replies(lmtp, 2) == [451, 451]
    assert lmtp.noop()[0] == 250
    assert lmtp.docmd("DATA")[0] == 503
    assert lmtp.noop()[0] == 250


@pytest.mark.one_database
def test_lmtp_is_not_smtp(lmtp: smtplib.LMTP) -> None:
    assert lmtp.docmd("EHLO mx.example.org")[0] == 500


@pytest.mark.one_database
def test_a_client_that_hangs_up_in_the_middle_leaves_nothing(
    smtp: smtplib.SMTP, doors: Doors, settings: Settings
) -> None:
    assert isinstance(settings.smtp_listen, HostPort)
    with socket.create_connection(("127.0.0.1", settings.smtp_listen.port)) as client:
        for line in (b"EHLO x", b"MAIL FROM:<a@example.com>", b"RCPT TO:<helpdesk@example.org>"):
            client.sendall(line + b"\r\n")
        client.sendall(b"DATA\r\n" + letter())
        time.sleep(0.2)

    smtp.sendmail("eva@example.com", [HELPDESK], letter(2))
    assert len(rows()) == 1


@pytest.mark.one_database
def test_too_many_clients_are_asked_to_come_back(
    doors: Doors, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "MOST_CONNECTIONS", 2)
    assert isinstance(settings.smtp_listen, HostPort)
    place = ("127.0.0.1", settings.smtp_listen.port)
    with socket.create_connection(place) as one, socket.create_connection(place) as two:
        assert one.recv(100).startswith(b"220")
        assert two.recv(100).startswith(b"220")
        with socket.create_connection(place) as three:
            assert three.recv(100).startswith(b"421")
            assert three.recv(100) == b""
    deadline = time.monotonic() + 5
    greeting = b"421"
    while greeting.startswith(b"421") and time.monotonic() < deadline:
        with socket.create_connection(place) as again:
            greeting = again.recv(100)
    assert greeting.startswith(b"220")


def test_many_clients_at_once_lose_nothing(doors: Doors, settings: Settings) -> None:
    assert isinstance(settings.lmtp_listen, HostPort)
    port = settings.lmtp_listen.port
    errors: list[Exception] = []

    def send(start: int) -> None:
        try:
            with smtplib.LMTP("127.0.0.1", port, timeout=20) as client:
                for number in range(start, start + 10):
                    client.sendmail("eva@example.com", [HELPDESK], letter(number))
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=send, args=(start,)) for start in range(0, 80, 10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert len({row.rfc_message_id for row in rows()}) == len(rows()) == 80


@pytest.mark.one_database
def test_who_kept_mail_is_told_so(app: Flask, settings: Settings, world: World) -> None:
    kept = threading.Event()
    doors = Doors(app, settings, on_kept=kept.set)
    doors.open()
    try:
        assert isinstance(settings.smtp_listen, HostPort)
        with smtplib.SMTP("127.0.0.1", settings.smtp_listen.port, timeout=10) as client:
            client.sendmail("eva@example.com", [HELPDESK], letter())
        assert kept.wait(2)
    finally:
        doors.close()


@pytest.mark.one_database
def test_workers_share_a_port_but_a_stranger_is_told(
    app: Flask, settings: Settings, doors: Doors
) -> None:
    other = Doors(app, settings)
    other.open()
    other.close()
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        port = stranger.getsockname()[1]
        taken = replace(settings, smtp_listen=HostPort("127.0.0.1", port))
        with pytest.raises(DoorTaken) as told:
            Doors(app, taken).open()

    assert str(told.value) == (
        f"Port {port} on 127.0.0.1 is in use. "
        "Stop what uses it, or set HELPDESK_SMTP_LISTEN to another."
    )


@pytest.mark.one_database
def test_a_socket_in_the_file_system_goes_from_worker_to_worker(
    app: Flask, settings: Settings, world: World, tmp_path: Path
) -> None:
    place = UnixSocket(tmp_path / "lmtp")
    settings = replace(settings, smtp_listen=None, lmtp_listen=place)

    def deliver(number: int) -> None:
        with smtplib.LMTP(str(place.path)) as client:
            client.sendmail("eva@example.com", [HELPDESK], letter(number))

    first, second = Doors(app, settings), Doors(app, settings)
    first.open()
    second.open()
    deliver(1)
    first.close()
    second.tend()
    deliver(2)
    second.tend()
    second.close()

    assert len(rows()) == 2
    assert not place.path.exists()
    # Left behind by one that was killed.
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(place.path))
    third = Doors(app, settings)
    third.open()
    deliver(3)
    third.close()
    assert len(rows()) == 3


@pytest.mark.one_database
def test_a_stranger_on_a_socket_of_the_file_system_is_told(
    app: Flask, settings: Settings, tmp_path: Path
) -> None:
    place = UnixSocket(tmp_path / "lmtp")
    with socket.socket(socket.AF_UNIX) as stranger:
        stranger.bind(str(place.path))
        stranger.listen()
        doors = Doors(app, replace(settings, smtp_listen=None, lmtp_listen=place))
        with pytest.raises(DoorTaken, match="is in use"):
            doors.open()


@pytest.mark.one_database
def test_closing_does_not_wait_for_a_client_that_says_nothing(
    app: Flask, settings: Settings, world: World
) -> None:
    doors = Doors(app, settings)
    doors.open()
    assert isinstance(settings.smtp_listen, HostPort)
    with socket.create_connection(("127.0.0.1", settings.smtp_listen.port)) as client:
        client.recv(100)
        began = time.monotonic()
        doors.close()
        assert time.monotonic() - began < 1
        assert client.recv(100) == b""


@pytest.mark.one_database
def test_the_first_mailbox_with_an_address_takes_it(smtp: smtplib.SMTP, world: World) -> None:
    with unit_of_work() as session:
        session.add(Mailbox(name="late", address="late@example.org", aliases=[HELPDESK]))

    smtp.sendmail("eva@example.com", [HELPDESK], letter())

    assert [row.mailbox_id for row in rows()] == [world.helpdesk_id]
