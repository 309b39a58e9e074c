"""Stands between an IMAP client and a server, and spoils what the server does well."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

_FETCH = re.compile(rb"(\S+) UID FETCH ([\d,:]+) \(BODY\.PEEK\[\]\)", re.I)


_LITERAL = re.compile(rb"\{(\d+)\}\r\n$")


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
    # What becomes of a line of the client's, and of a line of the server's (with the client's
    # command before it); literals pass as they are. Several lines may be made of one, or none.
    asks: Callable[[bytes], bytes] = lambda line: line
    answers: Callable[[bytes, bytes], bytes] = lambda line, command: line
    # Once: the connection ends after so many bytes of the next literal that is longer than this.
    cuts_literals_at: int = 0
    # While set, nobody gets through: every connection is closed at once.
    shut: bool = False
    _open: list[socket.socket] = field(default_factory=list)
    _command: bytes = b""

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
                    self._command = line
                    server.sendall(self.asks(line))
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

    def _without_hidden(self, line: bytes) -> bytes:
        for word in self.hides:
            line = line.replace(b" " + word + b" ", b" X-NOT-" + word + b" ")
        return line

    def _answers(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError), server.makefile("rb") as lines:
            for line in lines:
                literal = _LITERAL.search(line)
                client.sendall(self.answers(self._without_hidden(line), self._command))
                if literal is None:
                    continue
                data = lines.read(int(literal[1]))
                if 0 < self.cuts_literals_at < len(data):
                    client.sendall(data[: self.cuts_literals_at])
                    self.cuts_literals_at = 0
                    break
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
