"""The parts of our mail: files that travel with the words, and words that leave without form."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask import Flask
from jinja2 import ChoiceLoader, DictLoader

from helpdesk.core.config import Settings
from helpdesk.mail.compose.assembly import MOST_ATTACHED_BYTES
from helpdesk.mail.deliver import deliver_due
from tests.mail.outbox import a_file, answer, ask, captured, html_of, outbox, text_of
from tests.world import World


def send_all(settings: Settings) -> None:
    while deliver_due(settings):
        pass


def test_files_of_an_agent_travel_with_the_words(
    world: World, settings: Settings, now: datetime
) -> None:
    number = ask(world, now)
    guide = a_file("Guide på svenska.pdf", b"%PDF-1.4 \x00\xff" * 5000)
    forwarded = a_file("old.eml", b"Subject: x\n\ny", "message/rfc822")
    odd = a_file('x"\r\nX-Evil: 1.txt', b"x", "text/plain\r\nX-Evil: 1")
    answer(world, number, now, files=(guide, forwarded, odd))
    send_all(settings)
    mail = captured(outbox("answered")[0])
    parts = list(mail.iter_attachments())
    assert [part.get_filename() for part in parts] == [
        "Guide på svenska.pdf",
        "old.eml",
        'x" X-Evil: 1.txt',
    ]
    assert parts[0].get_content() == b"%PDF-1.4 \x00\xff" * 5000
    assert parts[1].get_content_type() == "application/octet-stream"
    assert not [part for part in mail.walk() if part["X-Evil"]]
    assert "You find these files on the page" not in text_of(mail)


def test_files_that_are_too_large_are_found_on_the_page(
    world: World, settings: Settings, now: datetime
) -> None:
    number = ask(world, now)
    half = MOST_ATTACHED_BYTES // 2
    files = (a_file("a.pdf", b"a" * half), a_file("b.pdf", b"b" * (half + 1)))
    answer(world, number, now, files=files)
    send_all(settings)
    mail = captured(outbox("answered")[0])
    assert list(mail.iter_attachments()) == []
    listed = "You find these files on the page:\n* a.pdf (10.5 MB)\n* b.pdf (10.5 MB)"
    assert listed in text_of(mail)
    assert "b.pdf (10.5 MB)" in html_of(mail)


def break_template(app: Flask, name: str) -> None:
    loader = app.jinja_env.loader
    assert loader is not None
    broken = DictLoader({name: "{{ nothing.of.this.exists }}"})
    app.jinja_env.loader = ChoiceLoader([broken, loader])


def test_words_leave_as_plain_text_when_the_html_is_broken(
    app: Flask, world: World, settings: Settings, now: datetime
) -> None:
    break_template(app, "email/answered/body.html")
    number = ask(world, now)
    answer(world, number, now, "Please try again.")
    send_all(settings)
    (row,) = outbox("answered")
    mail = captured(row)
    assert mail.get_content_type() == "text/plain"
    assert text_of(mail).startswith("Agnes Agent has answered you.")
    assert "Please try again." in text_of(mail)
    assert row.fault == "words"
    assert "UndefinedError" in row.last_error
    # The others are as they should be.
    assert captured(outbox("received")[0]).get_body(("html",)) is not None


@pytest.mark.parametrize("part", ["body.txt", "subject.txt"])
def test_words_leave_even_without_any_template(
    app: Flask, world: World, settings: Settings, now: datetime, part: str
) -> None:
    break_template(app, f"email/answered/{part}")
    number = ask(world, now)
    answer(world, number, now, "Please try again.")
    send_all(settings)
    (row,) = outbox("answered")
    mail = captured(row)
    assert mail["Subject"] == f"Re: The printer on floor 3 [#{number}]"
    assert "Please try again." in text_of(mail)
    assert f"{settings.base_url}/follow/" in text_of(mail)
    assert "UndefinedError" in row.last_error
