from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select

from helpdesk.core.db import db, unit_of_work
from helpdesk.core.storage import storage
from helpdesk.domain.correspondence.models import InboundMail, InboundState
from helpdesk.mail.keep import content_key, keep_raw, message_id_of
from tests.world import World

MAIL = (
    b"Received: from a by b; Tue, 24 Nov 2026 07:00:00 +0000\r\n"
    b"Message-ID: <one@example.com>\r\n"
    b"Date: Tue, 24 Nov 2026 07:00:00 +0000\r\n"
    b"From: Eva Ek <eva@example.com>\r\n"
    b"Subject: The printer\r\n is dead\r\n"
    b"\r\n"
    b"It prints nothing.\r\n\r\n"
)


def test_bytes_are_in_the_storage_before_the_row_is_committed(world: World, now: datetime) -> None:
    with unit_of_work():
        row = keep_raw(world.helpdesk, MAIL, door="imap", uidvalidity=7, uid=42, now=now)
        assert storage().read(row.raw_sha256 or "") == MAIL
    kept = db.session.scalars(select(InboundMail)).one()
    assert (kept.state, kept.size) == (InboundState.WAITING.value, len(MAIL))
    assert (kept.uidvalidity, kept.uid, kept.rfc_message_id) == (7, 42, "one@example.com")
    assert [step["stage"] for step in kept.trace] == ["keep"]
    assert "helpdesk" in kept.trace[0]["words"] % kept.trace[0]["with"]


def test_a_door_that_rolls_back_keeps_no_row(world: World, now: datetime) -> None:
    def a_door_that_falls_shut() -> None:
        with unit_of_work():
            keep_raw(world.helpdesk, MAIL, door="smtp", now=now)
            db.session.flush()
            raise RuntimeError("the door fell shut")

    with pytest.raises(RuntimeError, match="fell shut"):
        a_door_that_falls_shut()
    assert db.session.scalars(select(InboundMail)).all() == []


@pytest.mark.parametrize(
    "other",
    [
        MAIL.replace(b"\r\n", b"\n"),
        MAIL.replace(b"\r\n is dead", b" is dead"),
        b"Delivered-To: orders@example.org\r\nReturn-Path: <eva@example.com>\r\n" + MAIL,
        MAIL.replace(b"Received: from a by b", b"Received: from a by c"),
        MAIL.replace(b"Date:", b"X-Spam-Score: 3\r\nDate:"),
        MAIL.rstrip() + b"\r\n \r\n",
    ],
    ids=["line ends", "folding", "delivery headers", "another way", "X-headers", "blank end"],
)
def test_two_deliveries_of_one_mail_have_the_same_key(other: bytes) -> None:
    assert other != MAIL
    assert content_key(other) == content_key(MAIL)


@pytest.mark.parametrize(
    "other",
    [
        MAIL.replace(b"<one@", b"<two@"),
        MAIL.replace(b"nothing", b"everything"),
        MAIL.replace(b"07:00:00 +0000\r\nFrom", b"07:00:01 +0000\r\nFrom"),
        MAIL.replace(b"eva@", b"eve@"),
        MAIL.replace(b" is dead", b" is alive"),
    ],
    ids=["Message-ID", "body", "Date", "From", "Subject"],
)
def test_two_mails_have_two_keys(other: bytes) -> None:
    assert other != MAIL
    assert content_key(other) != content_key(MAIL)


def test_a_machine_that_names_neither_id_nor_date_is_not_its_own_repetition() -> None:
    bare = (
        b"Received: from pump by mx; %s\r\nFrom: pump@example.com\r\nSubject: Dry\r\n\r\nDry.\r\n"
    )
    monday, tuesday = bare % b"Mon, 23 Nov 2026", bare % b"Tue, 24 Nov 2026"
    assert content_key(monday) != content_key(tuesday)
    # But what later hops add does not count.
    assert content_key(b"Received: from mx by us; now\r\n" + monday) == content_key(monday)


@pytest.mark.parametrize(
    "raw", [b"", b"\r\n", b"\x00\xff" * 50, b"no headers at all", b"a:\n b\n c"]
)
def test_any_bytes_have_a_key(raw: bytes) -> None:
    assert len(content_key(raw)) == 64
    assert message_id_of(raw) is None


def test_a_message_id_is_read_as_it_stands() -> None:
    assert message_id_of(b"message-id:\r\n <A.b@C>\r\n\r\n") == "A.b@C"
    assert message_id_of(b"Message-ID: bare@example.com\n\n") == "bare@example.com"
    assert message_id_of(b"Subject: x\n\nMessage-ID: <in-the-body@example.com>\n") is None
