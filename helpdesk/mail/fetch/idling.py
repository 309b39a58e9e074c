"""Waits for news from the server (IMAP IDLE, RFC 2177)."""

from __future__ import annotations

import select
import socket
import ssl
import threading
import time
from collections.abc import Callable

from helpdesk.mail.fetch.connection import Connection

# How often one who waits looks whether he should stop.
PULSE_SECONDS = 0.5


def can_idle(connection: Connection) -> bool:
    """Whether the server tells of new mail by itself."""
    return bool(connection.client.has_capability("IDLE"))


def wait_for_news(
    connection: Connection,
    seconds: float,
    *,
    stopping: threading.Event,
    on_pulse: Callable[[], None],
) -> None:
    """Return when the server says anything, after `seconds` (below 29 minutes: section 3), or when
    stopping. What it says is not read as news: the next round asks, and that is what counts.
    """
    client = connection.client
    with connection.within(connection.step_seconds):
        client.idle()
    until = time.monotonic() + seconds
    while not stopping.is_set():
        left = until - time.monotonic()
        if left <= 0 or _something_came(connection, min(left, PULSE_SECONDS)):
            break
        on_pulse()
    if stopping.is_set():
        return
    with connection.within(connection.step_seconds):
        client.idle_done()


def _something_came(connection: Connection, seconds: float) -> bool:
    """Whether there is anything to read, within so many seconds."""
    sock = connection.client.socket()
    if _is_buffered(connection, sock):
        return True
    poller = select.poll()
    poller.register(sock.fileno(), select.POLLIN)
    return bool(poller.poll(seconds * 1000))


def _is_buffered(connection: Connection, sock: socket.socket) -> bool:
    # News may have come in one packet with the answer to IDLE. It lies in a buffer then, and the
    # socket alone would stay silent until the next mail.
    sock.setblocking(False)
    try:
        return bool(connection.client._imap.file.peek(1))
    except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
        return False
    finally:
        sock.settimeout(connection.silence_seconds)
