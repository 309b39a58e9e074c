from __future__ import annotations

from helpdesk.core import clock
from helpdesk.core.db import unit_of_work
from helpdesk.domain.correspondence.actions import enqueue
from helpdesk.domain.correspondence.bouncing import Undelivered, count_bounce
from helpdesk.domain.correspondence.models import OutboundMail
from helpdesk.domain.correspondence.rules import Severity
from helpdesk.domain.correspondence.tokens import Audience
from tests.cli.conftest import Command
from tests.world import World

EVA = "eva@example.com"


def bounced(world: World) -> int:
    """Eva’s address is not written to; the mail that came back."""
    now = clock.now()
    with unit_of_work() as session:
        enqueue(
            "received",
            occasion="event:1",
            to=world.eva,
            audience=Audience.REQUESTER,
            mailbox=world.helpdesk,
            language="en",
            now=now,
        )
        mail: OutboundMail = session.query(OutboundMail).one()
        told = Undelivered(Severity.HARD, "5.1.1", "550 no such user", mail.id)
        count_bounce(EVA, told, now=now)
        return mail.id


def test_addresses_that_mail_does_not_reach_are_listed_and_freed(
    helpdesk: Command, world: World
) -> None:
    mail_id = bounced(world)
    (line,) = helpdesk("address", "list", "--json").lines
    assert (line["address"], line["status"], line["outbound"]) == (EVA, "5.1.1", mail_id)
    assert set(line) == {
        *("address", "suppressed_since", "soft_bounces", "hard_bounces", "first_at", "last_at"),
        *("status", "words", "inbound", "outbound", "freed_at"),
    }
    assert "not written to since" in helpdesk("address", "list").out

    said = helpdesk("address", "free", "Eva@example.com")
    assert (said.code, said.out) == (0, f"Mail is sent to {EVA} again.\n")
    assert helpdesk("address", "list", "--json").lines == []
    (line,) = helpdesk("address", "list", "--json", "--state", "free").lines
    assert line["freed_at"] is not None

    again = helpdesk("address", "free", EVA)
    assert (again.code, again.err) == (1, "Mail is sent to this address already.\n")
    nobody = helpdesk("address", "free", "nobody@example.com")
    assert (nobody.code, nobody.err) == (1, "No mail to nobody@example.com has come back.\n")
