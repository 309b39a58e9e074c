"""The virus scanner is asked over a real socket."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from helpdesk.core.clamd import ScannerAway, greet, scan
from helpdesk.core.listening import HostPort, UnixSocket
from tests.peers.clamd import EICAR, FOUND, running_clamd


def test_a_virus_is_named_and_an_innocent_file_is_not() -> None:
    with running_clamd() as scanner:
        assert scan(scanner.place, b"before " + EICAR + b" after") == FOUND
        assert scan(scanner.place, b"Hello.") == ""
        assert scan(scanner.place, b"") == ""


def test_a_large_file_goes_over_in_pieces_and_whole(tmp_path: Path) -> None:
    data = bytes(range(256)) * 2_000 + EICAR
    with running_clamd(tmp_path / "clamd.ctl") as scanner:
        assert scan(scanner.place, data) == FOUND
        assert scanner.scanned == [data]


def test_a_file_beyond_the_scanners_limit_gets_no_verdict() -> None:
    with running_clamd() as scanner:
        scanner.most = 1_000
        with pytest.raises(ScannerAway) as away:
            scan(scanner.place, b"x" * 5_000_000)
        assert not away.value.slow
        # A reset may overtake the words.
        assert str(away.value) in ("INSTREAM size limit exceeded. ERROR", "no answer")


def test_an_odd_answer_is_no_verdict() -> None:
    with running_clamd() as scanner:
        scanner.answer = "stream: Can't allocate memory ERROR"
        with pytest.raises(ScannerAway, match="Can't allocate memory"):
            scan(scanner.place, b"Hello.")
        scanner.answer, scanner.drops = "", True
        with pytest.raises(ScannerAway, match="no answer"):
            scan(scanner.place, b"Hello.")


def test_a_scanner_that_says_nothing_is_waited_for_no_longer_than_told() -> None:
    with running_clamd() as scanner:
        scanner.seconds = 1.0
        with pytest.raises(ScannerAway, match="no answer in time") as away:
            scan(scanner.place, b"Hello.", seconds=0.1)
        assert away.value.slow


def test_a_scanner_that_is_not_there_is_missed_at_once(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = HostPort("127.0.0.1", probe.getsockname()[1])
    for place in (free, UnixSocket(tmp_path / "nowhere")):
        with pytest.raises(ScannerAway) as away:
            scan(place, b"Hello.")
        assert not away.value.slow


def test_a_greeting_tells_whether_the_scanner_is_there(tmp_path: Path) -> None:
    with running_clamd() as scanner:
        assert greet(scanner.place) == ""
    assert greet(UnixSocket(tmp_path / "nowhere")) == "No such file or directory"
