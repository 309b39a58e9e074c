from __future__ import annotations

import pytest

from tests.cli.conftest import Command
from tests.peers.clamd import running_clamd
from tests.peers.dovecot import PASSWORD, Dovecot
from tests.peers.postgresql import free_port
from tests.peers.rspamd import running_rspamd
from tests.peers.smtp import smtp_sink
from tests.world import World

pytestmark = pytest.mark.one_database


def test_everything_that_is_configured_answers(
    helpdesk: Command, world: World, dovecot: Dovecot
) -> None:
    user = dovecot.new_user()
    helpdesk(
        *("mailbox", "add", "real", "--address", user, "--username", user, "--password", "-"),
        *("--host", "127.0.0.1", "--port", str(dovecot.imap), "--security", "none"),
        stdin=f"{PASSWORD}\n".encode(),
    )
    with smtp_sink() as sink:
        said = helpdesk(
            "check",
            HELPDESK_SMTP_HOST="127.0.0.1",
            HELPDESK_SMTP_PORT=str(sink.port),
            HELPDESK_SMTP_SECURITY="none",
        )

    assert said.code == 0, said.out
    assert "FAIL" not in said.out
    assert "ok   administrators: admin@example.org" in said.out
    assert (
        "ok   mailbox helpdesk: helpdesk@example.org, handed in by SMTP, LMTP or pipe" in said.out
    )
    assert "ok   mailbox real, Count the mail: It holds 0 mails" in said.out
    assert "ok   outgoing mail, Connect: " in said.out
    assert "ok   worker: none is at work; start `helpdesk run`" in said.out
    assert said.out.endswith("Everything answers.\n")


@pytest.mark.one_database
def test_each_fault_is_named_and_the_rest_is_still_tried(helpdesk: Command, world: World) -> None:
    helpdesk(
        *("mailbox", "add", "gone", "--address", "g@example.org", "--username", "g"),
        *("--host", "127.0.0.1", "--port", str(free_port())),
    )
    said = helpdesk("check", HELPDESK_SMTP_HOST="127.0.0.1", HELPDESK_SMTP_PORT=str(free_port()))

    assert said.code == 1
    assert "FAIL mailbox gone, Connect: " in said.out
    assert "FAIL outgoing mail, Connect: " in said.out
    assert "ok   administrators" in said.out
    assert said.out.endswith("Something is wrong; see FAIL above.\n")


@pytest.mark.one_database
def test_old_mail_that_waits_for_a_decision_is_told(helpdesk: Command, world: World) -> None:
    from helpdesk.core.db import unit_of_work

    with unit_of_work():
        world.orders.first_count = 12
        world.orders.kind = "imap"
    said = helpdesk("check")

    assert "FAIL mailbox orders: holds 12 old mails; say what to do with them:" in said.out
    assert "`helpdesk mailbox set orders --old-mail now|since:DAY|everything`" in said.out


@pytest.mark.one_database
def test_captured_mail_is_no_fault(helpdesk: Command, world: World) -> None:
    said = helpdesk("check")

    assert said.code == 0
    assert "ok   outgoing mail: It is captured: HELPDESK_SMTP_HOST is empty." in said.out


def test_a_database_that_is_not_set_up_is_a_fault(fresh: Command) -> None:
    said = fresh("check")

    assert said.code == 1
    assert "is at nothing, the software wants" in said.out
    assert "run `helpdesk db upgrade`" in said.out


@pytest.mark.one_database
def test_a_database_that_is_away_is_a_fault(command: Command) -> None:
    said = command("check", HELPDESK_DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")

    assert said.code == 1
    assert "FAIL database (postgresql): The database cannot be reached: " in said.out
    assert "ok   pages: " in said.out


def test_a_scanner_and_a_filter_that_do_not_answer_are_told(
    helpdesk: Command, world: World
) -> None:
    port = free_port()
    said = helpdesk(
        "check", HELPDESK_CLAMD=f"127.0.0.1:{port}", HELPDESK_RSPAMD_URL=f"http://127.0.0.1:{port}"
    )
    assert said.code == 1
    assert f"FAIL virus scanner at 127.0.0.1:{port}: Connection refused" in said.out
    assert f"FAIL spam filter at http://127.0.0.1:{port}: Connection refused" in said.out


def test_a_scanner_and_a_filter_that_answer_are_told(helpdesk: Command, world: World) -> None:
    with running_clamd() as scanner, running_rspamd() as spam_filter:
        said = helpdesk(
            "check", HELPDESK_CLAMD=str(scanner.place), HELPDESK_RSPAMD_URL=spam_filter.url
        )
    assert f"ok   virus scanner at {scanner.place}: answers" in said.out
    assert f"ok   spam filter at {spam_filter.url}: answers" in said.out
