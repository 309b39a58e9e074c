from __future__ import annotations

from datetime import datetime

import pytest
from flask import Flask

from helpdesk.core.config import Settings
from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.tickets.actions import Words, add_note, assign, link, move, reply
from helpdesk.domain.tickets.models import LinkKind, Ticket
from tests.cli.conftest import Command
from tests.mail.letters import Road, letter
from tests.mail.mailboxes import letter as raw_letter
from tests.world import World

# docs/cli.md promises these to scripts.
LINE = {
    *("number", "process", "state", "queue", "function", "service", "priority", "requester"),
    *("assignee", "subject", "opened_at", "changed_at"),
}
WHOLE = LINE | {
    *("impact", "urgency", "language", "version", "watchers", "messages", "events", "links"),
}
MESSAGE = {
    *("id", "at", "kind", "direction", "from", "channel", "verified", "text", "newest"),
    *("attachments", "delivery"),
}
ATTACHMENT = {"filename", "content_type", "size", "sha256", "inline"}
DELIVERY = {"to", "notification", "state", "attempts", "sent_at", "error", "message_id"}
EVENT = {"at", "event", "by", "message", "facts"}


@pytest.fixture
def road(world: World, settings: Settings, now: datetime) -> Road:
    """The road of the installation that the command looks at."""
    return Road(settings)


def test_a_ticket_is_shown_whole(
    helpdesk: Command, road: Road, world: World, context: Flask, now: datetime
) -> None:
    other = road.ticket(letter(subject="Another")).number
    number = road.ticket(
        letter(
            text="It is dead.\u2028Really.", files={"log.txt": b"12345"}, Cc="Bo <bo@example.com>"
        )
    ).number
    with unit_of_work():
        ticket, earlier = (db.session.get_one(Ticket, each) for each in (number, other))
        assign(ticket, to=world.agnes, by=world.agnes, now=now)
        reply(ticket, Words("Have you tried?"), by=world.agnes, now=now)
        add_note(ticket, Words("Only among us"), by=world.agnes, now=now)
        link(ticket, other=earlier, kind=LinkKind.FOLLOWS, by=None, now=now)
        move(ticket, target="resolved", by=world.agnes, now=now)

    said = helpdesk("ticket", "show", str(number), "--json")

    assert said.code == 0, said.err
    (shown,) = said.lines
    assert set(shown) == WHOLE
    assert (shown["number"], shown["process"], shown["state"]) == (number, "incident", "resolved")
    assert (shown["queue"], shown["function"]) == ("service-desk-incidents", "service-desk")
    assert (shown["service"], shown["priority"]) == (None, ticket.priority)
    assert shown["requester"] == {"name": "Eva Ek", "address": "eva@example.com"}
    assert shown["assignee"] == {"name": "Agnes Agent", "address": "agnes@example.org"}
    assert shown["watchers"] == [{"name": "Bo", "address": "bo@example.com"}]
    assert all(set(message) == MESSAGE for message in shown["messages"])
    assert [(each["direction"], each["kind"]) for each in shown["messages"]] == [
        ("in", "message"),
        ("out", "message"),
        ("internal", "note"),
    ]
    first, answer, note = shown["messages"]
    assert first["from"] == {"name": "Eva Ek", "address": "eva@example.com"}
    assert first["text"].startswith("It is dead.")
    (file,) = first["attachments"]
    assert set(file) == ATTACHMENT
    assert (file["filename"], file["size"]) == ("log.txt", 5)
    assert set(first["delivery"][0]) == DELIVERY
    assert (first["delivery"][0]["notification"], first["delivery"][0]["state"]) == (
        "received",
        "waiting",
    )
    assert answer["text"] == "Have you tried?"
    assert answer["delivery"][0]["to"] == "eva@example.com"
    assert (note["text"], note["delivery"]) == ("Only among us", [])
    assert all(set(event) == EVENT for event in shown["events"])
    assert shown["links"] == [{"kind": "follows", "number": other}]
    (before,) = helpdesk("ticket", "show", str(other), "--json").lines
    assert before["links"] == [{"kind": "followed by", "number": number}]


def test_tickets_are_listed_newest_first_and_can_be_chosen(
    helpdesk: Command, road: Road, world: World
) -> None:
    first = road.ticket(letter(subject="First")).number
    second = road.ticket(letter(subject="Second", to="orders@example.org"), mailbox="orders").number
    third = road.ticket(raw_letter(Subject="=?utf-8?q?Tre=C2=85=E2=80=A8?=")).number

    def numbers(*arguments: str) -> list[int]:
        return [line["number"] for line in helpdesk("ticket", "list", "--json", *arguments).lines]

    assert numbers() == [third, second, first]
    assert all(set(line) == LINE for line in helpdesk("ticket", "list", "--json").lines)
    assert numbers("--process", "request") == [second]
    assert numbers("--queue", "service-desk-incidents") == [third, first]
    assert numbers("--state", "resolved") == []
    assert numbers("--limit", "1") == [third]
    assert numbers("--before", str(third)) == [second, first]
    table = helpdesk("ticket", "list").out.splitlines()
    assert table[-1].split() == [f"#{first}", "new", "service-desk-incidents", "First"]


@pytest.mark.one_database
def test_a_ticket_for_reading(helpdesk: Command, road: Road) -> None:
    number = road.ticket(letter(subject="The printer is dead")).number

    said = helpdesk("ticket", "show", str(number))

    assert said.out.startswith(f"#{number} The printer is dead\nincident, new, priority ")
    assert "it prints nothing at all." in said.out


@pytest.mark.parametrize("number", ["7", "0", "99999999999999999999"])
def test_a_ticket_that_is_not_there_is_told_in_a_sentence(
    helpdesk: Command, world: World, number: str
) -> None:
    said = helpdesk("ticket", "show", number)

    assert (said.code, said.err) == (1, f"There is no ticket #{number}.\n")
