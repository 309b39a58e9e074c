"""The conversation with one client, by SMTP (RFC 5321) or LMTP (RFC 2033)."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask

from helpdesk.mail.listen.taking import Handed, answer_to_recipient, take
from helpdesk.mail.listen.together import Together

# What one client may hold open, and all together: each may have a whole mail in memory.
MOST_CONNECTIONS = 50
MOST_RECIPIENTS = 100
SILENCE_SECONDS = 300.0
# RFC 5321 section 4.5.3.1.6 allows 1,000 octets to a line, and real mail has whole attachments on
# one; refusing those would be losing mail.
LONGEST_LINE = 4 * 1024 * 1024
# An address that was ours a moment ago is welcome without asking again: whether it still is will be
# asked when the mail is kept. Whatever was not ours is asked for each time.
OURS_SECONDS = 10.0
_MOST_REMEMBERED = 1000

# What aiosmtpd says at its info level is each command of each client.
logging.getLogger("mail.log").setLevel(logging.WARNING)

Run = Callable[..., Awaitable[Any]]


class Receiver:
    """What is done at each command, for all connections of one door; `door` is smtp or lmtp."""

    def __init__(self, app: Flask, door: str, run: Run, on_kept: Callable[[], None]) -> None:
        self._app = app
        self._door = door
        self._run = run
        self._on_kept = on_kept
        self._together = Together(self._take)
        self._ours: dict[str, float] = {}
        self.open: set[asyncio.BaseTransport] = set()

    async def handle_EHLO(  # noqa: N802 (aiosmtpd calls these so)
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        """Say what we can; RFC 2033 section 4 asks for PIPELINING."""
        session.host_name = hostname
        return [*responses[:-1], "250-PIPELINING", responses[-1]]

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take only what is for us."""
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients; send the others in another mail"
        refusal = await self._refusal(address)
        if refusal is not None:
            return refusal
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 Ours"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Keep, commit, and only then say so: once, or by LMTP once per recipient."""
        sender = "" if envelope.mail_from == "<>" else envelope.mail_from or ""
        raw = envelope.original_content or b""
        handed = Handed(self._door, sender, tuple(envelope.rcpt_tos), raw)
        answers = await self._together.take(handed)
        if any(answer.startswith("250") for answer in answers):
            self._on_kept()
        if self._door == "lmtp":
            return "\r\n".join(answers)
        # One mailbox of several that has just been switched off is no reason to refuse the mail.
        return next((answer for answer in answers if answer.startswith("250")), answers[0])

    async def _refusal(self, address: str) -> str | None:
        now = time.monotonic()
        if self._ours.get(address, 0.0) > now:
            return None
        refusal: str | None = await self._run(answer_to_recipient, self._app, address)
        if refusal is None:
            if len(self._ours) >= _MOST_REMEMBERED:
                self._ours.clear()
            self._ours[address] = now + OURS_SECONDS
        return refusal

    async def _take(self, many: Sequence[Handed]) -> list[list[str]]:
        answers: list[list[str]] = await self._run(take, self._app, many)
        return answers


class _Limited(SMTP):
    """SMTP for a bounded number of clients at a time."""

    line_length_limit = LONGEST_LINE
    _turned_away = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Welcome a client, or turn it away while there are too many."""
        receiver: Receiver = self.event_handler
        if len(receiver.open) >= MOST_CONNECTIONS:
            self._turned_away = True
            assert isinstance(transport, asyncio.WriteTransport)
            transport.write(b"421 4.3.2 Too many connections; try again later\r\n")
            transport.close()
            return
        receiver.open.add(transport)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Let the next one in."""
        if self._turned_away:
            return
        if self.transport is not None:
            self.event_handler.open.discard(self.transport)
        super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        """Listen to those who were welcomed."""
        if not self._turned_away:
            super().data_received(data)

    def eof_received(self) -> bool | None:
        """End the conversation."""
        return None if self._turned_away else super().eof_received()


class SmtpServer(_Limited):
    """One answer per mail."""


class LmtpServer(_Limited, LMTP):
    """One answer per recipient, whatever the answer (RFC 2033 section 4.2)."""

    _answers = 1

    async def push(self, status: str | bytes) -> None:
        """Send an answer; the one that follows the mail's last line as often as it is due."""
        text = status.decode() if isinstance(status, bytes) else status
        answers, self._answers = self._answers, 1
        if text.startswith("354") and self.envelope is not None:
            self._answers = len(self.envelope.rcpt_tos)
        if "\r\n" not in text:
            text = "\r\n".join([text] * answers)
        await super().push(text)
