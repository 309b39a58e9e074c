from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpdesk.core.listening import HostPort, UnixSocket, faults_of_doors, parse_listen


@pytest.fixture
def taken() -> Iterator[HostPort]:
    """A port that another program listens on, shared the way several workers share one."""
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        door.bind(("127.0.0.1", 0))
        door.listen()
        yield HostPort("127.0.0.1", door.getsockname()[1])


@pytest.mark.parametrize("text", ["127.0.0.1:25", "[::1]:8000", "localhost:80", "unix:/run/x"])
def test_a_door_is_written_as_it_is_read(text: str) -> None:
    assert str(parse_listen(text)) == text


def test_a_port_in_use_is_told_with_its_setting(taken: HostPort) -> None:
    assert faults_of_doors([("HELPDESK_SMTP_LISTEN", taken)]) == [
        f"Port {taken.port} on 127.0.0.1 is in use. "
        "Stop what uses it, or set HELPDESK_SMTP_LISTEN to another."
    ]


def test_a_port_in_use_is_seen_from_all_addresses_too(taken: HostPort) -> None:
    (fault,) = faults_of_doors([("HELPDESK_HTTP_LISTEN", HostPort("0.0.0.0", taken.port))])

    assert fault.startswith(f"Port {taken.port} on 0.0.0.0 is in use.")


def test_a_free_port_and_a_shut_door_have_no_fault(taken: HostPort) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = HostPort("127.0.0.1", probe.getsockname()[1])

    assert faults_of_doors([("HELPDESK_HTTP_LISTEN", free), ("HELPDESK_LMTP_LISTEN", None)]) == []
    assert len(faults_of_doors([("A", free), ("B", taken)])) == 1


def test_a_port_that_was_just_closed_is_free(taken: HostPort) -> None:
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(("127.0.0.1", 0))
        door.listen()
        place = HostPort("127.0.0.1", door.getsockname()[1])
        with socket.create_connection((place.host, place.port)):
            # The side that closes first is the one that leaves the port waiting.
            door.accept()[0].close()

    assert faults_of_doors([("HELPDESK_HTTP_LISTEN", place)]) == []


def test_an_address_of_another_machine_is_told() -> None:
    (fault,) = faults_of_doors([("HELPDESK_HTTP_LISTEN", HostPort("192.0.2.7", 8000))])

    assert fault == (
        "192.0.2.7 is no address of this machine. Set HELPDESK_HTTP_LISTEN to one that is."
    )


def test_a_name_that_nobody_knows_is_told() -> None:
    (fault,) = faults_of_doors([("HELPDESK_HTTP_LISTEN", HostPort("nowhere.invalid", 8000))])

    assert fault.startswith("nowhere.invalid is not known to this machine.")


def test_a_socket_is_taken_only_while_somebody_answers(tmp_path: Path) -> None:
    place = UnixSocket(tmp_path / "door")
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(place.path))
        door.listen()
        (fault,) = faults_of_doors([("HELPDESK_LMTP_LISTEN", place)])
        assert fault.startswith(f"The socket {place.path} is in use.")

    assert place.path.exists()
    assert faults_of_doors([("HELPDESK_LMTP_LISTEN", place)]) == []


def test_a_socket_needs_its_folder(tmp_path: Path) -> None:
    (fault,) = faults_of_doors([("HELPDESK_LMTP_LISTEN", UnixSocket(tmp_path / "no" / "door"))])

    assert fault.startswith(f"The folder {tmp_path}/no does not exist.")
