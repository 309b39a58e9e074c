"""Long conversations, pictures in them, and who has seen what."""

from __future__ import annotations

import io
import re
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from helpdesk.core import clock
from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.correspondence.models import DeliveryState, OutboundMail
from helpdesk.domain.tickets.actions import assign
from helpdesk.domain.tickets.models import Attachment, ReadMark
from helpdesk.domain.tickets.queries import ticket_by_number, unread_among
from helpdesk.web.portal.way import follow_token
from helpdesk.web.uploads import brought_back
from tests.core.test_pictures import GIF, JPEG, PNG
from tests.web.conftest import SignIn
from tests.web.tickets import a_file, a_note, a_reply, a_ticket, an_answer
from tests.world import World

A_BROWSER = {"Sec-Fetch-Dest": "document"}


@pytest.fixture
def agnes(sign_in: SignIn, world: World) -> FlaskClient:
    return sign_in(world.agnes_id)


def messages_on(page: str) -> list[int]:
    return [int(each) for each in re.findall(r'id="message-(\d+)"', page)]


def a_long_one(world: World, now: datetime, turns: int) -> tuple[int, list[int]]:
    number = a_ticket(world, now, text="The very first words")
    return number, [
        an_answer(world, number, now + timedelta(minutes=turn), f"Words {turn}, and no more")
        for turn in range(turns)
    ]


def test_of_a_long_conversation_the_first_and_the_newest_are_there_and_the_rest_on_demand(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    number, ids = a_long_one(world, now, 70)
    page = agnes.get(f"/desk/tickets/{number}").text
    first, *newest = messages_on(page)
    assert newest == ids[-12:]
    assert "The very first words" in page
    # The newest four are open; of those before only the beginning of their words is there.
    assert page.count('<details class="message-folded">') == 8
    assert page.count('<div class="message-words">') == 5
    assert "Show 58 earlier messages" in page

    more = agnes.get(f"/desk/tickets/{number}/earlier?before={newest[0]}").text
    assert messages_on(more) == ids[18:58]
    assert "Show 18 earlier messages" in more
    last = agnes.get(f"/desk/tickets/{number}/earlier?before={ids[18]}").text
    assert messages_on(last) == ids[:18]
    assert "earlier message" not in last
    inside = agnes.get(f"/desk/tickets/{number}/messages/{ids[30]}").text
    assert '<div class="message-words">Words 30, and no more</div>' in inside

    # Without scripts: one of them open in its place, or all of them.
    alone = agnes.get(f"/desk/tickets/{number}?message={ids[30]}").text
    assert messages_on(alone) == [first, ids[30], *ids[-12:]]
    assert '<div class="message-words">Words 30, and no more</div>' in alone
    assert ("Show 30 earlier messages" in alone, "Show 27 earlier messages" in alone) == (1, 1)
    assert messages_on(agnes.get(f"/desk/tickets/{number}?all=1").text) == [first, *ids]


def test_what_happened_between_messages_is_told_where_it_happened(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    number, ids = a_long_one(world, now, 30)
    with unit_of_work():
        ticket = ticket_by_number(number, lock=True)
        assert ticket
        assign(ticket, to=world.oskar, by=world.agnes, now=now)
    an_answer(world, number, now, "The last words")
    page = agnes.get(f"/desk/tickets/{number}").text
    assert page.index("Received in the queue") < page.index("earlier messages")
    told = page.index("Assigned to Oskar Operator by Agnes Agent")
    assert page.index(f'id="message-{ids[-1]}"') < told < page.index("The last words")


@pytest.mark.one_database
def test_a_message_that_did_not_arrive_is_never_left_out(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    number = a_ticket(world, now)
    lost = a_reply(world, number, now, "This never arrived")
    for turn in range(30):
        an_answer(world, number, now, f"Words {turn}")
    with unit_of_work() as session:
        mail = session.scalars(db.select(OutboundMail).filter_by(message_id=lost)).one()
        mail.state, mail.last_error = DeliveryState.FAILED.value, "550 No such user"
    page = agnes.get(f"/desk/tickets/{number}").text
    assert '<div class="message-words">This never arrived</div>' in page
    assert "Show 18 earlier messages" in page


@pytest.mark.one_database
def test_a_message_of_another_ticket_is_not_opened_here(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    number, other = a_ticket(world, now), a_ticket(world, now)
    foreign = an_answer(world, other, now, "Elsewhere")
    assert agnes.get(f"/desk/tickets/{number}/messages/{foreign}").status_code == 404
    assert "Elsewhere" not in agnes.get(f"/desk/tickets/{number}?message={foreign}").text


def test_a_ticket_is_unread_while_somebody_else_has_changed_it_since_one_looked(
    sign_in: SignIn, world: World, now: datetime
) -> None:
    agnes = sign_in(world.agnes_id)
    number = a_ticket(world, now)

    def unread() -> bool:
        db.session.rollback()
        return bool(unread_among(world.agnes, [number]))

    assert unread()
    agnes.get(f"/desk/tickets/{number}", buffered=True)
    assert not unread()
    # One's own acts are no news, not even from elsewhere.
    a_note(world, number, now, "From my mail program")
    assert not unread()
    an_answer(world, number, now, "It still prints stripes")
    assert unread()
    # Not even when one did something after it without looking.
    a_note(world, number, now, "Without looking")
    assert unread()
    agnes.get("/desk/all", buffered=True)
    assert unread()
    agnes.get(f"/desk/tickets/{number}", buffered=True)
    assert not unread()
    assert "row-unread" not in agnes.get("/desk/all").text
    assert "row-unread" in sign_in(world.oskar_id).get("/desk/all").text


def test_who_has_seen_a_message_is_told(
    app: Flask, sign_in: SignIn, agnes: FlaskClient, world: World, now: datetime
) -> None:
    number = a_ticket(world, now)
    a_reply(world, number, now, "Which printer?", hold=timedelta(seconds=10))
    sign_in(world.oskar_id).get(f"/desk/tickets/{number}", buffered=True)
    link = f"/follow/{follow_token(number, world.eva_id)}"
    requester = app.test_client()
    # It was opened, but the reply was still held, so it was not on that page.
    requester.get(link, headers=A_BROWSER, buffered=True)
    page = agnes.get(f"/desk/tickets/{number}").text
    assert "Seen by Oskar Operator" in page
    assert "page was opened" not in page

    with clock.stopped_at(now + timedelta(minutes=5)):
        # A scanner of links is nobody who reads, and neither is a browser that fetches ahead.
        requester.get(link, buffered=True)
        requester.get(link, headers=A_BROWSER | {"Sec-Purpose": "prefetch"}, buffered=True)
        assert "page was opened" not in agnes.get(f"/desk/tickets/{number}").text
        requester.get(link, headers=A_BROWSER, buffered=True)
        page = agnes.get(f"/desk/tickets/{number}").text
        assert "Eva Ek’s page was opened Tue 24 Nov 08:46" in page
        an_answer(world, number, clock.now(), "The one upstairs")
        newest = agnes.get(f"/desk/tickets/{number}").text.partition("The one upstairs")[2]
        assert "Seen by" not in newest.partition("</article>")[0]
    db.session.rollback()
    assert db.session.get_one(ReadMark, (world.eva_id, number)).version > 0


@pytest.mark.one_database
def test_pictures_and_pdfs_are_known_by_their_bytes(
    agnes: FlaskClient, app: Flask, world: World, now: datetime
) -> None:
    files = (
        a_file(PNG, "shot.png", "image/png"),
        a_file(JPEG, "scan.bin", "application/octet-stream"),
        a_file(GIF + b"<script>alert(1)</script>", "page.html", "text/html"),
        a_file(b"<html><script>alert(1)</script>", "fake.png", "image/png"),
        a_file(b"<svg onload='alert(1)'/>", "logo.svg", "image/svg+xml"),
        a_file(PNG[:16] + b"\x7f" * 8 + PNG[24:], "bomb.png", "image/png"),
        a_file(b"%PDF-1.7 <script>", "plan.pdf", "application/pdf"),
        a_file(PNG + b"x", "ill.png", "image/png", infected_with="Eicar"),
    )
    number = a_ticket(world, now, files=files)
    db.session.rollback()
    ids = {each.filename: each.id for each in db.session.scalars(db.select(Attachment))}
    drawn = {"shot.png": "image/png", "scan.bin": "image/jpeg", "page.html": "image/gif"}
    follow = f"/follow/{follow_token(number, world.eva_id)}"
    outside = app.test_client()
    for reader, page_url, base in (
        (agnes, f"/desk/tickets/{number}", "/desk/attachments"),
        (outside, follow, f"{follow}/files"),
    ):
        page = reader.get(page_url).text
        for name, file_id in ids.items():
            url = f"{base}/{file_id}/{name}"
            assert (f'<img src="{url}"' in page) is (name in drawn), name
            if name == "ill.png":
                continue
            for asked in (url, f"{url}?view=1"):
                answer = reader.get(asked)
                viewed = name == "plan.pdf" and "view" in asked
                kept = "inline" if name in drawn or viewed else "attachment"
                assert answer.headers["Content-Disposition"].startswith(kept), asked
                usual = "application/pdf" if viewed else "application/octet-stream"
                assert answer.mimetype == drawn.get(name, usual)
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
                assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert f'href="{base}/{ids["plan.pdf"]}/plan.pdf?view=1"' in page
        assert f"{base}/{ids['ill.png']}" not in page


@pytest.mark.one_database
def test_files_that_are_dropped_into_a_reply_survive_a_reload(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    number = a_ticket(world, now)
    kept = agnes.post(
        f"/desk/tickets/{number}/draft?kind=reply&files=1",
        data={"reply-text": "Look:", "draft-seen": "", "reply-files": (io.BytesIO(PNG), "a.png")},
        headers={"Accept": "application/json"},
    ).get_json()
    assert [each["name"] for each in kept["files"]] == ["a.png"]
    # Words that are kept later leave the files alone.
    agnes.post(
        f"/desk/tickets/{number}/draft?kind=reply",
        data={"reply-text": "Look here:", "draft-seen": kept["seen"]},
        headers={"Accept": "application/json"},
    )
    page = agnes.get(f"/desk/tickets/{number}").text
    mark = re.search(r'name="reply-carried" value="([^"]+)" checked', page)
    assert mark
    agnes.post(
        f"/desk/tickets/{number}/reply",
        data={"reply-seen": "1", "reply-text": "Look here:", "reply-carried": mark[1]},
    )
    db.session.rollback()
    assert [each.filename for each in db.session.scalars(db.select(Attachment))] == ["a.png"]
    assert "a.png" in agnes.get(f"/desk/tickets/{number}").text


@pytest.mark.one_database
def test_drafts_hold_no_more_files_than_can_be_sent(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    number = a_ticket(world, now)
    earlier = [["big.bin", "application/octet-stream", 26_214_400, "0" * 64, ""]]
    (carried,) = brought_back(earlier, owner=str(world.agnes_id))
    answer = agnes.post(
        f"/desk/tickets/{number}/draft?kind=reply&files=1",
        data={"reply-files": (io.BytesIO(PNG), "a.png"), "reply-carried": carried.mark},
        headers={"Accept": "application/json"},
    )
    assert answer.status_code == 422
    assert "25 MB" in answer.get_json()["words"]
