"""An installation's own words of mails: tried on real tickets, used, broken, and given up."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask.testing import FlaskClient

from helpdesk.core.config import Settings
from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.notifications.models import NotificationText
from helpdesk.domain.notifications.rules import PLACEHOLDERS, faults
from helpdesk.domain.notifications.table import KINDS
from helpdesk.mail.deliver import deliver_due
from tests.mail.outbox import answer, ask, captured, html_of, outbox, text_of
from tests.web.admin_forms import fields_of, send
from tests.web.admin_mailboxes import changes
from tests.web.conftest import SignIn
from tests.world import World

pytestmark = pytest.mark.one_database

ANSWERED = "/admin/notifications/answered/en"


@pytest.fixture
def admin(sign_in: SignIn, world: World) -> FlaskClient:
    return sign_in(world.admin_id)


def last_of(notification: str, settings: Settings) -> object:
    deliver_due(settings)
    return captured(outbox(notification)[-1])


def test_every_notification_says_what_can_be_filled_in() -> None:
    assert set(PLACEHOLDERS) == set(KINDS)


def test_own_words_are_seen_on_a_real_ticket_and_no_mail_says_them_until_they_are_saved(
    admin: FlaskClient, world: World, settings: Settings, now: datetime
) -> None:
    number = ask(world, now, subject="The <b>printer</b>")
    answer(world, number, now)
    words = {
        "subject": "News {{tag}}: {{subject}}",
        "first_line": "{{agent}} wrote, dear {{requester}}.",
        "expected": "First.\n\n{% if x %} <script>alert(1)</script> {{ number }}",
    }
    text = send(admin, ANSWERED, **words, **{"try": "1"}).text

    assert "You see words that are not saved yet" in text
    assert f"News [#{number}]: The &lt;b&gt;printer&lt;/b&gt;" in text
    assert "Agnes" not in text  # whoever looks is the one who writes
    assert "Ada Admin wrote, dear Eva Ek." in text
    # What is in use stands beside it, so that one knows what an empty field would say.
    assert "Ada Admin has answered" in text or "has answered" in text
    frame = admin.get(f"{ANSWERED}/mail.html?draft=1&ticket={number}")
    assert "Ada Admin wrote, dear Eva Ek." in frame.text
    assert "<script>" not in frame.text
    assert "sandbox" in frame.headers["Content-Security-Policy"]
    deliver_due(settings)
    assert outbox("answered")[-1].state == "captured"
    assert "wrote, dear" not in text_of(captured(outbox("answered")[-1]))
    assert len(outbox()) == len([mail for mail in outbox() if "preview" not in mail.occasion])
    assert changes() == []

    assert "Saved. Mail that leaves" in send(admin, f"{ANSWERED}?draft=1", ticket="").text
    answer(world, number, now, "Once more.")
    mail = last_of("answered", settings)
    assert mail["Subject"] == f"News [#{number}]: The <b>printer</b>"
    # Never a template: what looks like one is words, and words of others are escaped.
    assert "{% if x %} <script>alert(1)</script> " + str(number) in text_of(mail)
    assert "&lt;script&gt;" in html_of(mail)
    assert "Agnes Agent wrote, dear Eva Ek." in text_of(mail)
    assert "You get this because" in text_of(mail)
    line = changes()[-1]
    assert (line.kind, line.name, line.what) == ("notification text", "answered/en", "changed")
    assert line.facts["first_line"] == ["", "{{agent}} wrote, dear {{requester}}."]
    assert "We have answered (English)" in admin.get("/admin/changes").text

    assert "in our words again" in admin.post(f"{ANSWERED}/ours", follow_redirects=True).text
    answer(world, number, now, "And again.")
    assert "wrote, dear" not in text_of(last_of("answered", settings))
    assert changes()[-1].facts["first_line"][1] == ""


def test_only_the_language_that_was_written_is_said_otherwise(
    admin: FlaskClient, world: World, settings: Settings, now: datetime
) -> None:
    send(admin, "/admin/notifications/received/sv", first_line="Tack {{tag}}", ticket="")
    ask(world, now)
    assert "Tack" not in text_of(last_of("received", settings))
    ask(world, now, language="sv")
    assert "Tack [#2]" in text_of(last_of("received", settings))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"expected": "Hello\n{{secret}}"}, "Line 2: nothing is known as {{secret}}."),
        ({"first_line": "{{agent"}, "Line 1: {{ stands alone."),
        ({"subject": "No number"}, "Write {{tag}} somewhere in the subject"),
        ({"first_line": "x" * 301}, "Use at most 300 characters."),
    ],
)
def test_what_is_wrong_is_named_with_its_place_and_nothing_is_saved(
    admin: FlaskClient, world: World, given: dict[str, str], words: str
) -> None:
    assert words in send(admin, ANSWERED, ticket="", **given).text
    assert changes() == []


def test_the_acknowledgement_cannot_be_made_to_repeat_names_of_strangers() -> None:
    assert faults("received", {"expected": "Dear {{requester}}"})
    assert not faults("answered", {"expected": "Dear {{requester}}"})


def test_broken_words_stop_no_mail_and_are_told_of(
    admin: FlaskClient, world: World, settings: Settings, now: datetime
) -> None:
    # As after a change of ours that took a name away.
    with unit_of_work() as session:
        session.add(
            NotificationText(
                notification="received",
                language="en",
                first_line="Hello {{gone}}",
                version=1,
                changed_at=now,
            )
        )
    ask(world, now)
    assert "We have received your mail." in text_of(last_of("received", settings))
    text = admin.get("/admin/").text
    assert "Your mail arrived" in text
    assert "Until it is mended, mail leaves in our words." in text
    assert "nothing is known as {{gone}}" in admin.get("/admin/notifications/received/en").text


def test_whoever_was_slower_is_told_and_loses_nothing(
    admin: FlaskClient, world: World, now: datetime
) -> None:
    page = fields_of(admin.get(ANSWERED).text)
    send(admin, ANSWERED, first_line="Quick", ticket="")
    late = admin.post(ANSWERED, data=page | {"first_line": "Slow", "ticket": ""})
    assert "Somebody else changed these words" in late.text
    assert 'value="Slow"' in late.text
    assert db.session.scalars(db.select(NotificationText.first_line)).one() == "Quick"


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_mail_can_be_looked_at_in_each_language(
    admin: FlaskClient, world: World, now: datetime, name: str
) -> None:
    ask(world, now)
    for language in ("en", "sv"):
        answer = admin.get(f"/admin/notifications/{name}/{language}")
        assert answer.status_code == 200
        assert 'class="mail-frame' in answer.text, answer.text
        assert admin.get(f"/admin/notifications/{name}/{language}/mail.html").status_code == 200
