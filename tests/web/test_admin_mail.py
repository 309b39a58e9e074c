"""The mail log, one mail with its trace, and what an administrator decides about it."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from flask.testing import FlaskClient

from helpdesk.core.config import Settings
from helpdesk.core.db import db, unit_of_work
from helpdesk.core.storage import storage
from helpdesk.domain.correspondence.models import InboundMail
from tests.mail.letters import Road, letter, mail_row, tickets
from tests.web.conftest import SignIn
from tests.world import World

pytestmark = pytest.mark.one_database

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'


@pytest.fixture
def road(world: World, settings: Settings, now: datetime) -> Road:
    return Road(settings)


@pytest.fixture
def admin(sign_in: SignIn, world: World) -> FlaskClient:
    return sign_in(world.admin_id)


def page(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.text


def test_an_empty_log_teaches_what_will_be_there(admin: FlaskClient, world: World) -> None:
    assert "No mail yet" in page(admin, "/admin/mail")


def test_the_log_shows_where_each_mail_is_newest_first(admin: FlaskClient, road: Road) -> None:
    row = road.take(letter(subject="The first"))
    road.take(letter(subject="Out of office", Auto_Submitted="auto-replied"))
    text = page(admin, "/admin/mail")
    assert text.index("Out of office") < text.index("The first")
    assert "Set aside" in text
    assert f"/desk/tickets/{row.ticket_id}" in text


@pytest.mark.parametrize(
    ("question", "found", "not_found"),
    [
        ("q=printer", "The printer is dead", "Ärende om larm"),
        ("q=ärende", "Ärende om larm", "The printer is dead"),
        ("q=eva@example.com", "The printer is dead", "Ärende om larm"),
        ("q=<larm@example.com>", "Ärende om larm", "The printer is dead"),
        ("place=quietly", "Ärende om larm", "The printer is dead"),
        ("place=new", "The printer is dead", "Ärende om larm"),
        ("mailbox=2", "Ärende om larm", "The printer is dead"),
    ],
)
def test_the_log_is_searched(
    admin: FlaskClient, road: Road, world: World, question: str, found: str, not_found: str
) -> None:
    road.take(letter())
    road.take(
        letter(
            "Alarm <alarm@example.com>",
            "Ärende om larm",
            to="orders@example.org",
            Auto_Submitted="auto-generated",
            Message_ID="<larm@example.com>",
        ),
        mailbox="orders",
    )
    question = question.replace("mailbox=2", f"mailbox={world.orders_id}")
    text = page(admin, f"/admin/mail?{question}")
    assert found in text
    assert not_found not in text


def test_a_percent_sign_is_looked_for_as_it_stands(admin: FlaskClient, road: Road) -> None:
    road.take(letter(subject="The disk is 100 % full"))
    road.take(letter(subject="Something else"))
    assert "Something else" not in page(admin, "/admin/mail?q=%25")


def test_the_log_pages_by_key(admin: FlaskClient, road: Road) -> None:
    for number in range(53):
        road.keep(letter(subject=f"Mail {number:03}"))
    road.file()
    road.file()
    first = page(admin, "/admin/mail")
    assert "Mail 052" in first
    assert "Mail 003" in first
    assert "Mail 002" not in first
    older = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = page(admin, older)
    assert "Mail 002" in second
    assert "Mail 003" not in second
    assert 'rel="next"' not in second


def test_the_trace_is_read_in_words(admin: FlaskClient, road: Road) -> None:
    row = road.take(letter())
    text = page(admin, f"/admin/mail/{row.id}")
    assert "Came to the mailbox “helpdesk” by SMTP and was kept whole" in text
    assert "No guard objects" in text
    assert f"#{row.ticket_id}" in text
    assert "it prints nothing at all" in text


def test_hostile_mail_stays_text_in_every_view(admin: FlaskClient, road: Road) -> None:
    row = road.take(
        letter(
            f'"{"<b>Eva</b>"}" <eva@example.com>',
            HOSTILE,
            HOSTILE,
            X_Evil=HOSTILE,
            files={"<img src=x onerror=alert(3)>.html": b"<script>alert(4)</script>"},
            Auto_Submitted="auto-replied",
        )
    )
    for path in ("/admin/mail", f"/admin/mail/{row.id}", "/admin/rules/try", "/admin/"):
        text = page(admin, path)
        assert "<script>alert" not in text
        assert "<img src=x" not in text
    assert "&lt;script&gt;" in page(admin, f"/admin/mail/{row.id}")


def test_what_a_server_or_a_disk_said_stays_text(admin: FlaskClient, road: Road) -> None:
    row_id = road.keep(letter())
    with unit_of_work():
        row = db.session.get_one(InboundMail, row_id)
        row.state, row.error = "failed", f"100 % {HOSTILE}"
    for path in ("/admin/mail", f"/admin/mail/{row_id}"):
        text = page(admin, path)
        assert "100 % &lt;script&gt;" in text
        assert "<script>alert" not in text


def test_a_huge_mail_is_shown_only_at_its_beginning(admin: FlaskClient, road: Road) -> None:
    row = road.take(letter(text="long line\n" * 60_000 + "the very last words"))
    text = page(admin, f"/admin/mail/{row.id}")
    assert len(text) < 400_000
    assert "Only the beginning is shown here." in text
    assert "the very last words" not in text


def test_the_whole_mail_can_be_saved_and_never_runs(admin: FlaskClient, road: Road) -> None:
    raw = letter(text=HOSTILE)
    row = road.take(raw)
    answer = admin.get(f"/admin/mail/{row.id}/mail.eml")
    assert answer.data == raw
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.mimetype == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_mail_without_bytes_says_so(admin: FlaskClient, road: Road) -> None:
    row = road.take(letter())
    storage().path_of(row.raw_sha256 or "").unlink()
    assert "not in the data folder" in page(admin, f"/admin/mail/{row.id}")
    assert admin.get(f"/admin/mail/{row.id}/mail.eml").status_code == 404


def absence() -> bytes:
    return letter(subject="Out of office", Auto_Submitted="auto-replied")


def test_a_mail_that_was_set_aside_becomes_a_new_ticket_by_hand(
    admin: FlaskClient, road: Road, world: World
) -> None:
    row = road.take(absence())
    assert row.ticket_id is None
    answer = admin.post(f"/admin/mail/{row.id}/new", follow_redirects=True)
    db.session.rollback()
    (ticket,) = tickets()
    assert f"The mail is on ticket #{ticket.id} now." in answer.text
    assert "Ada Admin asked for it to be filed as a new ticket" in answer.text
    assert "Decide about this mail" not in answer.text


def test_a_mail_is_put_on_a_ticket_by_its_number(admin: FlaskClient, road: Road) -> None:
    first = road.take(letter())
    row = road.take(absence())
    answer = admin.post(
        f"/admin/mail/{row.id}/attach",
        data={"number": f"#{first.ticket_id}"},
        follow_redirects=True,
    )
    db.session.rollback()
    assert f"The mail is on ticket #{first.ticket_id} now." in answer.text
    assert mail_row(row.id).ticket_id == first.ticket_id


@pytest.mark.parametrize("number", ["", "abc", "#", "99999999999999999999", "-1"])
def test_a_wrong_number_changes_nothing(admin: FlaskClient, road: Road, number: str) -> None:
    row = road.take(absence())
    answer = admin.post(
        f"/admin/mail/{row.id}/attach", data={"number": number}, follow_redirects=True
    )
    db.session.rollback()
    assert "Write the number of a ticket" in answer.text
    assert mail_row(row.id).ticket_id is None


def test_a_ticket_that_is_not_there_is_said_in_words(admin: FlaskClient, road: Road) -> None:
    row = road.take(absence())
    answer = admin.post(
        f"/admin/mail/{row.id}/attach", data={"number": "4711"}, follow_redirects=True
    )
    assert "There is no ticket #4711." in answer.text


def test_filing_again_judges_anew_and_says_so(admin: FlaskClient, road: Road) -> None:
    row = road.take(absence())
    answer = admin.post(f"/admin/mail/{row.id}/again", follow_redirects=True)
    assert "It was judged anew" in answer.text
    assert "Ada Admin asked for it to be filed again" in answer.text


def test_a_filed_mail_cannot_be_filed_twice(admin: FlaskClient, road: Road) -> None:
    row = road.take(letter())
    assert "Decide about this mail" not in page(admin, f"/admin/mail/{row.id}")
    assert admin.post(f"/admin/mail/{row.id}/again").status_code == 400
    db.session.rollback()
    assert len(tickets()) == 1


def test_a_copy_and_its_first_delivery_lead_to_each_other(admin: FlaskClient, road: Road) -> None:
    raw = letter(to="helpdesk@example.org, orders@example.org")
    first = road.take(raw).id
    copy = road.take(raw, mailbox="orders").id
    assert f"/admin/mail/{first}" in page(admin, f"/admin/mail/{copy}")
    assert f"/admin/mail/{copy}" in page(admin, f"/admin/mail/{first}")


def test_there_is_no_such_mail(admin: FlaskClient, world: World) -> None:
    assert admin.get("/admin/mail/4711").status_code == 404
    assert db.session.get(InboundMail, 4711) is None


def test_several_mails_are_filed_at_once_and_one_that_cannot_be_stops_no_other(
    admin: FlaskClient, road: Road
) -> None:
    absent = [
        road.take(letter(subject=f"Away {number}", Auto_Submitted="auto-replied")).id
        for number in range(3)
    ]
    filed = road.take(letter(subject="Filed")).id
    text = page(admin, "/admin/mail?place=set-aside")
    assert re.findall(r'name="mail" value="(\d+)"', text) == [str(each) for each in absent[::-1]]
    assert 'name="mail"' not in page(admin, "/admin/mail?place=new")
    token = text.split('name="csrf_token" value="')[1].split('"')[0]

    answer = admin.post(
        "/admin/mail/decide?place=set-aside",
        data={"csrf_token": token, "mail": [absent[0], absent[1], filed, "x"], "new": "1"},
        follow_redirects=True,
    )

    assert "2 mails are on tickets now." in answer.text
    assert "One mail could not be filed" in answer.text
    db.session.rollback()
    assert [mail_row(each).state for each in absent] == ["filed", "filed", "set aside"]
    assert len(tickets()) == 3

    answer = admin.post(
        "/admin/mail/decide",
        data={"csrf_token": token, "mail": [absent[2]], "again": "1"},
        follow_redirects=True,
    )
    assert "One mail was judged anew" in answer.text
    db.session.rollback()
    assert "by hand" in {step["stage"] for step in mail_row(absent[2]).trace}
    assert mail_row(absent[2]).state == "set aside"
    answer = admin.post(
        "/admin/mail/decide", data={"csrf_token": token, "new": "1"}, follow_redirects=True
    )
    assert "Choose at least one mail." in answer.text


def test_one_that_cannot_be_filed_stops_none_of_the_others(admin: FlaskClient, road: Road) -> None:
    broken, whole = (
        road.take(letter(subject=subject, Auto_Submitted="auto-replied"))
        for subject in ("Away one", "Away two")
    )
    path = storage().path_of(broken.raw_sha256 or "")
    path.unlink()
    # Reading a folder is a fault of the disk, which nobody foresaw.
    path.mkdir()
    answer = admin.post(
        "/admin/mail/decide",
        data={"mail": [broken.id, whole.id, 10**12, "9" * 5000], "new": "1"},
        follow_redirects=True,
    )
    assert "One mail is on a ticket now." in answer.text
    assert "2 mails could not be filed" in answer.text
    db.session.rollback()
    assert [mail_row(each).state for each in (broken.id, whole.id)] == ["set aside", "filed"]


def test_who_has_no_mail_log_decides_nothing_there(
    sign_in: SignIn, road: Road, world: World
) -> None:
    road.take(letter(subject="Away", Auto_Submitted="auto-replied"))
    agent = sign_in(world.agnes_id)
    assert agent.get("/admin/mail").status_code == 403
    assert agent.post("/admin/mail/decide", data={"mail": ["1"]}).status_code == 403


def test_words_are_looked_for_a_part_of_a_long_log_at_a_time(
    admin: FlaskClient, road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("helpdesk.domain.reconciliation.log.SEARCHED_AT_ONCE", 2)
    first = road.take(letter(subject="Needle", Message_ID="<needle@example.com>"))
    for number in range(3):
        road.take(letter(subject=f"Hay {number}"))
    text = page(admin, "/admin/mail?q=needle")
    assert "No such mail since" in text
    assert "Look further back" in text
    back = text.split('href="/admin/mail?')[-1].split('"')[0].replace("&amp;", "&")
    assert f"/admin/mail/{first.id}" in page(admin, f"/admin/mail?{back}")
    # What is a whole id or address is looked up, however far back it is.
    assert f"/admin/mail/{first.id}" in page(admin, "/admin/mail?q=<needle@example.com>")
    assert f"/admin/mail/{first.id}" in page(admin, "/admin/mail?q=eva@example.com")


def test_a_mail_that_waits_after_a_fault_may_be_filed_at_once(
    admin: FlaskClient, road: Road
) -> None:
    waiting = road.keep(letter(subject="Later"))
    assert "Decide about this mail" not in page(admin, f"/admin/mail/{waiting}")
    with unit_of_work():
        db.session.get_one(InboundMail, waiting).error = "OSError: no room"
    assert "Decide about this mail" in page(admin, f"/admin/mail/{waiting}")
