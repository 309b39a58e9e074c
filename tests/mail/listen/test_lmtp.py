from __future__ import annotations

import smtplib

import pytest
from flask import Flask

from helpdesk.core.db import db
from tests.mail.listen.handed import HELPDESK, ORDERS, hand_over, replies, rows
from tests.mail.mailboxes import letter
from tests.world import World


def test_lmtp_answers_once_for_each_recipient(lmtp: smtplib.LMTP, world: World) -> None:
    hand_over(lmtp, [HELPDESK, "nobody@example.org", ORDERS], letter())

    assert replies(lmtp, 2) == [250, 250]
    assert lmtp.noop()[0] == 250
    assert {row.mailbox_id for row in rows()} == {world.helpdesk_id, world.orders_id}
    assert {row.door for row in rows()} == {"lmtp"}
    hand_over(lmtp, [HELPDESK], letter(2))
    assert replies(lmtp, 1) == [250]
    assert lmtp.noop()[0] == 250


@pytest.mark.one_database
def test_lmtp_refuses_once_for_each_recipient(lmtp: smtplib.LMTP, app: Flask) -> None:
    hand_over(lmtp, [HELPDESK, ORDERS], letter(body=("x" * 70 + "\r\n") * 20_000))
    assert replies(lmtp, 2) == [552, 552]
    assert lmtp.noop()[0] == 250

    with app.app_context():
        db.session.execute(db.text("ALTER TABLE inbound_mails RENAME TO away"))
        db.session.commit()
    hand_over(lmtp, [HELPDESK, ORDERS], letter())
    assert replies(lmtp, 2) == [451, 451]
    assert lmtp.noop()[0] == 250
    assert lmtp.docmd("DATA")[0] == 503
    assert lmtp.noop()[0] == 250


@pytest.mark.one_database
def test_lmtp_is_not_smtp(lmtp: smtplib.LMTP) -> None:
    assert lmtp.docmd("EHLO mx.example.org")[0] == 500
