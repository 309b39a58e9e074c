from __future__ import annotations

import smtplib
from pathlib import Path

import pytest
from flask import Flask

from helpdesk.core.config import Settings
from helpdesk.core.db import db, unit_of_work
from helpdesk.core.storage import storage
from helpdesk.domain.correspondence.models import Mailbox
from helpdesk.domain.correspondence.tokens import Audience, reply_address
from tests.mail.listen.handed import HELPDESK, ORDERS, rows
from tests.mail.mailboxes import letter
from tests.world import World


def test_a_mail_is_kept_whole_when_it_is_answered(smtp: smtplib.SMTP, world: World) -> None:
    raw = letter(1, body=".a dot first\r\n..two\r\nåäö")

    smtp.sendmail("eva@example.com", [HELPDESK], raw)

    (row,) = rows()
    assert storage().read(row.raw_sha256 or "") == raw
    assert (row.mailbox_id, row.door, row.state) == (world.helpdesk_id, "smtp", "waiting")
    assert (row.envelope_from, row.envelope_to) == ("eva@example.com", HELPDESK)


@pytest.mark.one_database
def test_mail_for_somebody_else_is_refused(smtp: smtplib.SMTP) -> None:
    smtp.ehlo()
    smtp.mail("eva@example.com")

    assert smtp.rcpt("nobody@example.org")[0] == 550
    assert smtp.rcpt("eva@example.com")[0] == 550
    assert smtp.rcpt("HelpDesk@Example.ORG")[0] == 250
    assert rows() == []


@pytest.mark.one_database
def test_a_mailbox_that_is_switched_off_takes_nothing(smtp: smtplib.SMTP, world: World) -> None:
    with unit_of_work():
        world.helpdesk.active = False

    with pytest.raises(smtplib.SMTPRecipientsRefused):
        smtp.sendmail("eva@example.com", [HELPDESK], letter())


def test_one_mail_for_two_mailboxes_is_kept_once_in_each(smtp: smtplib.SMTP, world: World) -> None:
    tag = reply_address(HELPDESK, 7, Audience.REQUESTER, 3)

    smtp.sendmail("eva@example.com", [HELPDESK, ORDERS, tag], letter())

    found = [(row.mailbox_id, row.envelope_to) for row in rows()]
    assert sorted(found) == sorted([(world.helpdesk_id, tag), (world.orders_id, ORDERS)])


@pytest.mark.one_database
def test_the_null_sender_is_welcome(smtp: smtplib.SMTP) -> None:
    smtp.sendmail("", [HELPDESK], letter())

    assert rows()[0].envelope_from == ""


@pytest.mark.one_database
def test_what_is_too_large_is_refused_before_and_after_it_is_sent(smtp: smtplib.SMTP) -> None:
    smtp.ehlo()
    assert smtp.esmtp_features["size"] == str(1024 * 1024)
    assert smtp.docmd(f"MAIL FROM:<eva@example.com> SIZE={1024 * 1024 + 1}")[0] == 552
    large = letter(body=("x" * 70 + "\r\n") * 20_000)
    smtp.mail("eva@example.com")
    smtp.rcpt(HELPDESK)
    assert smtp.data(large)[0] == 552

    smtp.sendmail("eva@example.com", [HELPDESK], letter())
    assert len(rows()) == 1


@pytest.mark.one_database
def test_addresses_and_mail_beyond_ascii_are_taken(smtp: smtplib.SMTP, world: World) -> None:
    with unit_of_work():
        world.helpdesk.aliases = ["hjälp@example.org"]
    smtp.ehlo()
    assert {"smtputf8", "8bitmime", "pipelining"} <= set(smtp.esmtp_features)

    options = ["SMTPUTF8", "BODY=8BITMIME"]
    smtp.sendmail("åsa@example.com", ["hjälp@example.org"], letter(), mail_options=options)

    assert (rows()[0].envelope_from, rows()[0].envelope_to) == (
        "åsa@example.com",
        "hjälp@example.org",
    )


@pytest.mark.one_database
def test_an_address_that_is_no_text_harms_nobody(smtp: smtplib.SMTP) -> None:
    smtp.ehlo()
    smtp.send(b"MAIL FROM:<\xff\xfe@example.com>\r\n")
    assert smtp.getreply()[0] == 250
    smtp.send(b"RCPT TO:<helpdesk+\xff@example.org>\r\n")
    assert smtp.getreply()[0] == 553
    smtp.rcpt(HELPDESK)

    assert smtp.data(letter())[0] == 250
    assert rows()[0].envelope_from == "??@example.com"


@pytest.mark.one_database
def test_a_line_as_long_as_an_attachment_is_taken(smtp: smtplib.SMTP) -> None:
    raw = letter(body="x" * 500_000)

    smtp.sendmail("eva@example.com", [HELPDESK], raw)

    assert storage().read(rows()[0].raw_sha256 or "") == raw


@pytest.mark.one_database
@pytest.mark.parametrize("end", [b"\n.\n", b"\n.\r\n", b"\r.\r", b"\r\n.\n"])
def test_no_second_mail_can_be_smuggled_in_the_first(smtp: smtplib.SMTP, end: bytes) -> None:
    smtp.ehlo()
    smuggled = (
        b"MAIL FROM:<boss@example.org>\r\nRCPT TO:<helpdesk@example.org>\r\nDATA\r\n"
        b"Subject: smuggled\r\n\r\nPay at once."
    )
    smtp.mail("eva@example.com")
    smtp.rcpt(HELPDESK)
    smtp.docmd("DATA")
    smtp.send(letter().rstrip() + end + smuggled + b"\r\n.\r\n")

    assert smtp.getreply()[0] == 250
    assert smtp.noop()[0] == 250
    assert len(rows()) == 1


def test_mail_is_put_off_while_the_database_is_away(
    smtp: smtplib.SMTP, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        db.session.execute(db.text("ALTER TABLE inbound_mails RENAME TO away"))
        db.session.commit()
    with pytest.raises(smtplib.SMTPDataError, match="451"):
        smtp.sendmail("eva@example.com", [HELPDESK], letter())
    with app.app_context():
        db.session.execute(db.text("ALTER TABLE mailboxes RENAME TO away_too"))
        db.session.commit()
    smtp.rset()
    smtp.mail("eva@example.com")
    # Nobody asked for this address before.
    assert smtp.rcpt(HELPDESK.replace("@", "+more@"))[0] == 451

    with app.app_context():
        db.session.execute(db.text("ALTER TABLE away RENAME TO inbound_mails"))
        db.session.execute(db.text("ALTER TABLE away_too RENAME TO mailboxes"))
        db.session.commit()
    smtp.rset()
    smtp.sendmail("eva@example.com", [HELPDESK], letter())
    assert len(rows()) == 1


@pytest.mark.one_database
def test_mail_is_put_off_while_the_disk_refuses(
    smtp: smtplib.SMTP, settings: Settings, tmp_path: Path
) -> None:
    files = settings.data_dir / "files"
    files.rename(tmp_path / "moved")
    files.write_text("a file where the folder should be")

    with pytest.raises(smtplib.SMTPDataError, match="451"):
        smtp.sendmail("eva@example.com", [HELPDESK], letter())

    assert rows() == []


@pytest.mark.one_database
def test_the_first_mailbox_with_an_address_takes_it(smtp: smtplib.SMTP, world: World) -> None:
    with unit_of_work() as session:
        session.add(Mailbox(name="late", address="late@example.org", aliases=[HELPDESK]))

    smtp.sendmail("eva@example.com", [HELPDESK], letter())

    assert [row.mailbox_id for row in rows()] == [world.helpdesk_id]
