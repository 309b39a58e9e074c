from __future__ import annotations

from datetime import datetime

import pytest

from helpdesk.core.config import Settings
from tests.cli.conftest import Command
from tests.mail.letters import Road, letter
from tests.world import World

# docs/cli.md promises these to scripts.
KEYS = {
    *("id", "mailbox", "door", "kept_at", "state", "reason", "from", "subject", "message_id"),
    *("size", "raw_sha256", "uid", "ticket", "message", "copy_of", "attempts", "error", "trace"),
}


@pytest.fixture
def road(world: World, settings: Settings, now: datetime) -> Road:
    """The road of the installation that the command looks at."""
    return Road(settings)


def test_the_log_tells_each_mail_and_why(helpdesk: Command, road: Road) -> None:
    filed = road.take(letter(subject="Good", Message_ID="<good@example.com>"))
    absent = road.take(letter(subject="Away", Auto_Submitted="auto-replied"))
    waiting = road.keep(letter(subject="Later"), mailbox="orders")

    lines = helpdesk("mail", "log", "--json").lines

    assert [line["id"] for line in lines] == [waiting, absent.id, filed.id]
    assert all(set(line) == KEYS for line in lines)
    later, away, good = lines
    assert (good["state"], good["ticket"], good["door"]) == ("filed", filed.ticket_id, "smtp")
    assert (good["from"], good["subject"]) == ("eva@example.com", "Good")
    assert (good["message_id"], good["mailbox"]) == ("good@example.com", "helpdesk")
    assert [set(step) for step in good["trace"]] == [{"at", "stage", "words"}] * len(good["trace"])
    assert good["trace"][-1]["words"] == f"Became ticket #{filed.ticket_id}"
    assert (away["state"], away["ticket"]) == ("set aside", None)
    assert away["reason"] != ""
    assert (later["state"], later["mailbox"], later["error"]) == ("waiting", "orders", None)


def test_the_log_can_be_narrowed(helpdesk: Command, road: Road) -> None:
    first = road.take(letter(subject="Good")).id
    second = road.take(letter(subject="Away", Auto_Submitted="auto-replied")).id
    third = road.keep(letter(subject="Later"), mailbox="orders")

    def ids(*arguments: str) -> list[int]:
        return [line["id"] for line in helpdesk("mail", "log", "--json", *arguments).lines]

    assert ids("--state", "set aside") == [second]
    assert ids("--mailbox", "orders") == [third]
    assert ids("--before", str(third), "--limit", "1") == [second]
    assert ids("--before", str(second)) == [first]
    assert "Good" in helpdesk("mail", "log").out


@pytest.mark.one_database
def test_a_state_or_mailbox_that_does_not_exist_is_told(helpdesk: Command, world: World) -> None:
    said = helpdesk("mail", "log", "--state", "lost")
    assert said.code == 1
    assert said.err.startswith("--state: There is no state 'lost'; there are: waiting, filed,")
    said = helpdesk("mail", "log", "--mailbox", "lost")
    assert (said.code, said.err) == (
        1,
        "There is no mailbox 'lost'; there are: helpdesk, orders.\n",
    )
