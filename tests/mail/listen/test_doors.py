from __future__ import annotations

import smtplib
import socket
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from helpdesk.core.config import Settings
from helpdesk.core.listening import HostPort, UnixSocket
from helpdesk.mail.listen import Doors, DoorTaken, protocol
from tests.mail.listen.handed import HELPDESK, rows
from tests.mail.mailboxes import letter
from tests.world import World


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
