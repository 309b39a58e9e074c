"""Where a door listens: the value, how a setting writes it, and whether the place is free."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

# The exit code of a door whose port is taken: Linux's own number for "address already in use",
# because sysexits.h has none for it.
EXIT_PORT_IN_USE = 98


@dataclass(frozen=True, slots=True)
class HostPort:
    """A TCP door: a host name or an address without brackets, and a port from 1 to 65535."""

    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class UnixSocket:
    """A door in the file system, for programs on the same machine only."""

    path: Path

    def __str__(self) -> str:
        return f"unix:{self.path}"


Listen = HostPort | UnixSocket


def parse_listen(text: str) -> Listen:
    """Read `host:port`, `[IPv6 address]:port` or `unix:/path`; ValueError says what is wrong."""
    if text.startswith("unix:"):
        path = Path(text.removeprefix("unix:"))
        if not path.is_absolute():
            raise ValueError(f"'{text}' needs a whole path; write it like unix:/run/helpdesk/door")
        return UnixSocket(path)
    host, colon, port = text.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    if not colon or not host or (":" in host and not bracketed):
        raise ValueError(f"'{text}' is no host:port; write it like 127.0.0.1:8000")
    if not (port.isascii() and port.isdigit() and 1 <= int(port) <= 65535):
        raise ValueError(f"'{port}' in '{text}' is no port; ports go from 1 to 65535")
    return HostPort(host.strip("[]"), int(port))


def faults_of_doors(doors: Iterable[tuple[str, Listen | None]]) -> list[str]:
    """One sentence for each door that cannot be opened; `doors` are (setting's name, place).

    A door that is off (None) has no fault.
    """
    faults = [_fault(setting, place) for setting, place in doors if place is not None]
    return [fault for fault in faults if fault is not None]


def _fault(setting: str, place: Listen) -> str | None:
    if isinstance(place, UnixSocket):
        return _fault_of_socket(setting, place)
    try:
        found = socket.getaddrinfo(
            place.host, place.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except (OSError, UnicodeError):
        return f"{place.host} is not known to this machine. Set {setting} to one of its addresses."
    for family, kind, protocol, _, address in found:
        with socket.socket(family, kind, protocol) as probe:
            # Without this a port that was closed a moment ago would look taken. SO_REUSEPORT is
            # left out on purpose: with it, a door that several workers share would look free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(address)
            except OSError as error:
                return _sentence(setting, place, error)
    return None


def _sentence(setting: str, place: HostPort, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {place.port} on {place.host} is in use. "
            f"Stop what uses it, or set {setting} to another."
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return (
            f"Port {place.port} on {place.host} is not open to this user. "
            f"Set {setting} to a port above 1023, or give the program the right to bind it."
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{place.host} is no address of this machine. Set {setting} to one that is."
    return f"Port {place.port} on {place.host} cannot be opened ({error.strerror}); see {setting}."


def _fault_of_socket(setting: str, place: UnixSocket) -> str | None:
    if not place.path.parent.is_dir():
        return f"The folder {place.path.parent} does not exist. Make it, or change {setting}."
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(place.path))
        except OSError:
            # Nobody answers: the file is missing, or left behind by a program that is gone.
            return None
    return f"The socket {place.path} is in use. Stop what uses it, or set {setting} to another."
