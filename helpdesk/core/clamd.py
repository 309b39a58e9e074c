"""Asks ClamAV's daemon about bytes, by its INSTREAM command (clamd(8)).

The library of that name has had no release for many years, and this is all that is needed of it.
"""

from __future__ import annotations

import re
import socket
import struct
import time
from pathlib import Path

from helpdesk.core.listening import HostPort, Listen, UnixSocket
from helpdesk.core.words import N_

# A scanner that is asked about a large archive thinks for a while; no mail waits longer for it.
SECONDS = 20.0
# What is only asked whether it is there answers at once.
GREETING_SECONDS = 1.0

_CHUNK = 64 * 1024
_LONGEST_ANSWER = 4096
_FOUND = re.compile(r"stream: (.{1,180}) FOUND\Z")


class ScannerAway(Exception):
    """The scanner gave no verdict; the words say why: marked, or exactly the other side's.

    `slow` when time was lost with waiting.
    """

    def __init__(self, words: str, *, slow: bool = False) -> None:
        super().__init__(words)
        self.slow = slow


def scan(place: Listen, data: bytes, *, seconds: float = SECONDS) -> str:
    """The name of what the scanner found in the bytes, "" when it found nothing.

    Raises ScannerAway when it cannot be reached, does not answer in time, or answers anything else,
    such as that the bytes are too many for it.
    """
    answer = _asked(place, b"zINSTREAM\0", data, seconds)
    if answer == "stream: OK":
        return ""
    found = _FOUND.match(answer)
    if found is None:
        raise ScannerAway(answer or N_("no answer"))
    return found[1]


def greet(place: Listen) -> str:
    """ "" when the scanner is there and ready, otherwise why not, in marked words."""
    try:
        answer = _asked(place, b"zPING\0", None, GREETING_SECONDS)
    except ScannerAway as error:
        return str(error)
    return "" if answer == "PONG" else answer or N_("no answer")


def _asked(place: Listen, command: bytes, data: bytes | None, seconds: float) -> str:
    until = time.monotonic() + seconds
    try:
        with _connection(place, seconds) as server:
            try:
                _say(server, command, until)
                if data is not None:
                    for start in range(0, len(data), _CHUNK):
                        chunk = data[start : start + _CHUNK]
                        _say(server, struct.pack("!I", len(chunk)) + chunk, until)
                    _say(server, struct.pack("!I", 0), until)
            except (BrokenPipeError, ConnectionResetError):
                # It hangs up on what is too large, and has said so before.
                pass
            return _heard(server, until)
    except TimeoutError:
        raise ScannerAway(N_("no answer in time"), slow=True) from None
    except OSError as error:
        raise ScannerAway(error.strerror or str(error)) from None


def _connection(place: Listen, seconds: float) -> socket.socket:
    if isinstance(place, HostPort):
        return socket.create_connection((place.host, place.port), timeout=seconds)
    return _at(place, seconds)


def _at(place: UnixSocket, seconds: float) -> socket.socket:
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.settimeout(seconds)
    try:
        server.connect(str(Path(place.path)))
    except BaseException:
        server.close()
        raise
    return server


def _say(server: socket.socket, words: bytes, until: float) -> None:
    server.settimeout(_left(until))
    server.sendall(words)


def _heard(server: socket.socket, until: float) -> str:
    answer = b""
    while b"\0" not in answer and len(answer) < _LONGEST_ANSWER:
        server.settimeout(_left(until))
        try:
            more = server.recv(_LONGEST_ANSWER)
        except ConnectionResetError:
            break
        if not more:
            break
        answer += more
    return answer.partition(b"\0")[0].decode("utf-8", "replace").strip()


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
