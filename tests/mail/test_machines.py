from __future__ import annotations

import email
import email.header
import json
from email.message import Message
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.mail.bounces import judge
from helpdesk.mail.machines import auto_submitted, automatic_answer
from helpdesk.mail.values import Kind

MAILS = Path(__file__).parent.parent / "mails" / "machines"
PATHS = sorted(MAILS.glob("*.eml"))


def mail(path: Path) -> tuple[Message, str, str]:
    """The message, its decoded subject and its text."""
    message = email.message_from_bytes(path.read_bytes())
    raw = str(message["Subject"])
    subject = str(email.header.make_header(email.header.decode_header(raw)))
    payload = message.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return message, subject, payload.decode("utf-8")


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_an_automatic_answer_is_told_from_a_person_and_from_monitoring(path: Path) -> None:
    wanted = json.loads(path.with_suffix(".json").read_text("utf-8"))
    message, subject, text = mail(path)
    reason = automatic_answer(message, subject, text)
    assert (reason is not None) == wanted["automatic_answer"], reason
    if wanted["auto_submitted"] is not None:
        assert auto_submitted(message) == wanted["auto_submitted"]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_an_automatic_answer_is_no_delivery_report(path: Path) -> None:
    message, _, text = mail(path)
    assert judge(message, text) == (Kind.MESSAGE, None)


def test_there_are_answers_people_and_machines() -> None:
    wanted = [json.loads(path.with_suffix(".json").read_text("utf-8")) for path in PATHS]
    assert sum(one["automatic_answer"] for one in wanted) >= 60
    assert sum(one["auto_submitted"] is False for one in wanted) >= 20
    assert sum(one["auto_submitted"] is True for one in wanted) >= 5


@pytest.mark.parametrize(
    ("header", "by_machine"),
    [
        ("Auto-Submitted: no", False),
        ("Auto-Submitted: No (a person)", False),
        ("Auto-Submitted: auto-generated", True),
        ("Auto-Submitted: AUTO-REPLIED; owner-email=x@example.org", True),
        ("Auto-Submitted: auto-notified", True),
        ("Auto-Submitted: something-new", True),
        ("Precedence: bulk", True),
        ("Precedence: junk", True),
        ("Precedence: list", False),
        ("Precedence: bulk\nList-Id: <desk.example.org>", False),
        ("Return-Path: <>", True),
        ("Return-Path: <maja@example.org>", False),
        ("X-Auto-Response-Suppress: All", False),
        ("X-Priority: 1", False),
    ],
)
def test_what_says_that_no_person_wrote_a_mail(header: str, by_machine: bool) -> None:
    assert auto_submitted(email.message_from_string(f"{header}\nSubject: x\n\nx\n")) == by_machine


def test_the_reason_names_the_header() -> None:
    message = email.message_from_string("Auto-Submitted: auto-replied\n\n")
    assert automatic_answer(message, "", "") == "automatic answer by its header auto-submitted"


@given(raw=st.binary(max_size=400), subject=st.text(max_size=200), text=st.text(max_size=400))
@settings(max_examples=100, deadline=None)
def test_any_mail_can_be_asked(raw: bytes, subject: str, text: str) -> None:
    message = email.message_from_bytes(b"Auto-Submitted: " + raw)
    automatic_answer(message, subject, text)
    auto_submitted(message)


@pytest.mark.parametrize(
    "words",
    [
        *("Automatikus válasz", "Otomatik Yanıt", "Răspuns automat", "Αυτόματη απάντηση"),
        *("תשובה אוטומטית", "Resposta automàtica", "Automatski odgovor", "Samodejni odgovor"),
        *("Automaatvastus", "Automātiska atbilde", "Automatinis atsakymas", "رد تلقائي"),
        *("Автоматична відповідь", "Автоматичен отговор", "Trả lời tự động", "自动答复"),
        *("ตอบกลับอัตโนมัติ", "Sjálfvirkt svar", "Balasan otomatis", "Erantzun automatikoa"),
    ],
)
def test_the_words_before_an_answered_subject_are_known_in_many_languages(words: str) -> None:
    message = email.message_from_string("From: a@example.org\n\n…\n")
    assert automatic_answer(message, f"{words}: The printer", "…")
    assert automatic_answer(message, f"{words}ed things", "…") is None


def test_these_words_alone_may_head_a_question() -> None:
    message = email.message_from_string("From: a@example.org\n\n…\n")
    assert automatic_answer(message, "Automatic reply", "Where do I switch it on?") is None
    assert automatic_answer(message, "Automatic reply", "I am away until Monday.")
