"""Mail that stands still is told to administrators: once, calmly, and once when it works again."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from helpdesk.core import clock
from helpdesk.core.config import Settings
from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.correspondence.actions import keep
from helpdesk.domain.correspondence.alarming import alarms
from helpdesk.domain.correspondence.fetching import note_poll
from helpdesk.domain.correspondence.leases import take_lease
from helpdesk.domain.correspondence.models import Mailbox, MailGrant, OutboundMail
from helpdesk.domain.correspondence.renewing import (
    note_not_renewed,
    note_renewed,
)
from helpdesk.domain.notifications.alarming import is_news, tell_of_alarms
from helpdesk.mail.deliver import deliver_due
from tests.mail.grants.signing_in import a_grant, grant_row
from tests.mail.outbox import captured, html_of, text_of
from tests.peers.authority import Authority
from tests.world import World

pytestmark = pytest.mark.one_database

BASE = "http://127.0.0.1:8000"
AT_ONCE = timedelta(seconds=30)
A_WHILE = timedelta(minutes=16)


@pytest.fixture
def mailbox(world: World, now: datetime) -> int:
    """The mailbox of the world, fetched."""
    with unit_of_work() as session:
        row = session.get_one(Mailbox, world.helpdesk_id)
        row.kind, row.host, row.created_at = "imap", "imap.example.org", now
    return world.helpdesk_id


@pytest.fixture
def grant(mailbox: int) -> int:
    """A sign-in that the mailbox uses; nobody is at its endpoint."""
    grant = a_grant(Authority(1, "desk@example.org"), name="Office")
    with unit_of_work() as session:
        session.get_one(Mailbox, mailbox).grant_id = grant
    return grant


def tell(at: datetime, **more: str) -> int:
    with clock.stopped_at(at), unit_of_work():
        return tell_of_alarms(base_url=BASE, now=at, **more)


def mails() -> list[OutboundMail]:
    db.session.rollback()
    return list(db.session.scalars(select(OutboundMail).order_by(OutboundMail.id)))


def fetching(mailbox: int, error: str | None, at: datetime) -> None:
    with unit_of_work():
        note_poll(mailbox, error=error, worked=error is None, now=at)


def renewal(grant: int, at: datetime, *, error: str = "", refused: bool = False) -> None:
    with unit_of_work():
        take_lease(MailGrant, grant, holder="us", until=at + timedelta(minutes=1), now=at)
        if error:
            note_not_renewed(grant, holder="us", error=error, refused=refused, now=at)
        else:
            until = at + timedelta(hours=1)
            note_renewed(
                grant,
                holder="us",
                access_token="t",
                access_until=until,
                refresh_token=None,
                now=at,
            )


def test_a_mailbox_that_fails_for_a_while_is_told_once_and_so_is_its_recovery(
    world: World, mailbox: int, now: datetime
) -> None:
    fetching(mailbox, "The server answers: no", now)

    assert tell(now + timedelta(minutes=14)) == 0
    assert tell(now + A_WHILE) == 1
    assert tell(now + 2 * A_WHILE) == 0
    (mail,) = mails()
    assert (mail.notification, mail.to_address) == ("mailbox-alarm", "admin@example.org")
    assert mail.facts["words"] == "The server answers: no"
    assert mail.facts["link"] == f"{BASE}/admin/mailboxes/{mailbox}"
    assert mail.facts["since"] == now.isoformat()

    fetching(mailbox, None, now + timedelta(hours=1))
    assert tell(now + timedelta(hours=1)) == 1
    assert tell(now + timedelta(hours=2)) == 0
    assert [mail.notification for mail in mails()] == ["mailbox-alarm", "mailbox-works-again"]

    # The next trouble is another one.
    fetching(mailbox, "The server answers: no", now + timedelta(hours=3))
    assert tell(now + timedelta(hours=4)) == 1
    assert len(mails()) == 3


def test_what_mends_itself_soon_is_told_to_nobody(mailbox: int, now: datetime) -> None:
    fetching(mailbox, "The server answers: no", now)
    tell(now + timedelta(minutes=10))
    fetching(mailbox, None, now + timedelta(minutes=12))
    tell(now + timedelta(hours=1))

    assert mails() == []
    assert not is_news(now=now + timedelta(hours=1))


def test_a_dying_sign_in_is_told_at_once_and_its_mailboxes_only_with_it(
    mailbox: int, grant: int, now: datetime
) -> None:
    renewal(grant, now, error="HTTP 400 invalid_grant", refused=True)
    fetching(mailbox, "HTTP 400 invalid_grant", now)

    assert tell(now + AT_ONCE) == 1
    assert tell(now + timedelta(hours=3)) == 0
    (mail,) = mails()
    assert mail.facts["what"] == "grant"
    assert mail.facts["mailboxes"] == ["helpdesk"]
    assert mail.facts["link"] == f"{BASE}/admin/sign-ins/{grant}"

    renewal(grant, now + timedelta(hours=4))
    fetching(mailbox, None, now + timedelta(hours=4))
    assert tell(now + timedelta(hours=4)) == 1
    assert mails()[-1].notification == "mailbox-works-again"
    assert grant_row(grant).alarmed_at is None


def test_an_endpoint_that_is_away_is_told_after_a_while(
    mailbox: int, grant: int, now: datetime
) -> None:
    renewal(grant, now, error="HTTP 503")
    fetching(mailbox, "HTTP 503", now)

    assert tell(now + timedelta(minutes=14)) == 0
    assert tell(now + A_WHILE) == 1
    assert [mail.facts["what"] for mail in mails()] == ["grant"]


def test_a_sign_in_that_nothing_uses_is_no_trouble_unless_outgoing_mail_does(
    mailbox: int, grant: int, now: datetime
) -> None:
    with unit_of_work() as session:
        session.get_one(Mailbox, mailbox).grant_id = None
    renewal(grant, now, error="HTTP 400 invalid_grant", refused=True)

    assert alarms(now=now + A_WHILE) == []
    assert tell(now + A_WHILE, smtp_grant="Office") == 1
    # As soon as nothing uses it any more there is nothing to end either.
    assert tell(now + A_WHILE) == 0
    assert grant_row(grant).alarmed_at is None


def test_a_silent_mailbox_is_told_where_silence_is_not_usual(
    world: World, mailbox: int, now: datetime
) -> None:
    def after(**time: int) -> int:
        return tell(now + timedelta(**time))

    assert after(days=30) == 0
    with unit_of_work() as session:
        session.get_one(Mailbox, mailbox).silent_after_hours = 24
    assert after(hours=23) == 0
    with unit_of_work() as session:
        row = session.get_one(Mailbox, mailbox)
        keep(
            row,
            door="smtp",
            raw_sha256=None,
            size=1,
            content_key="x",
            now=now + timedelta(hours=20),
        )
    assert after(hours=43) == 0
    assert after(hours=45) == 1
    assert after(hours=50) == 0
    (mail,) = mails()
    assert (mail.facts["what"], mail.facts["name"]) == ("silence", "helpdesk")
    assert mail.facts["since"] == (now + timedelta(hours=20)).isoformat()

    with unit_of_work() as session:
        row = session.get_one(Mailbox, mailbox)
        at = now + timedelta(hours=60)
        keep(row, door="smtp", raw_sha256=None, size=1, content_key="y", now=at)
    assert after(hours=61) == 1
    assert mails()[-1].notification == "mailbox-works-again"


def test_a_silent_mailbox_that_begins_to_fail_is_told_anew(mailbox: int, now: datetime) -> None:
    with unit_of_work() as session:
        session.get_one(Mailbox, mailbox).silent_after_hours = 1
    tell(now + timedelta(hours=2))
    fetching(mailbox, "The server answers: no", now + timedelta(hours=3))

    assert tell(now + timedelta(hours=3, minutes=5)) == 0
    assert tell(now + timedelta(hours=4)) == 1
    assert tell(now + timedelta(hours=5)) == 0
    assert [mail.facts["what"] for mail in mails()] == ["silence", "mailbox"]
    # It is fetched again, and still nothing comes: that was told, and nothing works again yet.
    fetching(mailbox, None, now + timedelta(hours=6))
    assert tell(now + timedelta(hours=6)) == 0


def test_a_mailbox_that_is_switched_off_is_forgotten(mailbox: int, now: datetime) -> None:
    fetching(mailbox, "no", now)
    tell(now + A_WHILE)
    with unit_of_work() as session:
        row = session.get_one(Mailbox, mailbox)
        row.active, row.failing_since = False, None

    assert tell(now + timedelta(hours=1)) == 0
    assert len(mails()) == 1
    db.session.rollback()
    assert db.session.get_one(Mailbox, mailbox).alarmed_at is None


def test_two_workers_tell_it_once(mailbox: int, now: datetime) -> None:
    fetching(mailbox, "no", now)
    at = now + A_WHILE
    with unit_of_work():
        tell_of_alarms(base_url=BASE, now=at)
        # What the other has read before is not believed.
        tell_of_alarms(base_url=BASE, now=at)

    assert len(mails()) == 1


@pytest.mark.one_database
@pytest.mark.parametrize("refused", [True, False])
def test_the_words_say_what_since_when_and_what_to_do(
    settings: Settings, mailbox: int, grant: int, now: datetime, refused: bool
) -> None:
    words = "The endpoint answers: HTTP 400 invalid_grant: <b>The password was changed.</b>"
    renewal(grant, now, error=words, refused=refused)
    tell(now + A_WHILE)
    renewal(grant, now + timedelta(hours=1))
    tell(now + timedelta(hours=1))

    with clock.stopped_at(now + timedelta(hours=2)):
        deliver_due(settings)

    first, second = (captured(mail) for mail in mails())
    assert first["Subject"] == "The sign-in “Office” does not work"
    assert first["Auto-Submitted"] == "auto-generated"
    text = text_of(first)
    assert "The sign-in “Office” has given no token since Tue 24 Nov 08:41." in text
    assert ("connect it again" in text) is refused
    assert ("We keep trying" in text) is not refused
    assert "These stand still meanwhile: helpdesk." in text
    assert words in text
    assert f"{BASE}/admin/sign-ins/{grant}" in text
    assert "&lt;b&gt;The password" in html_of(first)
    assert second["Subject"] == "The sign-in “Office” works again"
    assert "We wrote to you about it Tue 24 Nov 08:57." in text_of(second)


def test_nothing_secret_is_in_the_facts(mailbox: int, grant: int, now: datetime) -> None:
    renewal(grant, now, error="no", refused=True)
    tell(now + A_WHILE)
    (mail,) = mails()
    row = db.session.get_one(MailGrant, grant)
    assert row.sealed_client_secret
    assert row.sealed_client_secret not in str(mail.facts)
