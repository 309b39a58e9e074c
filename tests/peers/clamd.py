"""A virus scanner of the tests' own: it speaks clamd's protocol and knows one virus, EICAR."""

from __future__ import annotations

import socket
import socketserver
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from helpdesk.core.listening import HostPort, Listen, UnixSocket

# The harmless file by which scanners are tried (https://www.eicar.org), put together only here.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
FOUND = "Eicar-Test-Signature"


@dataclass
class Clamd:
    """The scanner. `answer` is said to each file instead of a verdict; `most` is its limit."""

    place: Listen
    most: int = 1_000_000
    answer: str = ""
    # How long it thinks before it says anything.
    seconds: float = 0.0
    # Hangs up instead of answering.
    drops: bool = False
    scanned: list[bytes] = field(default_factory=list)
    # Called as soon as something is asked.
    heard: Callable[[], object] = bool

    def talk(self, peer: socket.socket) -> None:
        """One connection: a command up to its NUL, and the chunks that follow it."""
        self.heard()
        with peer.makefile("rb") as heard:
            command = b""
            while not command.endswith(b"\0"):
                byte = heard.read(1)
                if not byte:
                    return
                command += byte
            said = "PONG" if command == b"zPING\0" else self._verdict(heard)
        time.sleep(self.seconds)
        if not self.drops:
            peer.sendall(said.encode() + b"\0")

    def _verdict(self, heard: Any) -> str:
        data = b""
        while size := struct.unpack("!I", heard.read(4))[0]:
            data += heard.read(size)
            if len(data) > self.most:
                return "INSTREAM size limit exceeded. ERROR"
        self.scanned.append(data)
        if self.answer:
            return self.answer
        return f"stream: {FOUND} FOUND" if EICAR in data else "stream: OK"


class _Tcp(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


class _Unix(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


@contextmanager
def running_clamd(path: Path | None = None) -> Iterator[Clamd]:
    """The scanner at a Unix socket, or at a free port of this machine."""
    scanner: list[Clamd] = []

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            scanner[0].talk(self.request)

    server: Any = _Unix(str(path), Handler) if path else _Tcp(("127.0.0.1", 0), Handler)
    place = UnixSocket(path) if path else HostPort("127.0.0.1", server.server_address[1])
    scanner.append(Clamd(place))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield scanner[0]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
