"""Merging, separating, splitting, linking, what is alike, and putting off: on the pages."""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient

from helpdesk.core import clock
from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.accounts.actions import add_person
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.correspondence.models import OutboundMail
from helpdesk.domain.replies.actions import keep_draft
from helpdesk.domain.replies.models import Draft
from helpdesk.domain.tickets.actions import merge, snooze, watch
from helpdesk.domain.tickets.models import Message, Ticket, TicketEvent, TicketLink
from helpdesk.domain.tickets.queries import WorkList, counts, ticket_by_number, work_list
from helpdesk.domain.tickets.rules import UNTIL_AN_ANSWER, Moment, instant_of, moments
from helpdesk.domain.tickets.search import tickets_found
from helpdesk.jobs.tasks import wake_snoozed
from helpdesk.web.portal.way import follow_token
from tests.statements import statements
from tests.web.conftest import SignIn
from tests.web.test_desk_doors import MOST_ON_A_TICKET
from tests.web.tickets import a_note, a_reply, a_ticket, an_answer
from tests.world import World


@pytest.fixture
def agnes(sign_in: SignIn, world: World) -> FlaskClient:
    return sign_in(world.agnes_id)


@pytest.fixture
def bo(world: World, now: datetime) -> Person:
    with unit_of_work():
        return add_person("bo@example.com", name="Bo Berg", now=now)


def ticket(number: int) -> Ticket:
    db.session.rollback()
    return db.session.get_one(Ticket, number)


def locked(number: int) -> Ticket:
    found = ticket_by_number(number, lock=True)
    assert found is not None
    return found


def kinds(number: int) -> list[str]:
    db.session.rollback()
    lines = db.select(TicketEvent).where(TicketEvent.ticket_id == number).order_by(TicketEvent.id)
    return [line.kind for line in db.session.scalars(lines)]


def mails() -> list[tuple[str, str, str]]:
    db.session.rollback()
    rows = db.session.scalars(db.select(OutboundMail).order_by(OutboundMail.id))
    return [(mail.notification, mail.to_address, mail.state) for mail in rows]


def seen(page: str, form: str) -> str:
    found = re.search(rf'name="{form}-seen"[^>]*value="(\d+)"', page)
    assert found, form
    return found[1]


def merged(agnes: FlaskClient, number: int, into: int, **more: object) -> str:
    page = agnes.get(f"/desk/tickets/{number}/merge?into={into}").text
    answer = agnes.post(
        f"/desk/tickets/{number}/merge",
        data={"merge-seen": seen(page, "merge"), "merge-into": into, **more},
        follow_redirects=True,
    )
    return answer.text


def test_merging_says_what_will_happen_does_it_and_can_be_undone(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    old, new = a_ticket(world, now, subject="Printer"), a_ticket(world, now, subject="Paper")
    a_note(world, new, now, "The drawer is a zebra")
    with unit_of_work():
        keep_draft(locked(new), "reply", words="Dear Eva", by=world.agnes, now=now)
    before = mails()
    page = agnes.get(f"/desk/tickets/{new}/merge?into={old}").text
    assert "Nothing has been done yet." in page
    assert "Eva Ek will get a mail." in page
    assert mails() == before
    assert kinds(new) == ["opened", "note added"]

    page = merged(agnes, new, old)
    assert f"Merged #{new} into #{old}. Eva Ek will get a mail." in page
    # Its words stand on the page of the other, with where they are from, and the draft as well.
    assert "The drawer is a zebra" in page
    assert f"from #{new}" in page
    assert "Dear Eva" in page
    assert f"#{new} goes on here" in page
    found = ticket(new)
    assert (found.state, found.standing, found.resolved_at) == ("merged", "done", None)
    assert (kinds(new)[-1], kinds(old)[-1]) == ("merged", "took in")
    assert old in [each.id for each in tickets_found("zebra", by=world.agnes)]
    own = agnes.get(f"/desk/tickets/{new}").text
    assert f"Merged into #{old}" in own
    assert f'action="/desk/tickets/{new}/reply"' not in own
    refused = agnes.post(
        f"/desk/tickets/{new}/note", data={"note-seen": found.version, "note-text": "Late words"}
    )
    assert refused.status_code == 409
    assert f"It goes on in #{old}; decide it there." in refused.text

    agnes.post(f"/desk/tickets/{new}/separate", data={"separate-seen": seen(own, "separate")})
    assert (ticket(new).state, ticket(new).standing) == ("new", "open")
    assert ("goes-on-together", "eva@example.com", "cancelled") in mails()
    assert old not in [each.id for each in tickets_found("zebra", by=world.agnes)]
    assert "zebra" not in agnes.get(f"/desk/tickets/{old}").text
    db.session.rollback()
    assert {draft.ticket_id for draft in db.session.scalars(db.select(Draft))} == {old}


@pytest.mark.one_database
def test_merging_lets_nobody_read_what_they_could_not_read(
    agnes: FlaskClient, sign_in: SignIn, world: World, bo: Person, now: datetime
) -> None:
    bo_id = bo.id
    evas = a_ticket(world, now, subject="Salary", text="Evas secret")
    evas_too = a_ticket(world, now, subject="Salary again", text="More of Eva")
    bos = a_ticket(world, now, subject="Salary of Bo", text="Bos secret", requester=bo)
    with unit_of_work():
        watch(locked(evas_too), person=db.session.get_one(Person, bo_id), by=None, now=now)

    # Different requesters: offered as duplicates, refused as merging, and nothing is done.
    page = agnes.get(f"/desk/tickets/{bos}/merge?into={evas}").text
    assert "Different people asked for these" in page
    assert "Bo Berg does not follow" in merged(agnes, bos, evas)
    assert ticket(bos).merged_into_id is None

    # The same requester, but Bo follows one of the two: he reads no more than before.
    merged(agnes, evas_too, evas)
    assert ticket(evas_too).merged_into_id == evas
    bos_browser, evas_browser = sign_in(bo_id), sign_in(world.eva_id)
    assert bos_browser.get(f"/tickets/{evas}").status_code == 404
    page = bos_browser.get(f"/tickets/{evas_too}").text
    assert "More of Eva" in page
    assert "Evas secret" not in page
    # What he writes there lands where it goes on, and he still reads nothing of it.
    answer = bos_browser.post(
        f"/tickets/{evas_too}/answer",
        data={"text": "Heard from Bo", "wish": "solved"},
        follow_redirects=True,
    )
    assert "Your answer is with us." in answer.text
    assert "Evas secret" not in answer.text
    db.session.rollback()
    newest = db.session.scalars(db.select(Message).order_by(Message.id.desc())).first()
    assert newest is not None
    assert (newest.ticket_id, newest.text) == (evas, "Heard from Bo")
    assert ticket(evas).state != "resolved"
    assert tickets_found("more", by=db.session.get_one(Person, bo_id)) != []
    assert evas not in [
        each.id for each in tickets_found("secret", by=db.session.get_one(Person, bo_id))
    ]
    # Eva is led on, and reads both.
    led = evas_browser.get(f"/follow/{follow_token(evas_too, world.eva_id)}")
    assert led.status_code == 303
    page = evas_browser.get(led.location).text
    assert "Evas secret" in page
    assert "More of Eva" in page

    # Let in by an agent who was asked, Bo follows, until they are separated again.
    merged(agnes, bos, evas, share=bo_id)
    page = bos_browser.get(f"/tickets/{evas}").text
    assert "Evas secret" in page
    assert "Bos secret" not in evas_browser.get(f"/tickets/{evas}").text
    own = agnes.get(f"/desk/tickets/{bos}").text
    agnes.post(f"/desk/tickets/{bos}/separate", data={"separate-seen": seen(own, "separate")})
    assert bos_browser.get(f"/tickets/{evas}").status_code == 404


def test_many_are_merged_into_the_oldest_or_the_chosen_one_with_one_mail_and_undone(
    agnes: FlaskClient, world: World, bo: Person, now: datetime
) -> None:
    first, second, third = (a_ticket(world, now, subject=f"Matter {n}") for n in range(3))
    others = a_ticket(world, now, subject="Bos", requester=bo)
    chosen = [first, second, third, others]
    page = agnes.post("/desk/many", data={"do": "merge:oldest", "ticket": chosen}).text
    assert f"Merge into #{first}" in page
    assert "This happens to 2 tickets" in page
    assert "Bo Berg does not follow" in page
    assert "Mail goes to: Eva Ek." in " ".join(page.split())
    # Another one may go on instead.
    page = agnes.post("/desk/many", data={"do": f"merge:{third}", "ticket": chosen}).text
    assert f"Merge into #{third}" in page
    picked = re.findall(r'name="ticket" value="(\d+:\d+)"', page)
    done = agnes.post(
        "/desk/many/do", data={"do": f"merge:{third}", "ticket": picked}, follow_redirects=True
    ).text
    assert [ticket(n).merged_into_id for n in chosen] == [third, third, None, None]
    assert [name for name, _to, _state in mails()].count("goes-on-together") == 1
    undo = re.search(r'name="t" value="([^"]+)"', done)
    assert undo
    agnes.post("/desk/many/undo", data={"t": undo[1]})
    assert [ticket(n).merged_into_id for n in chosen] == [None] * 4
    assert {ticket(n).state for n in chosen} == {"new"}
    assert [state for name, _to, state in mails() if name == "goes-on-together"] == ["cancelled"]

    # Those of different people are said to be duplicates, which lets nobody read anything.
    do = {"do": f"duplicate:{third}", "ticket": [f"{n}:{ticket(n).version}" for n in chosen]}
    done = agnes.post("/desk/many/do", data=do, follow_redirects=True).text
    assert kinds(others)[-1] == "linked"
    undo = re.search(r'name="t" value="([^"]+)"', done)
    assert undo
    agnes.post("/desk/many/undo", data={"t": undo[1]})
    assert kinds(others)[-1] == "unlinked"
    db.session.rollback()
    assert db.session.scalars(db.select(TicketLink)).all() == []


def test_some_messages_become_a_ticket_of_their_own(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    number = a_ticket(world, now, subject="Printer", text="It is grey")
    said = an_answer(world, number, now, "And the walrus is broken")
    page = agnes.get(f"/desk/tickets/{number}/split").text
    version = seen(page, "split")
    form = {"split-seen": version, "split-subject": "Walrus"}
    nothing = agnes.post(f"/desk/tickets/{number}/split", data=form)
    assert nothing.status_code == 422
    assert "Choose at least one message." in nothing.text
    answer = agnes.post(
        f"/desk/tickets/{number}/split", data={**form, "message": said}, follow_redirects=True
    ).text
    new = number + 1
    assert f"Split off from #{number}" in answer
    assert "And the walrus is broken" in answer
    assert f"Made of 1 message that stood on #{number}" in answer
    old = agnes.get(f"/desk/tickets/{number}").text
    assert "walrus" not in old
    assert f"1 message was split off into #{new}" in old
    assert [each.id for each in tickets_found("walrus", by=world.agnes)] == [new]
    assert ticket(new).requester_id == world.eva_id
    assert [name for name, *_ in mails()] == ["received"]


@pytest.mark.one_database
def test_tickets_are_linked_in_words_on_both_sides_and_never_in_a_circle(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    whole, part, deep = (a_ticket(world, now, subject=f"Move {n}") for n in range(3))

    def say(number: int, kind: str, other: int) -> tuple[int, str]:
        form = {"link-seen": ticket(number).version, "link-kind": kind, "link-other": f"#{other}"}
        answer = agnes.post(f"/desk/tickets/{number}/link", data=form, follow_redirects=True)
        return answer.status_code, answer.text

    say(part, "child", whole)
    say(part, "child of", deep)
    page = agnes.get(f"/desk/tickets/{whole}").text
    assert f"#{part} is a part of this" in page
    assert "1 part of it is not done:" in page
    assert f"Part of #{whole}" in agnes.get(f"/desk/tickets/{part}").text
    status, page = say(whole, "child", deep)
    assert status == 409
    assert f"#{deep} is itself a part of this ticket." in page
    assert say(deep, "child", whole)[0] == 409
    assert say(whole, "related", whole)[0] == 409
    say(whole, "related", deep)
    assert say(deep, "related", whole)[0] == 409
    # A part that is open keeps nobody from resolving the whole.
    form = {"move-seen": ticket(whole).version, "move-target": "resolved"}
    assert agnes.post(f"/desk/tickets/{whole}/move", data=form).status_code == 303
    link = db.session.scalars(db.select(TicketLink).where(TicketLink.kind == "child")).first()
    assert link is not None
    form = {"unlink-seen": ticket(whole).version, "unlink-link": link.id}
    page = agnes.post(f"/desk/tickets/{whole}/unlink", data=form, follow_redirects=True).text
    assert "They are no longer linked." in page
    assert (kinds(whole)[-1], kinds(part)[-1]) == ("unlinked", "unlinked")
    assert f"No longer: #{part} is a part of this" in page


def test_what_is_alike_is_found_cheaply_and_only_among_what_one_may_see(
    agnes: FlaskClient, sign_in: SignIn, world: World, now: datetime
) -> None:
    number = a_ticket(world, now, subject="The printer on floor three prints stripes")
    like = a_ticket(world, now, subject="Stripes from our printer")
    a_ticket(world, now, subject="My printer is out of paper", text="Nothing")
    a_ticket(world, now, subject="Holiday", text="Stripes on a zebra")
    agnes.get(f"/desk/tickets/{number}/similar")
    with statements() as sent:
        part = agnes.get(f"/desk/tickets/{number}/similar").text
    assert len(sent) <= 6, sent
    assert re.findall(r">#(\d+)<", part)[0] == str(like)
    assert "Holiday" not in part
    page = agnes.get(f"/desk/tickets/{number}/relate").text
    assert f"/desk/tickets/{number}/merge?into={like}" in page
    page = agnes.get(f"/desk/tickets/{number}/relate?q=holiday").text
    assert "Holiday" in page
    assert "Stripes from our printer" not in page
    page = agnes.get(f"/desk/tickets/{number}/relate?q=%23{like}").text
    assert f"/desk/tickets/{number}/merge?into={like}" in page
    assert sign_in(world.eva_id).get(f"/desk/tickets/{number}/similar").status_code == 403


@pytest.mark.one_database
def test_a_ticket_page_with_links_and_merged_tickets_stays_within_its_statements(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    first, *others = (a_ticket(world, now) for _ in range(4))
    with unit_of_work():
        for each in others:
            merge(locked(each), into=locked(first), by=world.agnes, now=now)
    a_reply(world, first, now, "One answer")
    agnes.get(f"/desk/tickets/{first}")
    with statements() as sent:
        page = agnes.get(f"/desk/tickets/{first}").text
    assert page.count("data-message") == 5
    assert len(sent) <= MOST_ON_A_TICKET, "\n".join(sent)


def test_a_snoozed_ticket_leaves_the_lists_and_comes_back_at_its_time_once(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    number, stays = a_ticket(world, now), a_ticket(world, now)
    agnes.post(f"/desk/tickets/{number}/take", data={"take-seen": 1})
    until = now + timedelta(hours=3)
    form = {"snooze-seen": 2, "snooze-until": until.isoformat()}
    answer = agnes.post(f"/desk/tickets/{number}/snooze", data=form, follow_redirects=True).text
    assert "Off the lists for a while." in answer
    assert (ticket(number).state, ticket(number).assignee_id) == ("new", world.agnes_id)
    # What is offered is a full hour where the reader is, and a time of one's own is meant there.
    page = agnes.get(f"/desk/tickets/{stays}").text
    assert f'value="{(now + timedelta(days=1)).date()}T07:00:00+00:00"' in page
    form = {"snooze-seen": 1, "snooze-at": "2026-12-24T15:00"}
    agnes.post(f"/desk/tickets/{stays}/snooze", data=form)
    assert ticket(stays).snoozed_until == datetime(2026, 12, 24, 14, 0, tzinfo=UTC)
    agnes.post(f"/desk/tickets/{stays}/wake", data={"wake-seen": 2})
    assert ticket(stays).snoozed_until is None
    asleep = WorkList(snoozed=True)
    assert [each.id for each in work_list(world.agnes, WorkList()).rows] == [stays]
    assert [each.id for each in work_list(world.agnes, asleep).rows] == [number]
    assert counts(world.agnes, [WorkList(), asleep]) == [1, 1]
    assert f"#{number}" in agnes.get("/desk/snoozed").text
    assert f"#{number}" not in agnes.get("/desk/mine").text
    assert f"#{number}" in agnes.get("/desk/mine?view=snoozed").text

    shift = SimpleNamespace(stopping=threading.Event())
    assert wake_snoozed(shift) is False  # type: ignore[arg-type]
    assert ticket(number).snoozed_until is not None
    with clock.stopped_at(until):
        wake_snoozed(shift)  # type: ignore[arg-type]
        wake_snoozed(shift)  # type: ignore[arg-type]
    assert ticket(number).snoozed_until is None
    assert kinds(number) == ["opened", "assigned", "snoozed", "woken"]
    assert [name for name, *_ in mails()].count("back-again") == 1
    assert "Its time came, so it is on the lists again" in agnes.get(f"/desk/tickets/{number}").text


@pytest.mark.one_database
def test_an_answer_a_hand_or_a_new_assignee_brings_a_snoozed_ticket_back(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    def asleep() -> int:
        number = a_ticket(world, now)
        with unit_of_work():
            snooze(locked(number), until=UNTIL_AN_ANSWER, by=world.agnes, now=now)
        return number

    answered, fetched, handed, resolved = asleep(), asleep(), asleep(), asleep()
    an_answer(world, answered, now, "Now it works")
    page = agnes.get(f"/desk/tickets/{fetched}").text
    assert "Snoozed until somebody answers" in page
    agnes.post(f"/desk/tickets/{fetched}/wake", data={"wake-seen": seen(page, "wake")})
    form = {"assign-seen": ticket(handed).version, "assign-person": world.oskar_id}
    agnes.post(f"/desk/tickets/{handed}/assign", data=form)
    form = {"move-seen": ticket(resolved).version, "move-target": "resolved"}
    agnes.post(f"/desk/tickets/{resolved}/move", data=form)
    for number in (answered, fetched, handed, resolved):
        assert ticket(number).snoozed_until is None, number
    assert [name for name, *_ in mails()].count("back-again") == 0
    late = {"snooze-seen": ticket(fetched).version, "snooze-until": "2001-01-01T00:00:00+00:00"}
    answer = agnes.post(f"/desk/tickets/{fetched}/snooze", data=late)
    assert answer.status_code == 422
    assert "That time is past." in answer.text


@pytest.mark.one_database
def test_many_are_snoozed_at_once_and_given_back(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    numbers = [a_ticket(world, now) for _ in range(2)]
    do = f"snooze:{(now + timedelta(days=1)).isoformat()}"
    page = agnes.post("/desk/many", data={"do": do, "ticket": numbers}).text
    picked = re.findall(r'name="ticket" value="(\d+:\d+)"', page)
    done = agnes.post(
        "/desk/many/do", data={"do": do, "ticket": picked}, follow_redirects=True
    ).text
    assert all(ticket(number).snoozed_until for number in numbers)
    undo = re.search(r'name="t" value="([^"]+)"', done)
    assert undo
    agnes.post("/desk/many/undo", data={"t": undo[1]})
    assert not any(ticket(number).snoozed_until for number in numbers)


@pytest.mark.one_database
def test_times_to_put_off_to_are_those_of_the_clock_on_the_readers_wall() -> None:
    stockholm = ZoneInfo("Europe/Stockholm")
    # The Friday before summer time begins: eight o'clock on Monday is an hour earlier in UTC.
    friday = datetime(2027, 3, 26, 8, 0, tzinfo=UTC)
    assert dict(moments(friday, stockholm)) == {
        Moment.AFTERNOON: datetime(2027, 3, 26, 12, 0, tzinfo=UTC),
        Moment.TOMORROW: datetime(2027, 3, 27, 7, 0, tzinfo=UTC),
        Moment.MONDAY: datetime(2027, 3, 29, 6, 0, tzinfo=UTC),
        Moment.NEXT_WEEK: datetime(2027, 4, 2, 6, 0, tzinfo=UTC),
        Moment.ANSWER: UNTIL_AN_ANSWER,
    }
    # Late on Sunday there is no afternoon left, and tomorrow is Monday.
    sunday = datetime(2026, 11, 29, 15, 0, tzinfo=UTC)
    assert [name for name, _at in moments(sunday, stockholm)] == [
        *(Moment.TOMORROW, Moment.NEXT_WEEK, Moment.ANSWER)
    ]
    # It is Tuesday already in Auckland.
    auckland = dict(
        moments(datetime(2026, 11, 30, 18, 0, tzinfo=UTC), ZoneInfo("Pacific/Auckland"))
    )
    assert auckland[Moment.TOMORROW] == datetime(2026, 12, 1, 19, 0, tzinfo=UTC)
    # An hour that spring leaves out, and one that autumn has twice.
    missing = instant_of(datetime.fromisoformat("2027-03-28T02:30"), stockholm)
    assert missing == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
    assert instant_of(datetime.fromisoformat("2026-10-25T02:30"), stockholm) == datetime(
        2026, 10, 25, 0, 30, tzinfo=UTC
    )
