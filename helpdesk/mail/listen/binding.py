"""Opens the sockets that doors listen on, so that several workers can share one place."""

from __future__ import annotations

import fcntl
import os
import socket
from contextlib import suppress
from pathlib import Path

from helpdesk.core.errors import HelpdeskError
from helpdesk.core.listening import HostPort, Listen, UnixSocket, faults_of_doors

_BACKLOG = 100


class DoorTaken(HelpdeskError):
    """The place where a door should be cannot be had; the words name it and its setting."""


class SharedByAnother(HelpdeskError):
    """Another worker of ours serves this socket of the file system at present."""


def bind(setting: str, place: Listen) -> list[socket.socket]:
    """Listening sockets for a place; DoorTaken when a stranger has it.

    A port is shared by all workers (SO_REUSEPORT). A socket in the file system has one worker at a
    time: SharedByAnother tells the others to try again later.
    """
    if isinstance(place, UnixSocket):
        return [_bind_in_file_system(setting, place)]
    return _bind_port(setting, place)


def _bind_port(setting: str, place: HostPort) -> list[socket.socket]:
    try:
        found = socket.getaddrinfo(
            place.host, place.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except (OSError, UnicodeError) as error:
        raise _taken(setting, place, error) from None
    bound: list[socket.socket] = []
    for family, kind, protocol, _, address in found:
        sock = socket.socket(family, kind, protocol)
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            if family == socket.AF_INET6:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            sock.bind(address)
            sock.listen(_BACKLOG)
        except OSError as error:
            for opened in (*bound, sock):
                opened.close()
            raise _taken(setting, place, error) from None
        bound.append(sock)
    return bound


def _bind_in_file_system(setting: str, place: UnixSocket) -> socket.socket:
    lock = _lock_beside(setting, place)
    fault = next(iter(faults_of_doors([(setting, place)])), None)
    if fault is not None:
        os.close(lock)
        raise DoorTaken(fault)
    sock = _Locked(place, lock)
    try:
        # Left behind by a worker that was killed: we have the lock, so nobody serves it.
        with suppress(FileNotFoundError):
            place.path.unlink()
        sock.bind(str(place.path))
        # Who may hand over mail is decided by the folder: the mail server is another user.
        place.path.chmod(0o666)
        sock.listen(_BACKLOG)
    except OSError as error:
        sock.close()
        raise _taken(setting, place, error) from None
    return sock


class _Locked(socket.socket):
    """A socket of the file system with the lock that makes it ours; a dead process has neither."""

    def __init__(self, place: UnixSocket, lock: int) -> None:
        super().__init__(socket.AF_UNIX, socket.SOCK_STREAM)
        self._place = place
        self._lock = lock

    def close(self) -> None:
        lock, self._lock = self._lock, -1
        if lock >= 0:
            with suppress(OSError):
                self._place.path.unlink()
            os.close(lock)
        super().close()


def _lock_beside(setting: str, place: UnixSocket) -> int:
    try:
        lock = os.open(Path(f"{place.path}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise _taken(setting, place, error) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise SharedByAnother(f"Another worker listens on {place}.") from None
    return lock


def _taken(setting: str, place: Listen, error: OSError | UnicodeError) -> DoorTaken:
    told = faults_of_doors([(setting, place)])
    return DoorTaken(told[0] if told else f"{place} cannot be opened ({error}); see {setting}.")
