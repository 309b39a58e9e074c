from __future__ import annotations

import base64
import hashlib
import time
from datetime import UTC, datetime

import pytest

from helpdesk.mail import bounces
from helpdesk.mail import parse as parsing
from helpdesk.mail.parse import Budget, as_json, parse
from helpdesk.mail.parse.budget import DEFAULT_BUDGET, Allowance
from helpdesk.mail.parse.messages import message_of
from helpdesk.mail.parse.structure import read
from helpdesk.mail.values import Address, Kind

HEAD = b"From: Anna <anna@example.org>\nSubject: Hello\nMIME-Version: 1.0\n"
MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=x\n\n"


def part(kind: str, body: bytes, *fields: str) -> bytes:
    """One MIME part after its boundary."""
    head = "".join(f"{line}\n" for line in (f"Content-Type: {kind}", *fields))
    return b"--x\n" + head.encode() + b"\n" + body + b"\n"


def test_an_ordinary_mail_is_a_message_with_all_its_fields() -> None:
    mail = parse(
        HEAD + b"Date: Mon, 3 Feb 2025 10:00:00 +0100\nTo: desk@Example.ORG\n\nIt is broken.\n"
    )

    assert mail.subject == "Hello"
    assert mail.from_ == Address("Anna", "anna@example.org")
    assert mail.to == (Address("", "desk@example.org"),)
    assert mail.date == datetime(2025, 2, 3, 9, 0, tzinfo=UTC)
    assert (mail.text, mail.html, mail.reply_text) == ("It is broken.", None, "It is broken.")
    assert (mail.kind, mail.bounce, mail.auto_submitted) == (Kind.MESSAGE, None, False)
    assert mail.warnings == ()


def test_headers_are_found_in_any_case_and_as_often_as_they_occur() -> None:
    mail = parse(b"X-Note: one\nx-note: =?utf-8?q?tv=C3=A5?=\n\n")

    assert mail.header("X-NOTE") == "one"
    assert mail.all_headers("x-Note") == ("one", "två")
    assert mail.header("X-Other", "none") == "none"


def test_nothing_at_all_is_a_mail_too() -> None:
    mail = parse(b"")

    assert as_json(mail, "-")["from"] == {"name": "", "address": ""}
    assert (mail.subject, mail.text, mail.from_, mail.date) == ("", "", None, None)


def test_a_machines_answer_is_an_automatic_one() -> None:
    mail = parse(HEAD + b"Auto-Submitted: auto-replied\nIn-Reply-To: <a@b.c>\n\nI am away.\n")

    assert (mail.kind, mail.auto_submitted) == (Kind.AUTO_REPLY, True)


def test_monitoring_is_a_message_that_a_machine_sent() -> None:
    mail = parse(HEAD + b"Auto-Submitted: auto-generated\n\nDisk full on db1.\n")

    assert (mail.kind, mail.auto_submitted) == (Kind.MESSAGE, True)


REPORT = (
    b"From: MAILER-DAEMON@example.net\nSubject: Undelivered\nMIME-Version: 1.0\n"
    b"Content-Type: multipart/report; report-type=delivery-status; boundary=x\n\n"
    + part("text/plain", b"Your mail came back.")
    + part(
        "message/delivery-status",
        b"Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; bo@example.com\n"
        b"Action: failed\nStatus: 5.1.1\n",
    )
    + part("message/rfc822", b"From: desk@example.org\nMessage-ID: <sent@example.org>\n\nHi")
    + b"--x--\n"
)


def test_a_delivery_report_is_a_bounce_with_its_parts_as_files() -> None:
    mail = parse(REPORT)

    assert mail.kind is Kind.BOUNCE
    assert mail.bounce is not None
    assert (mail.bounce.recipient, mail.bounce.status) == ("bo@example.com", "5.1.1")
    assert mail.text == "Your mail came back."
    assert [file.filename for file in mail.attachments] == ["delivery-status.txt", "message.eml"]


def test_judges_see_the_tree_as_the_standard_library_would_show_it() -> None:
    message = message_of(read(REPORT, Allowance(DEFAULT_BUDGET)))

    kinds = [each.get_content_type() for each in message.walk()]
    assert kinds[:4] == [
        "multipart/report",
        "text/plain",
        "message/delivery-status",
        "text/plain",
    ]
    assert kinds[-2:] == ["message/rfc822", "text/plain"]
    blocks = message.get_payload()[1].get_payload()
    assert [block["Action"] for block in blocks] == [None, "failed"]
    assert bounces.judge(message, "")[0] is Kind.BOUNCE


def test_an_attached_mail_keeps_every_byte() -> None:
    inner = b"Subject: In  side\r\nX-Odd:   spaces \r\n\r\nbody\r\n"
    mail = parse(MIXED + part("message/rfc822", inner) + b"--x--\n")

    (file,) = mail.attachments
    assert file.filename == "In side.eml"
    assert file.data == inner
    assert file.sha256 == hashlib.sha256(inner).hexdigest()
    assert mail.text == ""


def test_a_picture_is_inline_when_the_page_shows_it_whatever_its_disposition_says() -> None:
    page = part("text/html", b"<img src='cid:A@x'>")
    shown = part("image/png", b"1", "Content-ID: <a@x>", "Content-Disposition: attachment")
    named = part("image/png", b"2", "Content-ID: <b@x>", "Content-Disposition: inline")
    loose = part("image/png", b"3", "Content-ID: <c@x>")
    nameless = part("image/png", b"4", "Content-Disposition: inline")

    mail = parse(MIXED + page + shown + named + loose + nameless + b"--x--")

    assert [file.inline for file in mail.attachments] == [True, True, False, False]


def test_text_and_its_page_sent_one_after_the_other_are_said_once() -> None:
    mail = parse(
        MIXED + part("text/plain", b"Same words.") + part("text/html", b"<p>Same words.</p>")
    )

    assert (mail.text, mail.html) == ("Same words.", "<p>Same words.</p>")


def test_past_each_budget_what_could_be_read_is_there_with_a_warning() -> None:
    many = MIXED + part("text/plain", b"hi") * 50
    deep = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(20)
    )
    large = HEAD + b"Content-Type: text/html\n\n" + b"<p>words</p>" * 1000

    assert len(parse(many, Budget(parts=7)).text.split()) == 7
    assert "More than 7 parts" in str(parse(many, Budget(parts=7)).warnings[0])
    assert "More than 5 parts inside" in str(parse(deep, Budget(depth=5)).warnings[0])
    assert parse(large, Budget(html_size=12)).text == "words\nwords"
    assert "too large" in str(parse(large, Budget(html_size=100)).warnings[0])
    assert len(parse(large, Budget(text_size=10)).text) == 10
    assert "too large" in str(parse(large, Budget(raw_size=100)).warnings[0])
    assert "too much time" in str(parse(large, Budget(cpu_seconds=-1)).warnings[0])
    assert len(parse(b"X-A: b\n" * 50 + HEAD, Budget(headers=5)).headers) == 5 + 3


BIG = {
    "headers that each need their charset guessed": b"X-A: pr\xfcfung \xd0\xd1\xd2 mit\n" * 100_000
    + HEAD,
    "quotation marks in many address lists": (b"To: " + b'"' * 60_000 + b"\n") * 100 + HEAD,
    "colons in an address list": (b"From: " + b"a 2025 09:00:03 +010" * 3_000 + b"\n") + HEAD,
    "parts with long types": MIXED + part("text/plain; a=" + " name=b" * 8_000, b"x") * 300,
    "empty lines in a report": b"Return-Path: <>\nSubject: Returned mail\n"
    + HEAD
    + b"\nfailed"
    + b"\n" * 9_000,
    "header lines in the body": HEAD
    + b"Auto-Submitted: auto-generated\n\n"
    + b"Message-ID: <m.an-order@firma.example.org>\nFrom: Shop <order@example.com>\nAuto-a.net\n"
    * 2_000,
    "blanks in file names": MIXED
    + part("text/plain", b"x", "Content-Disposition: attachment; filename=s" + " " * 12_000 + "x")
    * 100,
    "blanks in address lists": (b"To: a" + b" " * 60_000 + b"b\n") * 20 + HEAD,
    "messages inside one another": HEAD + b"Content-Type: message/rfc822\n\n" * 20_000,
    "multiparts of one boundary": HEAD
    + b"Content-Type: multipart/mixed; boundary=b\n\n--b\n" * 5_000,
    "texts that look for their charset": MIXED
    + part("text/plain", "Привет, принтер опять не печатает. ".encode("koi8-r") * 200) * 1_000,
}


@pytest.mark.parametrize("raw", BIG.values(), ids=BIG.keys())
def test_no_mail_costs_more_than_its_budget(raw: bytes) -> None:
    began = time.thread_time()

    mail = parse(raw)

    assert time.thread_time() - began < 5
    assert not any("could not be read" in str(warning) for warning in mail.warnings)


HOSTILE = {
    "a 25 MB attachment": MIXED
    + part("text/plain", b"See the file.")
    + part(
        "application/pdf",
        base64.encodebytes(bytes(range(256)) * 100_000),
        "Content-Transfer-Encoding: base64",
    ),
    "multiparts 5,000 deep": b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(5000)
    ),
    "messages 5,000 deep": b"Content-Type: message/rfc822\n\n" * 5000,
    "20,000 parts": MIXED + part("text/plain", b"hi") * 20_000,
    "100,000 headers": b"".join(b"X-%d: =?utf-8?q?=C3=A5?=\n" % n for n in range(100_000)),
    "100,000 recipients": b"To: " + b", ".join(b"u%d@example.org" % n for n in range(100_000)),
    "7 MB of HTML": HEAD + b"Content-Type: text/html\n\n" + b"<p>hi <b>you</b></p>\n" * 340_000,
    "100,000 nested divs": HEAD + b"Content-Type: text/html\n\n" + b"<div>" * 100_000 + b"x",
    "nested quotations": HEAD
    + b"Content-Type: text/html\n\n"
    + b"<blockquote>" * 140
    + b"line<br>" * 50_000,
    "boundaries in the middle of a line": MIXED + b" --x" * 1_000_000,
    "lines that only look like boundaries": MIXED + b"--xy\n" * 1_000_000,
    "base64 in a million pieces": HEAD
    + b"Content-Transfer-Encoding: base64\n\n"
    + b"A=\n" * 1_000_000,
    "files that never end": HEAD + b"\n" + b"begin 644 x\n" * 200_000,
    "flowed text on one line": HEAD
    + b"Content-Type: text/plain; format=flowed\n\n"
    + b"a \n" * 1_000_000,
    "quotation marks without end": b'To: "' + b'\\"' * 30_000 + b"\n\n",
    "encoded words without end": b"Subject: " + b"=?a?q?" * 10_000 + b"\n\n",
    "parameters without end": b"Content-Type: text/plain" + b';a="b' * 10_000 + b"\n\n",
    "an envelope that lies about its counts": HEAD
    + b"Content-Type: application/ms-tnef\n\n"
    + bytes.fromhex("789f3e220100 01039006001400 0000ffffffff" + "0300370001000000" * 2 + "0000"),
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE.keys())
def test_no_mail_takes_more_than_five_seconds(raw: bytes) -> None:
    began = time.thread_time()

    mail = parse(raw)

    assert time.thread_time() - began < 5
    assert not any("could not be read" in str(warning) for warning in mail.warnings)


def test_a_mistake_of_ours_costs_the_body_but_not_the_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(root: object, allowance: object) -> None:
        monkeypatch.undo()
        raise RuntimeError("a mistake")

    monkeypatch.setattr(parsing.contents, "read", fails)
    mail = parse(HEAD + b"Content-Type: text/html\n\n<p>words")

    assert (mail.subject, mail.text, mail.html) == ("Hello", "", None)
    assert [str(each) for each in mail.warnings] == ["The body could not be read (RuntimeError)."]
    assert mail.attachments[0].data.endswith(b"<p>words")


def test_an_encoded_charset_of_a_report_does_not_trip_the_judges() -> None:
    raw = HEAD + b"Content-Type: text/plain; charset*=utf-8''utf-8\nContent-Transfer-Encoding: 8bit"
    mail = parse(raw + "\n\nSmörgås".encode())

    assert (mail.text, mail.warnings) == ("Smörgås", ())
