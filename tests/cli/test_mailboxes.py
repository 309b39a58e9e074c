from __future__ import annotations

import pytest
from sqlalchemy import select

from helpdesk.core import signing
from helpdesk.core.db import db
from helpdesk.domain.configuration.models import ConfigurationChange
from helpdesk.domain.correspondence.models import Mailbox
from tests.cli.conftest import Command
from tests.peers.dovecot import PASSWORD, Dovecot
from tests.peers.postgresql import free_port
from tests.world import World

# docs/cli.md promises these to scripts.
KEYS = {
    *("name", "address", "aliases", "active", "kind", "process", "queue", "language", "host"),
    *("port", "security", "username", "folder", "after_keeping", "old_mail", "old_mail_since"),
    *("awaits_decision", "polled_at", "worked_at", "failing_since", "last_error"),
    *("grant", "silent_after_hours", "authserv_ids", "spam_header"),
}


def kept(name: str) -> Mailbox:
    db.session.rollback()
    return db.session.scalars(select(Mailbox).where(Mailbox.name == name)).one()


def test_a_mailbox_is_added_and_listed(helpdesk: Command, world: World) -> None:
    said = helpdesk(
        *("mailbox", "add", "support", "--address", "Support@example.org", "--host"),
        *("imap.example.org", "--username", "support", "--password", "-", "--queue", "technical"),
        *("--alias", "hjalp@example.org", "--old-mail", "since:2026-01-31", "--no-acknowledge"),
        stdin=b"hush hush\n",
    )

    assert (said.code, said.err) == (0, "")
    listed = {line["name"]: line for line in helpdesk("mailbox", "list", "--json").lines}
    assert [set(line) for line in listed.values()] == [KEYS] * 3
    assert list(listed) == ["helpdesk", "orders", "support"]
    support = listed["support"]
    assert (support["address"], support["aliases"]) == (
        "support@example.org",
        ["hjalp@example.org"],
    )
    assert (support["kind"], support["host"], support["port"]) == ("imap", "imap.example.org", 993)
    assert (support["queue"], support["old_mail_since"]) == ("technical", "2026-01-31")
    assert "hush" not in str(listed)
    assert signing.unseal(kept("support").sealed_password or "") == "hush hush"
    assert kept("support").acknowledge is False


def test_what_is_not_given_stays_as_it_is(helpdesk: Command, world: World) -> None:
    helpdesk("mailbox", "add", "x", "--address", "x@example.org", "--host", "a", "--username", "u")
    before = helpdesk("mailbox", "list", "--json").lines[-1]

    assert helpdesk("mailbox", "set", "x", "--security", "starttls").code == 0

    after = helpdesk("mailbox", "list", "--json").lines[-1]
    changed = {key for key in KEYS if before[key] != after[key]}
    assert changed == {"security", "port"}
    assert after["port"] == 143
    helpdesk("mailbox", "set", "x", "--port", "1143", "--inactive", "--folder", "Support")
    last = helpdesk("mailbox", "list", "--json").lines[-1]
    assert (last["port"], last["active"], last["folder"]) == (1143, False, "Support")


def test_a_decision_about_old_mail_lets_it_be_fetched(helpdesk: Command, world: World) -> None:
    helpdesk("mailbox", "add", "x", "--address", "x@example.org", "--host", "a", "--username", "u")
    box = kept("x")
    box.first_uidnext, box.old_uid, box.first_count = 8, 7, 7
    db.session.commit()
    assert helpdesk("mailbox", "list", "--json").lines[-1]["awaits_decision"] is True
    assert "asks what to do with old mail" in helpdesk("mailbox", "list").out

    helpdesk("mailbox", "set", "x", "--old-mail", "everything")

    assert kept("x").old_uid == 0
    assert helpdesk("mailbox", "list", "--json").lines[-1]["awaits_decision"] is False
    helpdesk("mailbox", "set", "x", "--old-mail", "now")
    assert kept("x").old_uid == 7


@pytest.mark.one_database
def test_changes_are_written_down_without_the_password(helpdesk: Command, world: World) -> None:
    helpdesk("mailbox", "set", "orders", "--display-name", "Orders", "--password", "hush hush")

    db.session.rollback()
    (change,) = db.session.scalars(select(ConfigurationChange))
    assert set(change.facts) == {"display_name", "password"}
    assert "hush" not in str(change.facts)


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", "y"), "--address: A mailbox needs its e-mail address."),
        (("add", "y", "--address", "nonsense"), "“nonsense” is no e-mail address"),
        (("add", "orders", "--address", "y@example.org"), "with this name already"),
        (("add", "y", "--address", "orders@example.org"), "leads to another mailbox already"),
        (("add", "y", "--address", "eva@example.com"), "the address of a person"),
        (("add", "y", "--address", "y@example.org", "--queue", "q"), "There is no queue 'q'"),
        (("set", "nobody", "--folder", "x"), "there are: helpdesk, orders."),
        (("set", "orders", "--old-mail", "perhaps"), "since:2026-01-31"),
        (("set", "orders", "--old-mail", "since:yesterday"), "'yesterday' is no day"),
        (("set", "orders", "--old-mail", "since"), "since:2026-01-31"),
        (
            (
                *("set", "orders", "--host", "imap.example.org", "--username", "orders"),
                "--password",
                "-",
                "--after-keeping",
                "move",
            ),
            "Write the folder that mail is moved to",
        ),
        (("test", "nobody"), "there are: helpdesk, orders."),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    helpdesk: Command, world: World, arguments: tuple[str, ...], words: str
) -> None:
    before = helpdesk("mailbox", "list", "--json").lines

    said = helpdesk("mailbox", *arguments)

    assert said.code == 1
    assert words in said.err
    assert helpdesk("mailbox", "list", "--json").lines == before


@pytest.mark.one_database
def test_a_connection_is_tried_step_by_step(
    helpdesk: Command, world: World, dovecot: Dovecot
) -> None:
    user = dovecot.new_user()
    helpdesk(
        *("mailbox", "add", "real", "--address", user, "--username", user, "--password", "-"),
        *("--host", "127.0.0.1", "--port", str(dovecot.imap), "--security", "none"),
        stdin=f"{PASSWORD}\n".encode(),
    )

    said = helpdesk("mailbox", "test", "real")
    assert said.code == 0, said.out
    assert "ok   Sign in: The server knows " + user in said.out
    assert "ok   Count the mail: It holds 0 mails" in said.out

    helpdesk("mailbox", "set", "real", "--password", "wrong")
    said = helpdesk("mailbox", "test", "real")
    assert said.code == 1
    assert "FAIL Sign in: " in said.out
    assert "Count" not in said.out

    helpdesk("mailbox", "set", "real", "--port", str(free_port()))
    said = helpdesk("mailbox", "test", "real")
    assert (said.code, "FAIL Connect: " in said.out) == (1, True)
    assert helpdesk("mailbox", "test", "orders").code == 0


def test_whom_a_mailbox_believes_is_set_and_taken_back(helpdesk: Command, world: World) -> None:
    told = ("--believe", "MX.example.org", "--believe", "mx.google.com")
    helpdesk("mailbox", "set", "helpdesk", *told, "--spam-header", "X-Spam-Flag: YES")
    assert kept("helpdesk").authserv_ids == ["mx.example.org", "mx.google.com"]
    assert kept("helpdesk").spam_header == "X-Spam-Flag: YES"
    helpdesk("mailbox", "set", "helpdesk", "--address", "helpdesk@example.org")
    assert kept("helpdesk").authserv_ids == ["mx.example.org", "mx.google.com"]
    wrong = helpdesk("mailbox", "set", "helpdesk", "--spam-header", "nonsense")
    assert wrong.code != 0
    assert "X-Spam-Flag: YES" in wrong.err
    helpdesk("mailbox", "set", "helpdesk", "--believe", "", "--spam-header", "")
    assert (kept("helpdesk").authserv_ids, kept("helpdesk").spam_header) == ([], "")
