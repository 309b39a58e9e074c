"""The words of our mail: what each kind says, in which language, and when a template breaks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from jinja2 import DictLoader

from helpdesk.core import assets, signing
from helpdesk.core.config import Settings
from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.accounts.absence import go_away
from helpdesk.domain.accounts.actions import add_person
from helpdesk.domain.notifications.actions import send_new_link, send_sign_in_help
from helpdesk.domain.tickets.actions import (
    Opening,
    Words,
    add_note,
    assign,
    move,
    receive_answer,
    reply,
    write_first,
)
from helpdesk.domain.tickets.handing_over import Reason, begin_hand_over, carry_on
from helpdesk.domain.tickets.models import Queue
from helpdesk.domain.tickets.queries import ticket_by_number
from helpdesk.mail.compose import render
from helpdesk.mail.deliver import deliver_due
from tests.mail.outbox import answer, ask, captured, html_of, outbox, text_of
from tests.world import World

pytestmark = pytest.mark.one_database


def send_all(settings: Settings) -> None:
    while deliver_due(settings):
        pass


def test_an_acknowledgement_repeats_nothing_of_what_came_in(
    world: World, settings: Settings, now: datetime
) -> None:
    # Otherwise anybody could have us mail their words to a stranger.
    number = ask(world, now, text="Buy cheap watches at watches.example.net")
    send_all(settings)
    mail = captured(outbox()[0])
    assert text_of(mail).startswith("We have received your mail.\n")
    assert f"#{number}" in text_of(mail)
    assert "watches" not in text_of(mail) + html_of(mail)
    assert "The printer on floor 3" not in text_of(mail)


def test_an_acknowledgement_repeats_no_address_that_stands_in_the_subject(
    world: World, settings: Settings, now: datetime
) -> None:
    ask(world, now, subject="Buy at https://watches.example.net/now")
    send_all(settings)
    mail = captured(outbox()[0])
    assert mail["Subject"] == "Re: Buy at … [#1]"
    assert "watches" not in text_of(mail) + html_of(mail)


def test_the_link_opens_the_ticket_for_its_reader_alone(
    world: World, settings: Settings, now: datetime
) -> None:
    number = ask(world, now)
    send_all(settings)
    mail = captured(outbox()[0])
    start = f"{settings.base_url}/follow/"
    for words in (text_of(mail), html_of(mail)):
        token = words.partition(start)[2].split()[0].split('"')[0]
        assert signing.read_token("follow", token, max_age_seconds=60) == [number, world.eva_id]


@pytest.mark.parametrize(
    ("then", "expected"),
    [
        (None, "If you have more to tell, just answer this mail."),
        ("waiting", "We need an answer from you before we can go on."),
        ("resolved", "We believe that this is solved."),
    ],
)
def test_an_answer_says_what_is_expected_now(
    world: World, settings: Settings, now: datetime, then: str | None, expected: str
) -> None:
    number = ask(world, now)
    answer(world, number, now, "Please try again.\nWith <duplex> off & on.", then=then)
    send_all(settings)
    mail = captured(outbox("answered")[0])
    first, second = text_of(mail).splitlines()[:2]
    assert first == "Agnes Agent has answered you."
    assert second.startswith(expected)
    assert "Please try again.\nWith <duplex> off & on." in text_of(mail)
    assert "With &lt;duplex&gt; off &amp; on." in html_of(mail)
    # The older conversation, below the new words.
    assert text_of(mail).index("> It prints every page twice.") > text_of(mail).index("try again")
    assert "Eva Ek, Tue 24 Nov 08:41:" in text_of(mail)


def test_a_note_is_in_no_mail(world: World, settings: Settings, now: datetime) -> None:
    number = ask(world, now)
    with unit_of_work():
        ticket = ticket_by_number(number, lock=True)
        assert ticket
        add_note(ticket, Words("She always breaks it."), by=world.agnes, now=now)
        assign(ticket, to=world.agnes, by=world.oskar, now=now)
        receive_answer(ticket, Words("Hello?"), by=world.eva, now=now)
        reply(ticket, Words("Yes."), by=world.agnes, now=now)
        move(ticket, target="resolved", by=world.agnes, now=now)
    send_all(settings)
    assert len(outbox()) == 5
    for row in outbox():
        mail = captured(row)
        assert "always breaks" not in text_of(mail) + html_of(mail), row.notification


def test_who_follows_is_told_in_their_own_words(
    world: World, settings: Settings, now: datetime
) -> None:
    with unit_of_work():
        nils = add_person("nils@example.net", name="Nils", now=now)
    number = ask(world, now, watchers=(nils,))
    answer(world, number, now, then="waiting")
    send_all(settings)
    to_nils = text_of(captured(outbox("answered")[1]))
    assert to_nils.splitlines()[:2] == [
        "Agnes Agent has answered Eva Ek.",
        "We need an answer from Eva Ek before we can go on.",
    ]


def test_every_kind_of_mail_can_be_written(world: World, settings: Settings, now: datetime) -> None:
    number = ask(world, now)
    with unit_of_work():
        ticket = ticket_by_number(number, lock=True)
        assert ticket
        assign(ticket, to=world.agnes, by=world.oskar, now=now)
        receive_answer(ticket, Words("Hello?"), by=world.eva, now=now)
        reply(ticket, Words("Yes."), by=world.agnes, now=now)
        move(ticket, target="resolved", by=world.agnes, now=now)
        send_new_link(ticket, to=world.eva, now=now)
        send_sign_in_help(world.agnes, link=f"{settings.base_url}/reset/1", now=now)
        requests = db.session.get_one(Queue, world.requests_id)
        opening = Opening("A screen", world.eva, "request", requests)
        wrote, _ = write_first(opening, Words("Do you want it?"), by=world.agnes, now=now)
        move(wrote, target="declined", by=world.agnes, now=now)
    send_all(settings)
    said = {}
    for row in outbox():
        mail = captured(row)
        assert row.fault == row.last_error == ""
        said[row.notification] = text_of(mail).splitlines()[0]
        assert html_of(mail).count("<a ") >= 1
        # The last line tells why it came.
        assert text_of(mail).rstrip().splitlines()[-1].startswith("You get this because")
        assert "You get this because" in html_of(mail)
    assert said == {
        "received": "We have received your mail.",
        "assigned-to-you": "Oskar Operator has assigned a ticket to you.",
        "requester-answered": "Eva Ek has answered.",
        "answered": "Agnes Agent has answered you.",
        "resolved": "We have finished our work on “The printer on floor 3”.",
        "new-link": "Here is your new link to “The printer on floor 3”.",
        "sign-in-help": "Here is the link by which you choose a new password.",
        "we-wrote-to-you": "Agnes Agent has written to you.",
        "declined": "We have declined “A screen”.",
    }


def test_who_stands_in_and_who_takes_over_can_be_written_to(
    world: World, settings: Settings, now: datetime
) -> None:
    number = ask(world, now)
    with unit_of_work():
        ticket = ticket_by_number(number, lock=True)
        assert ticket
        assign(ticket, to=world.agnes, by=world.agnes, now=now)
        go_away(
            world.agnes,
            from_on=now.date(),
            back_on=now.date() + timedelta(days=7),
            note="",
            substitute=world.admin,
            zone=ZoneInfo("Europe/Stockholm"),
            now=now,
        )
        receive_answer(ticket, Words("Hello?"), by=world.eva, now=now)
        hand_over = begin_hand_over(
            world.agnes, to=world.admin, reason=Reason.AWAY, by=world.agnes, now=now
        )
        assert not carry_on(hand_over.id, now=now)
    send_all(settings)
    said = {}
    for row in outbox():
        if row.to_address != "admin@example.org":
            continue
        mail = captured(row)
        assert row.fault == row.last_error == ""
        said[row.notification] = text_of(mail).splitlines()[0]
        assert text_of(mail).rstrip().splitlines()[-1].startswith("You get this because")
        if row.notification == "handed-over-to-you":
            assert f"{settings.base_url}/desk/mine" in html_of(mail)
    assert said == {
        "answered-while-away": "Eva Ek has answered.",
        "handed-over-to-you": "One ticket of Agnes Agent is yours now.",
    }


SWEDISH = r"""
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\n"

msgid "We have received your mail."
msgstr "Vi har fått ditt mejl."
"""


@pytest.fixture
def swedish(tmp_path: Path, context: Flask) -> Iterator[None]:
    """A catalogue of the test's own, so that it rests on the machinery and on nobody's wording."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    folder = tmp_path / "translations" / "sv" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "messages.po").write_text(SWEDISH, encoding="utf-8")
    with (folder / "messages.po").open("rb") as po, (folder / "messages.mo").open("wb") as mo:
        write_mo(mo, read_po(po, locale="sv"))
    context.extensions["babel"].translation_directories = [str(tmp_path / "translations")]
    # One for all applications of the process.
    catalogues = context.extensions["babel"].instance.domain_instance.cache
    catalogues.clear()
    yield
    catalogues.clear()


@pytest.mark.usefixtures("swedish")
def test_each_reader_gets_the_words_in_the_language_of_their_own(
    world: World, settings: Settings, now: datetime
) -> None:
    with unit_of_work():
        world.eva.language = None
    ask(world, now, language="sv")
    ask(world, now, language="en")
    with unit_of_work():
        world.eva.language = "sv"
    ask(world, now, language="en")
    with unit_of_work():
        world.eva.language = "xx"
    ask(world, now, language="sv")
    send_all(settings)
    swedish, english, chosen, unknown = (captured(row) for row in outbox())
    assert text_of(swedish).startswith("Vi har fått ditt mejl.\n")
    assert '<html lang="sv">' in html_of(swedish)
    assert "Vi har fått ditt mejl." in html_of(swedish)
    assert text_of(english).startswith("We have received your mail.\n")
    assert '<html lang="en">' in html_of(english)
    assert text_of(chosen).startswith("Vi har fått")
    # What nobody has translated yet, and what nobody speaks, is said in English.
    assert "just answer this mail" in text_of(swedish)
    assert text_of(unknown).startswith("We have received")


def test_times_are_those_of_the_readers_place_and_language(
    world: World, settings: Settings, now: datetime
) -> None:
    with unit_of_work():
        world.eva.language = "sv"
        world.eva.time_zone = "Europe/Helsinki"
    number = ask(world, now)
    answer(world, number, now)
    send_all(settings)
    assert "Eva Ek, tis 24 nov. 09:41:" in text_of(captured(outbox("answered")[0]))


def test_a_template_is_rendered_outside_any_request(context: Flask) -> None:
    context.jinja_env.loader = DictLoader({"a.txt": "{{ lang }} {{ x }} {{ _('Open') }}"})
    assert render("a.txt", "en", x=1) == "en 1 Open"


def test_the_templates_need_no_picture_from_elsewhere() -> None:
    # Readable with images off: there are none.
    for path in (assets.TEMPLATES / "email").rglob("*.html"):
        words = path.read_text(encoding="utf-8")
        assert "<img" not in words
        assert "url(" not in words
        assert "<script" not in words
