"""What was odd about a mail, said once in marked words and shown wherever the mail is explained."""

from __future__ import annotations

from flask_babel import force_locale, gettext

from helpdesk.mail.parse import as_json, parse
from helpdesk.mail.values import Remark
from tests.mail.letters import Road, in_words, letter

ODD = (
    b"From: eva@example.com\nSubject: x\nContent-Type: text/plain; charset=gb2312\n\n"
    + "Smörgåsar på våning tre är döda.\n".encode()
)


def test_a_remark_is_marked_words_and_facts_and_a_sentence_in_json() -> None:
    mail = parse(ODD)

    expected = Remark("Declared as %(charset)s, but is UTF-8.", {"charset": "gb2312"})
    assert mail.warnings == (expected,)
    assert as_json(mail, "-")["warnings"] == ["Declared as gb2312, but is UTF-8."]


def test_facts_that_come_from_strangers_cannot_break_the_words_or_fill_the_page() -> None:
    strange = b'charset="%(guess)s %s\xff' + b"x" * 500 + b'"'
    mail = parse(b"Content-Type: text/plain; " + strange + b"\n\n\xe5\xe4\xf6\n")

    (remark,) = mail.warnings
    assert "%(guess)s" in str(remark)
    assert len(str(remark)) < 150


def test_remarks_are_steps_of_the_trace(road: Road) -> None:
    row = road.take(ODD)

    assert "Declared as gb2312, but is UTF-8." in in_words(row)
    steps = [step for step in row.trace if step["stage"] == "parse"]
    assert steps[0]["with"] == {"charset": "gb2312"}


def test_an_ordinary_mail_has_no_step_of_reading(road: Road) -> None:
    assert not [step for step in road.take(letter()).trace if step["stage"] == "parse"]


def test_the_words_of_a_remark_are_looked_up_in_the_reader_s_language(road: Road) -> None:
    (remark,) = parse(ODD).warnings

    with force_locale("en"):
        assert gettext(remark.words) % remark.facts == str(remark)
