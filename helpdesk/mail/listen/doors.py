"""Opens the SMTP and LMTP doors in a thread of their own, and closes them."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

from aiosmtpd.smtp import SMTP
from flask import Flask

from helpdesk.core.config import Settings, variable
from helpdesk.core.listening import Listen
from helpdesk.mail.listen.binding import DoorTaken, SharedByAnother, bind
from helpdesk.mail.listen.protocol import SILENCE_SECONDS, LmtpServer, Receiver, SmtpServer

# Threads that speak to the database; the loop that speaks to the clients never waits for it.
_KEEPERS = 4
_READY_SECONDS = 10.0

log = logging.getLogger(__name__)

__all__ = ["DoorTaken", "Doors"]


class Doors:
    """The doors of one worker, as the settings say; `on_kept` is called when mail was committed."""

    def __init__(
        self, app: Flask, settings: Settings, *, on_kept: Callable[[], None] = lambda: None
    ) -> None:
        self._app = app
        self._settings = settings
        self._on_kept = on_kept
        self._loop: asyncio.AbstractEventLoop
        self._keepers = ThreadPoolExecutor(_KEEPERS, thread_name_prefix="keeper")
        self._thread: threading.Thread | None = None
        self._receivers: list[Receiver] = []
        self._servers: list[asyncio.Server] = []
        # Doors that another worker has at present.
        self._missing: list[tuple[str, str, Listen]] = []

    def open(self) -> None:
        """Listen from now on; DoorTaken, before anything is opened, when a place cannot be had."""
        wanted = [
            (door, variable(f"{door}_listen"), place)
            for door, place in (
                ("smtp", self._settings.smtp_listen),
                ("lmtp", self._settings.lmtp_listen),
            )
            if place is not None
        ]
        bound: list[tuple[str, socket.socket]] = []
        try:
            for door, setting, place in wanted:
                bound += self._bind(door, setting, place)
        except DoorTaken:
            for _, sock in bound:
                sock.close()
            raise
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="doors", daemon=True)
        self._thread.start()
        for door, sock in bound:
            self._serve(door, sock)

    def tend(self) -> None:
        """Take over a door from a worker that has ended."""
        missing, self._missing = self._missing, []
        for door, setting, place in missing:
            for _, sock in self._bind(door, setting, place):
                self._serve(door, sock)

    def close(self) -> None:
        """Take no more mail, and let go of who is still speaking: nothing was promised to him."""
        if self._thread is None:
            return
        self._loop.call_soon_threadsafe(self._close_all)
        self._thread.join(2.0)
        self._keepers.shutdown(wait=False, cancel_futures=True)
        self._thread = None

    def _bind(self, door: str, setting: str, place: Listen) -> list[tuple[str, socket.socket]]:
        try:
            sockets = bind(setting, place)
        except SharedByAnother as error:
            log.info("%s", error)
            self._missing.append((door, setting, place))
            return []
        log.info("Mail is taken by %s on %s", door.upper(), place)
        return [(door, sock) for sock in sockets]

    def _serve(self, door: str, sock: socket.socket) -> None:
        ready = asyncio.run_coroutine_threadsafe(self._listen(door, sock), self._loop)
        ready.result(_READY_SECONDS)

    async def _listen(self, door: str, sock: socket.socket) -> None:
        receiver = Receiver(self._app, door, self._in_thread, self._on_kept)
        kind: type[SMTP] = LmtpServer if door == "lmtp" else SmtpServer
        settings = self._settings

        def conversation() -> SMTP:
            return kind(
                receiver,
                data_size_limit=settings.max_mail_mb * 1024 * 1024,
                enable_SMTPUTF8=True,
                # Asking the network for our own name may take minutes.
                hostname=urlsplit(settings.base_url).hostname or "localhost",
                ident="Helpdesk",
                timeout=SILENCE_SECONDS,
                loop=self._loop,
            )

        self._receivers.append(receiver)
        if sock.family == socket.AF_UNIX:
            server = await self._loop.create_unix_server(conversation, sock=sock)
        else:
            server = await self._loop.create_server(conversation, sock=sock)
        self._servers.append(server)

    async def _in_thread(self, work: Callable[..., Any], *arguments: object) -> Any:
        return await self._loop.run_in_executor(self._keepers, work, *arguments)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
        finally:
            tasks = asyncio.all_tasks(self._loop)
            for task in tasks:
                task.cancel()
            self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
            self._loop.close()

    def _close_all(self) -> None:
        for server in self._servers:
            server.close()
        for receiver in self._receivers:
            for transport in list(receiver.open):
                assert isinstance(transport, asyncio.WriteTransport)
                transport.abort()
        # After the transports have told their protocols that they are lost.
        self._loop.call_soon(self._loop.call_soon, self._loop.stop)
