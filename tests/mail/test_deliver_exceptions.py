"""Single mails that do not leave as they should, and what people decide about them."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from helpdesk.core import clock
from helpdesk.core.config import Settings
from helpdesk.core.db import db, unit_of_work
from helpdesk.core.errors import Refused
from helpdesk.core.storage import storage
from helpdesk.domain.correspondence.delivery import cancel, send_again
from helpdesk.domain.correspondence.models import OutboundMail
from helpdesk.mail.deliver import deliver_due
from tests.mail.outbox import a_file, answer, ask, outbox, settings_towards
from tests.peers.smtp import Sink
from tests.world import World


@pytest.fixture
def settings(database: str, tmp_path: Path, sink: Sink) -> Settings:
    return settings_towards(sink.port, database, tmp_path)


def test_files_that_the_server_finds_too_large_stay_on_the_page_and_the_words_leave(
    world: World, settings: Settings, sink: Sink, now: datetime
) -> None:
    # The sink announces 32 MiB by SIZE (RFC 1870); base64 makes a third more of every file.
    number = ask(world, now)
    answer(world, number, now, files=(a_file("big.bin", bytes(19 * 1024 * 1024)),))
    deliver_due(settings)
    deliver_due(settings)
    assert [len(list(mail.message.iter_attachments())) for mail in sink.mails] == [0, 1]

    async def too_large(server, session, envelope):  # type: ignore[no-untyped-def]
        if len(envelope.content) > 1_000_000:
            return "552 5.3.4 Message too big for us"
        sink._keep(server, session, envelope)
        return "250 OK"

    sink.handle_DATA = too_large  # type: ignore[method-assign]
    answer(world, number, now, files=(a_file("big.bin", bytes(2 * 1024 * 1024)),))
    deliver_due(settings)
    last = sink.mails[-1].message
    assert list(last.iter_attachments()) == []
    assert "big.bin (2.1 MB)" in str(last.get_body(("plain",)))
    assert outbox()[-1].state == "sent"


def test_a_mail_that_cannot_be_put_together_does_not_hold_the_others(
    world: World, settings: Settings, sink: Sink, now: datetime
) -> None:
    lost = a_file("lost.pdf", b"soon gone")
    number = ask(world, now)
    deliver_due(settings)
    answer(world, number, now, files=(lost,))
    ask(world, now, subject="Another")
    path = storage().path_of(lost.sha256)
    path.unlink()
    deliver_due(settings)
    _, broken, other = outbox()
    assert other.state == "sent"
    assert (broken.state, broken.fault, broken.attempts) == ("waiting", "words", 1)
    assert "not in the data folder" in broken.last_error
    storage().keep(b"soon gone")
    with clock.stopped_at(now + timedelta(minutes=2)):
        deliver_due(settings)
    assert outbox()[1].state == "sent"


def test_a_row_that_cannot_be_read_does_not_hold_the_others(
    world: World, settings: Settings, sink: Sink, now: datetime
) -> None:
    ask(world, now)
    ask(world, now, subject="Another")
    with unit_of_work():
        db.session.scalars(db.select(OutboundMail)).first().notification = "of-another-version"  # type: ignore[union-attr]
    deliver_due(settings)
    unknown, other = outbox()
    assert other.state == "sent"
    assert (unknown.state, unknown.attempts) == ("waiting", 1)
    assert "of-another-version" in unknown.last_error


def test_what_is_no_address_fails_in_words(
    world: World, settings: Settings, sink: Sink, now: datetime
) -> None:
    ask(world, now)
    with unit_of_work():
        db.session.scalars(db.select(OutboundMail)).one().to_address = "eva@example.com, x@y.z"
    deliver_due(settings)
    (row,) = outbox()
    assert (row.state, row.last_error) == ("failed", "This is no address that mail can be sent to.")
    assert sink.attempts == 0


def test_a_failed_mail_is_sent_again_by_hand_to_the_address_of_today(
    world: World, settings: Settings, sink: Sink, now: datetime
) -> None:
    ask(world, now)
    sink.unknown.add("eva@example.com")
    deliver_due(settings)
    (row,) = outbox()
    first_id = row.rfc_message_id
    with unit_of_work():
        world.eva.email = "eva.ek@example.com"
        send_again(db.session.get_one(OutboundMail, row.id), by=world.admin, now=now)
    deliver_due(settings)
    (row,) = outbox()
    assert (row.state, row.attempts, row.last_error) == ("sent", 1, "")
    assert row.facts["decided"] == [
        {
            "what": "sent again",
            "by": world.admin_id,
            "at": now.isoformat(),
            "was": "eva@example.com",
        }
    ]
    assert sink.mails[0].rcpt_tos == ("eva.ek@example.com",)
    assert sink.mails[0].message["Message-ID"] == f"<{first_id}>"
    with pytest.raises(Refused), unit_of_work():
        send_again(db.session.get_one(OutboundMail, row.id), by=world.admin, now=now)
    with pytest.raises(Refused), unit_of_work():
        cancel(db.session.get_one(OutboundMail, row.id), by=world.admin, now=now)


def test_a_cancelled_mail_stays_here_and_holds_no_later_one(
    world: World, settings: Settings, sink: Sink, now: datetime
) -> None:
    number = ask(world, now)
    answer(world, number, now)
    with unit_of_work():
        first = db.session.scalars(db.select(OutboundMail).order_by(OutboundMail.id)).first()
        assert first
        cancel(first, by=world.admin, now=now)
    deliver_due(settings)
    assert [(row.notification, row.state) for row in outbox()] == [
        ("received", "cancelled"),
        ("answered", "sent"),
    ]
    assert outbox()[0].last_error == "Cancelled by hand."
