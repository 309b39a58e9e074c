"""Mails that are handed over at the same moment are kept together, and answered one by one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from flask import Flask
from sqlalchemy import event

from helpdesk.application import create_app
from helpdesk.core.db import db
from helpdesk.core.storage import storage
from helpdesk.mail.keep import content_key
from helpdesk.mail.listen import together
from helpdesk.mail.listen.taking import LATER, TAKEN, UNKNOWN, Handed, take
from helpdesk.mail.listen.together import Together
from tests.conftest import settings_for
from tests.mail.letters import letter
from tests.mail.listen.handed import HELPDESK, rows
from tests.world import World

T = TypeVar("T")


def held(conversation: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Its result, from a thread of its own: in this one the browser tests left a loop running."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(conversation())).result()


def handed(raw: bytes, *recipients: str) -> Handed:
    return Handed("lmtp", "eva@example.com", recipients or (HELPDESK,), raw)


class Keeper:
    """Keeps nothing, slowly, and remembers what it was given at once."""

    def __init__(self) -> None:
        self.portions: list[list[bytes]] = []

    async def keep(self, many: Sequence[Handed]) -> list[list[str]]:
        self.portions.append([each.raw for each in many])
        await asyncio.sleep(0.01)
        return [[f"250 {each.raw.decode()}"] for each in many]


def test_what_comes_while_others_are_kept_is_kept_together() -> None:
    keeper = Keeper()

    async def conversation() -> list[list[str]]:
        door = Together(keeper.keep)
        mails = [handed(str(number).encode()) for number in range(5)]
        return await asyncio.gather(*(door.take(mail) for mail in mails))

    answers = held(conversation)
    assert answers == [[f"250 {number}"] for number in range(5)]
    assert [raw for portion in keeper.portions for raw in portion] == [
        str(number).encode() for number in range(5)
    ]
    assert len(keeper.portions) <= 2


def test_neither_too_many_nor_too_large_mails_are_kept_together() -> None:
    keeper = Keeper()
    large = b"x" * (together.MOST_BYTES - 10)

    async def conversation() -> None:
        door = Together(keeper.keep)
        mails = [handed(b"1") for _ in range(together.MOST_MAILS + 1)] + [handed(large)] * 2
        await asyncio.gather(*(door.take(mail) for mail in mails))

    held(conversation)
    assert [len(portion) for portion in keeper.portions] == [together.MOST_MAILS, 2, 1]


def test_a_client_that_hangs_up_keeps_nobody_else_waiting() -> None:
    keeper = Keeper()

    async def conversation() -> list[str]:
        door = Together(keeper.keep)
        first = asyncio.create_task(door.take(handed(b"1")))
        second = asyncio.create_task(door.take(handed(b"2")))
        await asyncio.sleep(0.001)
        first.cancel()
        return await second

    assert held(conversation) == ["250 2"]
    assert keeper.portions == [[b"1", b"2"]]


def test_mails_that_are_taken_together_are_all_kept(app: Flask, world: World) -> None:
    mails = [letter(subject=f"Number {number}") for number in range(3)]
    answers = take(app, [handed(mails[0]), handed(mails[1], "x@example.org"), handed(mails[2])])
    assert answers == [[TAKEN], [UNKNOWN], [TAKEN]]
    assert {row.content_key for row in rows()} == {content_key(mails[0]), content_key(mails[2])}


def test_a_mail_that_cannot_be_kept_turns_no_other_away(app: Flask, world: World) -> None:
    bad, good = letter(subject="bad"), letter(subject="good")
    # Where its bytes belong there is a folder.
    place = storage().path_of(storage().keep(bad))
    place.unlink()
    (place / "in the way").mkdir(parents=True)
    storage()._safe.clear()
    assert take(app, [handed(good), handed(bad)]) == [[TAKEN], [LATER]]
    assert [row.content_key for row in rows()] == [content_key(good)]


def test_a_database_that_is_away_is_waited_for_only_once(tmp_path: Path) -> None:
    away = create_app(settings_for(tmp_path, "postgresql+psycopg://desk@127.0.0.1:1/desk"))
    asked: list[int] = []

    def connecting(*_: Any) -> None:
        asked.append(1)

    with away.app_context():
        event.listen(db.engine, "do_connect", connecting)
    mails = [handed(letter(subject=f"Number {number}")) for number in range(3)]
    assert take(away, mails) == [[LATER]] * 3
    assert len(asked) == 1
