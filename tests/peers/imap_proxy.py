"""Stands between an IMAP client and a server, and spoils what the server does well."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

_FETCH = re.compile(rb"(\S+) UID FETCH ([\d,:]+) \(BODY\.PEEK\[\]\)", re.I)


@dataclass
class Proxy:
    """What it does can be changed at any moment; `fetches` has the UIDs of each FETCH."""

    port: int
    upstream: int
    # UIDs whose bytes are refused with NO, or over which the server hangs up or falls silent.
    refuses: set[int] = field(default_factory=set)
    drops: set[int] = field(default_factory=set)
    hangs: set[int] = field(default_factory=set)
    # Capabilities that the server does not seem to have.
    hides: tuple[bytes, ...] = ()
    fetches: list[list[int]] = field(default_factory=list)
    # While set, nobody gets through: every connection is closed at once.
    shut: bool = False
    _open: list[socket.socket] = field(default_factory=list)

    def cut(self) -> None:
        """Break all connections."""
        for sock in self._open:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def _serve(self, client: socket.socket) -> None:
        if self.shut:
            client.close()
            return
        server = socket.create_connection(("127.0.0.1", self.upstream))
        self._open += [client, server]
        back = threading.Thread(target=self._answers, args=(server, client), daemon=True)
        back.start()
        with suppress(OSError), client.makefile("rb") as lines:
            for line in lines:
                if not self._spoilt(line, client):
                    server.sendall(line)
        for sock in (client, server):
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        back.join()
        client.close()
        server.close()

    def _spoilt(self, line: bytes, client: socket.socket) -> bool:
        fetch = _FETCH.match(line)
        if fetch is None:
            return False
        uids = [int(uid) for uid in re.findall(rb"\d+", fetch[2])]
        self.fetches.append(uids)
        if self.drops & set(uids):
            client.shutdown(socket.SHUT_RDWR)
            return True
        if self.refuses & set(uids):
            client.sendall(fetch[1] + b" NO [SERVERBUG] This mail cannot be read\r\n")
            return True
        return bool(self.hangs & set(uids))

    def _answers(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while data := server.recv(65536):
                for word in self.hides:
                    data = data.replace(b" " + word + b" ", b" X-NOT-" + word + b" ")
                client.sendall(data)
        with suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)


@contextmanager
def imap_proxy(upstream: int) -> Iterator[Proxy]:
    """A proxy on 127.0.0.1 before the server on port `upstream`."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        proxy = Proxy(door.getsockname()[1], upstream)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    client, _ = door.accept()
                    threading.Thread(target=proxy._serve, args=(client,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        try:
            yield proxy
        finally:
            # Wakes the thread that accepts; closing alone would not.
            with suppress(OSError):
                door.shutdown(socket.SHUT_RDWR)
            proxy.cut()


@contextmanager
def silent_server() -> Iterator[int]:
    """The port of a server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as door:
        yield door.getsockname()[1]
