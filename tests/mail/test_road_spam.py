"""Spam and viruses on the road: set aside where people look, kept whole, and never in the way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from helpdesk.core import clock
from helpdesk.core.db import db, unit_of_work
from helpdesk.core.errors import Forbidden, NotFound
from helpdesk.core.scanning import Scanner
from helpdesk.domain.correspondence.models import InboundState, OutboundMail
from helpdesk.domain.correspondence.spam import let_through, spam_mails, spam_since
from helpdesk.domain.correspondence.trusting import SPAM
from helpdesk.domain.notifications.letters import letters
from helpdesk.domain.tickets.actions import assign
from helpdesk.domain.tickets.models import Attachment
from helpdesk.domain.tickets.queries import ticket_to_change
from helpdesk.mail.pipeline import attach_to, file_again, file_as_new
from tests.conftest import settings_for
from tests.mail.letters import (
    Road,
    in_words,
    letter,
    mail_row,
    message_of,
    outbox,
    sent_to,
    ticket_of,
    tickets,
)
from tests.peers.clamd import EICAR, FOUND, Clamd, running_clamd
from tests.peers.rspamd import Rspamd, running_rspamd
from tests.world import World


@pytest.fixture
def marking(world: World) -> World:
    """The mailbox's own server marks spam."""
    with unit_of_work():
        world.helpdesk.spam_header = "X-Spam-Flag: YES"
    return world


@pytest.fixture
def rspamd() -> Iterator[Rspamd]:
    with running_rspamd() as peer:
        yield peer


@pytest.fixture
def clamd() -> Iterator[Clamd]:
    with running_clamd() as peer:
        yield peer


def attachments() -> list[Attachment]:
    db.session.rollback()
    return list(db.session.scalars(db.select(Attachment).order_by(Attachment.id)))


def test_spam_is_set_aside_where_people_look_and_nobody_is_told(
    road: Road, marking: World, now: object
) -> None:
    row = road.take(letter(X_Spam_Flag="YES"))
    assert (row.state, row.reason) == (InboundState.SET_ASIDE.value, SPAM)
    assert "It was marked as spam (X-Spam-Flag: YES)" in in_words(row)
    assert (tickets(), outbox()) == ([], [])
    assert [mail.id for mail, _ in spam_mails()] == [row.id]
    assert spam_since(row.kept_at) == 1


def test_an_answer_to_a_mail_of_ours_is_no_spam(road: Road, marking: World) -> None:
    number = road.ticket(letter()).number
    ours = f"<{sent_to('eva@example.com', 'received').rfc_message_id}>"
    row = road.take(letter(In_Reply_To=ours, X_Spam_Flag="YES"))
    assert (row.state, row.ticket_id) == (InboundState.FILED.value, number)
    # A number that anybody can write is no answer to a mail of ours.
    forged = road.take(letter(subject=f"Re: [#{number}]", X_Spam_Flag="YES"))
    assert forged.reason == SPAM


def test_the_mailbox_that_a_mail_came_through_says_which_header_counts(
    road: Road, marking: World
) -> None:
    assert road.take(letter(X_Spam_Flag="YES"), mailbox="orders").state == InboundState.FILED.value


def test_an_agent_lets_a_mail_through_and_it_is_filed_like_any_other(
    road: Road, marking: World, now: object
) -> None:
    row = road.take(letter(X_Spam_Flag="YES"))
    with unit_of_work():
        let_through(row.id, by=marking.agnes, now=row.kept_at)
    road.file()
    row = mail_row(row.id)
    assert ticket_of(row).requester_id == marking.eva_id
    assert outbox() == [("received", "eva@example.com")]
    assert "Agnes Agent said that it is no spam" in in_words(row)
    assert spam_mails() == []
    with pytest.raises(NotFound), unit_of_work():
        let_through(row.id, by=marking.agnes, now=row.kept_at)


def test_the_copies_of_a_mail_that_was_let_through_lead_to_its_ticket(
    road: Road, marking: World
) -> None:
    raw = letter(X_Spam_Flag="YES")
    row, copy = road.take(raw), road.take(raw, mailbox="orders")
    with unit_of_work():
        let_through(row.id, by=marking.agnes, now=clock.now())
    road.file()
    assert mail_row(copy.id).ticket_id == mail_row(row.id).ticket_id is not None


def test_a_requester_lets_nothing_through(road: Road, marking: World) -> None:
    row = road.take(letter(X_Spam_Flag="YES"))
    with pytest.raises(Forbidden), unit_of_work():
        let_through(row.id, by=marking.eva, now=row.kept_at)
    assert mail_row(row.id).state == InboundState.SET_ASIDE.value


def test_what_was_let_through_still_meets_the_other_guards(
    road: Road, marking: World, now: object
) -> None:
    row = road.take(letter(X_Spam_Flag="YES", Precedence="bulk"))
    with unit_of_work():
        let_through(row.id, by=marking.agnes, now=row.kept_at)
    road.file()
    assert mail_row(row.id).state == InboundState.QUIETLY.value


@pytest.mark.parametrize("by", ["again", "as new", "attach"])
def test_an_administrator_files_spam_from_the_mail_log(
    road: Road, marking: World, now: object, by: str
) -> None:
    number = road.ticket(letter()).number
    row = road.take(letter(X_Spam_Flag="YES"))
    how = {"settings": road.settings, "by": marking.admin, "now": row.kept_at}
    if by == "again":
        filed = file_again(row.id, **how)  # type: ignore[arg-type]
    elif by == "as new":
        filed = file_as_new(row.id, **how)  # type: ignore[arg-type]
    else:
        filed = attach_to(row.id, number, **how)  # type: ignore[arg-type]
    assert filed.state == InboundState.FILED.value
    assert (filed.ticket_id == number) is (by == "attach")


def with_rspamd(peer: Rspamd, database: str, folder: Path, **more: str) -> Road:
    return Road(settings_for(folder, database, rspamd_url=peer.url, **more))


def test_rspamd_is_asked_about_each_mail_with_its_envelope(
    world: World, rspamd: Rspamd, database: str, tmp_path: Path, now: object
) -> None:
    rspamd.password = "open sesame"
    road = with_rspamd(rspamd, database, tmp_path, rspamd_password="open sesame")
    row = road.take(
        letter(text="You won the lottery."),
        envelope_from="eva@example.com",
        envelope_to="helpdesk@example.org",
    )
    assert row.reason == SPAM
    assert "It was marked as spam (Rspamd: reject (9.25 / 15))" in in_words(row)
    headers, raw = rspamd.asked[0]
    assert (headers["From"], headers["Rcpt"]) == ("eva@example.com", "helpdesk@example.org")
    assert b"lottery" in raw
    assert road.take(letter(text="The printer is dead.")).state == InboundState.FILED.value


def test_mail_that_waits_together_is_asked_about_one_by_one(
    world: World, rspamd: Rspamd, database: str, tmp_path: Path, now: object
) -> None:
    road = with_rspamd(rspamd, database, tmp_path)
    ids = [road.keep(letter(text=text)) for text in ("lottery", "a printer", "cheap", "another")]
    road.file()
    assert [mail_row(each).state for each in ids] == ["set aside", "filed", "set aside", "filed"]
    assert len(rspamd.asked) == 4


def test_a_mail_that_rspamd_marks_again_is_filed_once_somebody_let_it_through(
    world: World, rspamd: Rspamd, database: str, tmp_path: Path, now: object
) -> None:
    road = with_rspamd(rspamd, database, tmp_path)
    row = road.take(letter(text="You won the lottery."))
    with unit_of_work():
        let_through(row.id, by=world.agnes, now=row.kept_at)
    road.file()
    assert mail_row(row.id).state == InboundState.FILED.value


@pytest.mark.parametrize("fault", ["away", "broken"])
def test_a_filter_without_a_verdict_never_stops_mail(
    world: World, rspamd: Rspamd, database: str, tmp_path: Path, now: object, fault: str
) -> None:
    rspamd.answer = b"out of order" if fault == "broken" else None
    url = rspamd.url if fault == "broken" else "http://127.0.0.1:9"
    road = Road(settings_for(tmp_path, database, rspamd_url=url))
    row = road.take(letter(text="You won the lottery."))
    assert row.state == InboundState.FILED.value
    assert "The spam filter said nothing: " in in_words(row)
    assert outbox() == [("received", "eva@example.com")]


def with_clamd(peer: Clamd, database: str, folder: Path) -> Road:
    return Road(settings_for(folder, database, clamd=str(peer.place)))


def test_a_virus_is_kept_and_named(
    world: World, clamd: Clamd, database: str, tmp_path: Path, now: object
) -> None:
    road = with_clamd(clamd, database, tmp_path)
    row = road.take(letter(files={"invoice.pdf": EICAR, "notes.txt": b"Hello."}))
    found = {file.filename: file.infected_with for file in attachments()}
    assert found == {"invoice.pdf": FOUND, "notes.txt": ""}
    assert row.state == InboundState.FILED.value
    words = in_words(row)
    assert f"The virus scanner found {FOUND} in an attachment; nobody gets it" in words
    assert outbox() == [("received", "eva@example.com")]


def test_a_virus_leaves_with_no_mail_of_ours(
    world: World, clamd: Clamd, database: str, tmp_path: Path, now: object
) -> None:
    road = with_clamd(clamd, database, tmp_path)
    row = road.take(letter(files={"invoice.pdf": EICAR, "notes.txt": b"Hello."}))
    with unit_of_work():
        ticket = ticket_to_change(world.agnes, row.ticket_id or 0)
        assign(ticket, to=world.agnes, by=world.admin, now=row.kept_at)
    rows = db.session.scalars(
        db.select(OutboundMail).where(OutboundMail.notification == "assigned-to-you")
    ).all()
    (mail,) = letters([each.id for each in rows])
    assert [file.filename for file in mail.enclosures] == ["notes.txt"]  # type: ignore[union-attr]


def test_the_same_file_twice_is_scanned_once(
    world: World, clamd: Clamd, database: str, tmp_path: Path, now: object
) -> None:
    with_clamd(clamd, database, tmp_path).take(letter(files={"a.bin": EICAR, "b.bin": EICAR}))
    assert len(clamd.scanned) == 1
    assert [file.infected_with for file in attachments()] == [FOUND, FOUND]


@pytest.mark.parametrize("fault", ["away", "odd", "too large"])
def test_a_scanner_without_a_verdict_never_stops_mail(
    world: World, clamd: Clamd, database: str, tmp_path: Path, now: object, fault: str
) -> None:
    road = with_clamd(clamd, database, tmp_path)
    if fault == "away":
        road = Road(settings_for(tmp_path, database, clamd="127.0.0.1:9"))
    elif fault == "odd":
        clamd.answer = "stream: Can't open file ERROR"
    else:
        clamd.most = 1
    row = road.take(letter(files={"invoice.pdf": b"a long file " * 20}))
    assert row.state == InboundState.FILED.value
    assert "Attachments not scanned: 1 (" in in_words(row)
    assert [file.infected_with for file in attachments()] == [""]


def test_a_virus_is_also_seen_in_what_is_filed_by_hand(
    world: World, clamd: Clamd, database: str, tmp_path: Path, now: object
) -> None:
    road = with_clamd(clamd, database, tmp_path)
    with unit_of_work():
        world.helpdesk.spam_header = "X-Spam-Flag: YES"
    row = road.take(letter(files={"invoice.pdf": EICAR}, X_Spam_Flag="YES"))
    filed = file_as_new(row.id, road.settings, by=world.admin, now=row.kept_at)
    message_of(filed)
    assert [file.infected_with for file in attachments()] == [FOUND]


def test_a_scanner_that_lets_us_wait_is_left_alone_for_a_while(
    clamd: Clamd,
) -> None:
    clamd.seconds = 0.5
    scan = Scanner(clamd.place, seconds=0.1).look_at({"a": b"one", "b": b"two"})
    assert (scan.unscanned, scan.reason) == (2, "no answer in time")
    assert len(clamd.scanned) == 1
