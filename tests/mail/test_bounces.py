from __future__ import annotations

import email
import json
import time
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.mail.bounces import judge
from helpdesk.mail.bounces.dialects import DIALECTS, Dialect
from helpdesk.mail.values import Bounce, Kind

MAILS = Path(__file__).parent.parent / "mails" / "bounces"
REPORTS = sorted(MAILS.glob("*.eml"))
ORDINARY = sorted((MAILS / "ordinary").glob("*.eml"))


def readable(message: Message) -> str:
    """The first text of a mail that stands outside of attached mails."""
    waiting: list[Any] = [message]
    while waiting:
        part = waiting.pop(0)
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            waiting[:0] = part.get_payload()
        elif part.get_content_maintype() == "text":
            return (part.get_payload(decode=True) or b"").decode("utf-8", "replace")
    return ""


def judged(raw: bytes | str) -> tuple[Kind, Bounce | None]:
    raw = raw.encode() if isinstance(raw, str) else raw
    message = email.message_from_bytes(raw)
    return judge(message, readable(message))


def facts(kind: Kind, bounce: Bounce | None) -> dict[str, object]:
    return {
        "kind": kind.value,
        "recipients": list(bounce.recipients) if bounce else None,
        "status": bounce.status if bounce else None,
        "action": bounce.action if bounce else None,
        "original_message_id": bounce.original_message_id if bounce else None,
    }


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)
def test_a_report_says_whom_it_is_about_and_why(path: Path) -> None:
    wanted = json.loads(path.with_suffix(".json").read_text("utf-8"))
    kind, bounce = judged(path.read_bytes())
    assert facts(kind, bounce) == wanted
    assert bounce is not None
    assert bounce.recipient == (bounce.recipients[0] if bounce.recipients else None)


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)
def test_a_report_with_the_line_ends_of_the_wire_says_the_same(path: Path) -> None:
    wanted = json.loads(path.with_suffix(".json").read_text("utf-8"))
    assert facts(*judged(path.read_bytes().replace(b"\n", b"\r\n"))) == wanted


@pytest.mark.parametrize("path", ORDINARY, ids=lambda path: path.stem)
def test_a_mail_that_only_talks_about_delivery_is_a_message(path: Path) -> None:
    assert judged(path.read_bytes()) == (Kind.MESSAGE, None)


def test_there_are_mails_to_judge() -> None:
    assert len(REPORTS) >= 115
    assert len(ORDINARY) >= 34


def test_the_diagnostic_is_the_answer_of_the_server_without_its_type() -> None:
    _, bounce = judged((MAILS / "a-plain-report.eml").read_bytes())
    assert bounce is not None
    assert bounce.diagnostic == (
        "550 5.1.1 <maja.lind@firma.example.org>: Recipient address rejected: User unknown"
    )


def test_a_report_in_words_keeps_the_line_that_says_why() -> None:
    _, bounce = judged((MAILS / "opensmtpd.eml").read_bytes())
    assert bounce is not None
    assert bounce.diagnostic == "550 5.2.2 <maja.lind@firma.example.org>... Mailbox Full"


def test_the_reporters_own_list_of_recipients_counts_before_its_words() -> None:
    raw = (MAILS / "exim.eml").read_text("utf-8")
    header, _, body = raw.partition("\n\n")
    lines = [line for line in header.split("\n") if not line.startswith(("X-Failed", " ", "\t"))]
    listed = "\n".join(("X-Failed-Recipients: nils.ek@firma.example.org", *lines))
    _, bounce = judged(f"{listed}\n\n{body}")
    assert bounce is not None
    assert bounce.recipients[0] == "nils.ek@firma.example.org"


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "[]",
        '{"notificationType": "Bounce"}',
        '{"notificationType": "Bounce", "bounce": []}',
        '{"notificationType": "Nothing", "nothing": {}}',
        '{"Message": "not json"}',
        '{"notificationType": 7, "7": {}}',
        '{"a":' * 5_000,
    ],
)
def test_a_notice_that_tells_of_no_mail_is_a_message(body: str) -> None:
    mail = f"From: no-reply@sns.example.com\nSubject: AWS Notification Message\n\n{body}\n"
    assert judged(mail) == (Kind.MESSAGE, None)


def test_a_notice_of_delivery_is_no_failure() -> None:
    kind, bounce = judged(
        "From: no-reply@sns.example.com\nSubject: AWS Notification Message\n\n"
        '{"notificationType": "Delivery", "delivery": {"recipients": ["maja@firma.example.org"],'
        ' "smtpResponse": "250 2.6.0 taken"}}\n'
    )
    assert kind is Kind.DELIVERY_REPORT
    assert bounce is not None
    assert (bounce.recipients, bounce.action, bounce.status) == (
        ("maja@firma.example.org",),
        "delivered",
        "2.6.0",
    )


def test_an_answer_from_nobody_that_brings_no_mail_back_is_a_message() -> None:
    raw = (MAILS / "nobody-sends-and-a-mail-comes-back.eml").read_text("utf-8")
    alone = raw.replace("Content-Type: message/rfc822", "Content-Type: text/html")
    assert judged(raw)[0] is Kind.BOUNCE
    assert judged(alone) == (Kind.MESSAGE, None)


def test_a_read_receipt_says_how_it_was_read() -> None:
    _, bounce = judged((MAILS / "read-receipt.eml").read_bytes())
    assert bounce is not None
    assert bounce.diagnostic == "displayed"


def test_a_forwarded_mail_names_the_last_address_and_the_one_we_wrote_to() -> None:
    raw = (MAILS / "a-plain-report.eml").read_text("utf-8")
    field = "Final-Recipient: rfc822; maja.lind@firma.example.org"
    forwarded = (
        "Original-Recipient: rfc822; maja.lind@firma.example.org\n"
        "Final-Recipient: rfc822; maja@hem.example.net"
    )
    _, bounce = judged(raw.replace(field, forwarded))
    assert bounce is not None
    assert bounce.recipient == "maja@hem.example.net"
    assert bounce.recipients == ("maja@hem.example.net", "maja.lind@firma.example.org")


def test_a_mailbox_store_behind_the_server_is_nobodys_address() -> None:
    raw = (MAILS / "a-plain-report.eml").read_text("utf-8")
    field = "Final-Recipient: rfc822; maja.lind@firma.example.org"
    stored = (
        "Original-Recipient: rfc822; maja.lind@firma.example.org\n"
        "Final-Recipient: rfc822; maja@store-daemon"
    )
    _, bounce = judged(raw.replace(field, stored))
    assert bounce is not None
    assert bounce.recipient == "maja.lind@firma.example.org"


def test_a_report_of_html_alone_is_read_from_the_readable_text() -> None:
    raw = (
        "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.org\nSubject: failure notice\n"
        "Content-Type: text/html\n\n<p>see the text</p>\n"
    )
    text = (
        "Hi. This is the deliver program at mx.example.org.\n"
        "I'm afraid I wasn't able to deliver your message.\n"
        "maja.lind@firma.example.org\nNo such user\n"
    )
    kind, bounce = judge(email.message_from_string(raw), text)
    assert kind is Kind.BOUNCE
    assert bounce is not None
    assert bounce.recipients == ("maja.lind@firma.example.org",)
    assert bounce.status == "5.1.1"


def test_the_report_inside_a_persons_attachment_is_not_ours() -> None:
    report = (MAILS / "a-plain-report.eml").read_text("utf-8")
    mail = (
        "From: Maja Lind <maja.lind@firma.example.org>\nSubject: Undeliverable: what is this?\n"
        'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="q"\n\n'
        f"--q\nContent-Type: message/rfc822\n\n{report}\n--q--\n"
    )
    assert judged(mail) == (Kind.MESSAGE, None)


def test_an_empty_mail_is_a_message() -> None:
    assert judged(b"") == (Kind.MESSAGE, None)


def test_thousands_of_recipients_are_cut_off() -> None:
    raw = (MAILS / "a-plain-report.eml").read_text("utf-8")
    many = "".join(
        f"Final-Recipient: rfc822; p{n}@firma.example.org\nAction: failed\nStatus: 5.1.1\n\n"
        for n in range(3_000)
    )
    _, bounce = judged(raw.replace("Final-Recipient:", f"{many}Final-Recipient:"))
    assert bounce is not None
    assert 100 <= len(bounce.recipients) <= 201


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_no_sign_of_a_dialect_runs_over_line_ends(dialect: Dialect) -> None:
    # What begins with blanks and runs on is tried anew from each line: a form feed or a narrow
    # space is no blank to what takes out many empty lines.
    empty = "\x0c\n" * 20_000
    began = time.thread_time()

    for pattern in (dialect.sign, dialect.begins, dialect.ends):
        assert pattern is None or not pattern.search(empty)

    assert time.thread_time() - began < 1


@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_no_damage_to_a_report_makes_judging_fail(data: st.DataObject) -> None:
    raw = data.draw(st.sampled_from(REPORTS)).read_bytes()
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(raw)))
        stop = data.draw(st.integers(start, min(len(raw), start + 400)))
        raw = raw[:start] + data.draw(st.binary(max_size=60)) + raw[stop:]
    kind, bounce = judged(raw)
    assert kind in (Kind.MESSAGE, Kind.BOUNCE, Kind.DELIVERY_REPORT)
    assert kind is not Kind.MESSAGE or bounce is None


@given(header=st.binary(max_size=200), body=st.binary(max_size=600))
@settings(max_examples=100, deadline=None)
def test_any_bytes_after_a_reports_headers_can_be_judged(header: bytes, body: bytes) -> None:
    judged(
        b"From: MAILER-DAEMON\nReturn-Path: <>\nSubject: Undelivered mail\nX-Failed-Recipients: "
        + header
        + b"\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n"
        + b"Content-Type: message/delivery-status\n\n"
        + body
        + b"\n--b--\n"
    )
