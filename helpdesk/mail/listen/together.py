"""Lets mails that are handed over at the same moment be kept with one commit."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from helpdesk.mail.listen.taking import Handed

# So many, or so many bytes, share a commit; who comes later waits for the next one.
MOST_MAILS = 50
MOST_BYTES = 16 * 1024 * 1024

Keep = Callable[[Sequence[Handed]], Awaitable[list[list[str]]]]


class Together:
    """What comes while others are being kept waits for them, and is then kept together.

    A disk takes hardly longer to sync many mails than one; who comes alone never waits.
    `keep` gives the answers to each mail's recipients, and never raises.
    """

    def __init__(self, keep: Keep) -> None:
        self._keep = keep
        self._waiting: list[tuple[Handed, asyncio.Future[list[str]]]] = []
        self._work: asyncio.Task[None] | None = None

    async def take(self, handed: Handed) -> list[str]:
        """The answers, when the mail is kept or cannot be."""
        loop = asyncio.get_running_loop()
        answers: asyncio.Future[list[str]] = loop.create_future()
        self._waiting.append((handed, answers))
        if self._work is None or self._work.done():
            # A task of its own: the client whose mail began it may hang up.
            self._work = loop.create_task(self._keep_all())
        return await answers

    async def _keep_all(self) -> None:
        while self._waiting:
            some = self._next()
            kept = await self._keep([handed for handed, _ in some])
            for (_, waits), answers in zip(some, kept, strict=True):
                if not waits.done():
                    waits.set_result(answers)

    def _next(self) -> list[tuple[Handed, asyncio.Future[list[str]]]]:
        count = size = 0
        for handed, _ in self._waiting:
            size += len(handed.raw)
            if count == MOST_MAILS or (count and size > MOST_BYTES):
                break
            count += 1
        some, self._waiting = self._waiting[:count], self._waiting[count:]
        return some
