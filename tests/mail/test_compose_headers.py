"""The headers of our mail: who, to whom, in which thread, and that a machine wrote it."""

from __future__ import annotations

import re
from datetime import datetime
from email import message_from_bytes
from email.header import decode_header, make_header

import pytest

from helpdesk.core.config import Settings
from helpdesk.core.db import db, unit_of_work
from helpdesk.core.storage import storage
from helpdesk.domain.accounts.actions import add_person
from helpdesk.domain.correspondence.ids import remember_id
from helpdesk.domain.correspondence.models import IdSource, Mailbox
from helpdesk.domain.correspondence.tokens import (
    MARK_HEADER,
    Audience,
    read_header_mark,
    read_message_id,
    read_reply_address,
)
from helpdesk.domain.notifications.actions import send_sign_in_help
from helpdesk.domain.tickets.actions import Words, assign, move, receive_answer, rename
from helpdesk.domain.tickets.queries import ticket_by_number
from helpdesk.mail.deliver import deliver_due
from tests.mail.outbox import FROM_EVA, answer, ask, captured, html_of, outbox, text_of
from tests.world import World

pytestmark = pytest.mark.one_database


def send_all(settings: Settings) -> None:
    while deliver_due(settings):
        pass


def test_an_acknowledgement_answers_the_mail_that_it_acknowledges(
    world: World, settings: Settings, now: datetime
) -> None:
    number = ask(world, now)
    send_all(settings)
    (row,) = outbox()
    mail = captured(row)
    assert mail["Subject"] == f"Re: The printer on floor 3 [#{number}]"
    assert mail["In-Reply-To"] == f"<{FROM_EVA}>"
    assert mail["References"] == f"<{FROM_EVA}>"
    assert mail["Message-ID"] == f"<{row.rfc_message_id}>"
    assert mail["From"] == "IT helpdesk <helpdesk@example.org>"
    assert mail["To"] == "Eva Ek <eva@example.com>"
    assert mail["Cc"] is None
    assert mail["Date"].datetime == now
    assert mail["Auto-Submitted"] == "auto-replied"
    suppressed = mail["X-Auto-Response-Suppress"].split(", ")
    assert {"OOF", "AutoReply"} <= set(suppressed)
    # Whether it did not arrive is something that we want to hear.
    assert not {"NDR", "All"} & set(suppressed)
    mark = read_header_mark(mail[MARK_HEADER])
    assert mark is not None
    assert mark.ticket_number == number


def test_all_mails_of_a_thread_share_one_subject_and_refer_to_what_came_before(
    world: World, settings: Settings, now: datetime
) -> None:
    number = ask(world, now, subject="SV: Re: The printer on floor 3")
    answer(world, number, now)
    with unit_of_work():
        ticket = ticket_by_number(number, lock=True)
        assert ticket
        rename(ticket, subject="Duplex on PR-0317", by=world.agnes, now=now)
        receive_answer(ticket, Words("Still twice."), by=world.eva, now=now)
        remember_id(number, "second@mail.example.com", IdSource.TAKEN)
        move(ticket, target="resolved", by=world.agnes, now=now)
    send_all(settings)
    mails = [captured(row) for row in outbox()]
    assert len(mails) == 3
    assert {mail["Subject"] for mail in mails} == {f"Re: The printer on floor 3 [#{number}]"}
    ids = [row.rfc_message_id for row in outbox()]
    assert mails[2]["In-Reply-To"] == "<second@mail.example.com>"
    assert mails[2]["References"].split() == [
        f"<{rfc_id}>" for rfc_id in (ids[0], FROM_EVA, ids[1], "second@mail.example.com")
    ]


def test_a_thread_names_at_most_twenty_mails(
    world: World, settings: Settings, now: datetime
) -> None:
    number = ask(world, now)
    with unit_of_work():
        for turn in range(30):
            remember_id(number, f"turn-{turn}@mail.example.com", IdSource.TAKEN)
    answer(world, number, now)
    send_all(settings)
    references = captured(outbox("answered")[0])["References"].split()
    assert len(references) == 20
    assert references[-1] == "<turn-29@mail.example.com>"


def test_a_long_message_id_of_another_server_is_never_encoded(
    world: World, settings: Settings, now: datetime
) -> None:
    number = ask(world, now)
    long_id = f"{'AM0PR08MB1234' * 12}@AM0PR08MB1234.eurprd08.prod.outlook.example.com"
    with unit_of_work():
        remember_id(number, long_id, IdSource.TAKEN)
        remember_id(number, "broken id\r\nBcc: x@example.net", IdSource.TAKEN)
    answer(world, number, now)
    send_all(settings)
    mail = captured(outbox("answered")[0])
    assert f"<{long_id}>" in mail["References"].split()
    assert mail["Bcc"] is None
    assert "broken" not in str(mail)


def test_the_requesters_side_sees_who_else_got_the_answer_and_each_gets_one_mail(
    world: World, settings: Settings, now: datetime
) -> None:
    with unit_of_work():
        nils = add_person("nils@example.net", name="Nils Åberg", now=now)
    number = ask(world, now, watchers=(nils,))
    answer(world, number, now)
    send_all(settings)
    rows = outbox("answered")
    assert [row.to_address for row in rows] == ["eva@example.com", "nils@example.net"]
    for row in rows:
        mail = captured(row)
        assert mail["To"] == "Eva Ek <eva@example.com>"
        assert mail["Cc"] == "Nils Åberg <nils@example.net>"
        assert mail["Auto-Submitted"] is None
        assert mail["X-Auto-Response-Suppress"] == "OOF"
        assert mail["From"] == "Agnes Agent via IT helpdesk <helpdesk@example.org>"
        mark = read_reply_address(mail["Reply-To"].addresses[0].addr_spec)
        assert mark is not None
        assert (mark.ticket_number, mark.audience) == (number, Audience.REQUESTER)
        assert mark.person_id == row.person_id


def test_an_internal_mail_keeps_answers_internal_and_offers_the_way_to_the_requester(
    world: World, settings: Settings, now: datetime
) -> None:
    number = ask(world, now)
    with unit_of_work():
        ticket = ticket_by_number(number, lock=True)
        assert ticket
        assign(ticket, to=world.agnes, by=world.oskar, now=now)
        receive_answer(ticket, Words("Hello?"), by=world.eva, now=now)
    send_all(settings)
    (assigned,) = outbox("assigned-to-you")
    (answered,) = outbox("requester-answered")
    first, second = captured(assigned), captured(answered)
    assert first["Auto-Submitted"] == second["Auto-Submitted"] == "auto-generated"
    assert first["Subject"] == f"Assigned to you: The printer on floor 3 [#{number}]"
    assert second["Subject"] == f"Eva Ek has answered: The printer on floor 3 [#{number}]"
    # Nothing of the requester's thread is in it: an agent's answer must not find that thread.
    assert first["References"] is None
    assert second["References"] == second["In-Reply-To"] == first["Message-ID"]
    mark = read_reply_address(first["Reply-To"].addresses[0].addr_spec)
    assert mark is not None
    assert mark.audience is Audience.INTERNAL
    found = re.search(r"mailto:([^?]+)\?", html_of(first))
    assert found
    to_requester = read_reply_address(found[1].replace("%2B", "+"))
    assert to_requester is not None
    assert (to_requester.audience, to_requester.person_id) == (Audience.REQUESTER, world.agnes_id)


def test_the_requester_never_gets_an_id_of_internal_mail(
    world: World, settings: Settings, now: datetime
) -> None:
    number = ask(world, now)
    with unit_of_work():
        ticket = ticket_by_number(number, lock=True)
        assert ticket
        assign(ticket, to=world.oskar, by=world.agnes, now=now)
    answer(world, number, now)
    send_all(settings)
    references = captured(outbox("answered")[0])["References"].split()
    marks = [read_message_id(rfc_id.strip("<>")) for rfc_id in references]
    assert len(references) == 2
    assert not [mark for mark in marks if mark and mark.audience is Audience.INTERNAL]


def test_without_plus_addressing_answers_come_to_the_mailbox_itself(
    world: World, settings: Settings, now: datetime
) -> None:
    with unit_of_work():
        db.session.get_one(Mailbox, world.helpdesk_id).plus_addressing = False
    number = ask(world, now)
    with unit_of_work():
        ticket = ticket_by_number(number, lock=True)
        assert ticket
        assign(ticket, to=world.agnes, by=None, now=now)
    send_all(settings)
    for row in outbox():
        mail = captured(row)
        assert mail["Reply-To"] is None
        assert "mailto:" not in html_of(mail)


HOSTILE = "Printer\r\nBcc: victim@example.net\r\n\r\n<b>body</b>\u2028X-Evil: 1\x00"


def test_no_header_can_be_smuggled_in_by_a_subject_or_a_name(
    world: World, settings: Settings, now: datetime
) -> None:
    number = ask(world, now)
    with unit_of_work():
        ticket = ticket_by_number(number, lock=True)
        assert ticket
        # Past the verb, which would have cleaned it: what lies in the database is not trusted.
        ticket.subject = HOSTILE.replace("\x00", "\x01")
        world.eva.name = 'Eva"\r\nBcc: victim@example.net\r\n <x@example.net>,'
        world.agnes.name = "Agnes\nX-Evil: 1 \u202egro.elpmaxe"
        db.session.get_one(Mailbox, world.helpdesk_id).display_name = "IT\r\nX-Evil: 1"
    answer(world, number, now, files=())
    with unit_of_work():
        send_sign_in_help(world.agnes, link="http://127.0.0.1:8000/x", now=now)
    send_all(settings)
    for row in outbox():
        mail = captured(row)
        assert {"bcc", "x-evil"}.isdisjoint(name.lower() for name in mail)
        assert mail.defects == []
        assert [address.addr_spec for address in mail["To"].addresses] == [row.to_address]
        assert len(mail["From"].addresses) == 1
        assert mail["From"].addresses[0].addr_spec == "helpdesk@example.org"


def test_everything_beyond_ascii_arrives_as_it_was_written(
    world: World, settings: Settings, now: datetime
) -> None:
    subject = "Skrivaren på plan 3 – «låst» 🖨️ " + "åäö" * 40
    with unit_of_work():
        world.eva.name = "Éva Øk 王 " + "å" * 60
        world.agnes.name = "Ågnes Åström"
        db.session.get_one(Mailbox, world.helpdesk_id).display_name = "IT-hjälpen"
    number = ask(world, now, subject=subject)
    answer(world, number, now, "Försök igen 🙂\nFrom här och framåt\n.\nslut")
    send_all(settings)
    for row in outbox():
        mail = captured(row)
        assert mail["Subject"] == f"Re: {subject} [#{number}]"
        # The newer policy of the library reads adjacent encoded words of a name with a gap.
        as_sent = message_from_bytes(storage().read(row.raw_sha256 or ""))
        to = str(make_header(decode_header(as_sent["To"])))
        assert to == "Éva Øk 王 " + "å" * 60 + " <eva@example.com>"
    mail = captured(outbox("answered")[0])
    assert mail["From"].addresses[0].display_name == "Ågnes Åström via IT-hjälpen"
    assert "Försök igen 🙂\nFrom här och framåt\n.\nslut" in text_of(mail)


def test_lines_on_the_wire_are_ascii_and_short_enough(
    world: World, settings: Settings, now: datetime
) -> None:
    number = ask(world, now, subject="ä" * 290)
    answer(world, number, now, "ord " * 2000 + "x" * 3000)
    send_all(settings)
    for row in outbox():
        assert row.raw_sha256
        raw = storage().read(row.raw_sha256)
        assert raw.isascii()
        assert b"\n" not in raw.replace(b"\r\n", b"")
        # RFC 5322 section 2.1.1: 998 octets at most, 78 where it can be helped.
        assert max(len(line) for line in raw.split(b"\r\n")) <= 998
