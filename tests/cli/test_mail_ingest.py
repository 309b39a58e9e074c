from __future__ import annotations

import os

import pytest

from tests.cli.conftest import Command
from tests.mail.mailboxes import letter
from tests.world import World


def test_a_mail_server_hands_mail_over_by_a_pipe(helpdesk: Command, world: World) -> None:
    said = helpdesk.process("mail", "ingest", "--mailbox", "orders", stdin=letter("piped"))

    assert (said.code, said.out, said.err) == (0, "1 kept, 0 known already.\n", "")
    (kept,) = helpdesk("mail", "log", "--json").lines
    assert (kept["mailbox"], kept["door"], kept["state"]) == ("orders", "pipe", "waiting")
    assert kept["message_id"] == "letter-piped@example.com"


def test_what_is_wrong_has_a_code_of_sysexits(
    helpdesk: Command, world: World, command: Command
) -> None:
    mail = command.folder / "mail.eml"
    mail.write_bytes(letter())
    (command.folder / "empty").mkdir()

    assert helpdesk("mail", "ingest", stdin=b"").code == os.EX_DATAERR
    assert helpdesk("mail", "ingest", "empty").code == os.EX_DATAERR
    assert helpdesk("mail", "ingest", "missing.eml").code == os.EX_NOINPUT
    assert helpdesk("mail", "ingest", "--mailbox", "nobody", "mail.eml").code == os.EX_NOUSER
    assert helpdesk("mail", "log", "--json").out == ""
    assert helpdesk("mail", "ingest", "mail.eml").code == os.EX_OK
    again = helpdesk("mail", "ingest", "mail.eml")
    assert (again.code, again.out) == (0, "0 kept, 1 known already.\n")


@pytest.mark.one_database
def test_a_mail_server_keeps_the_mail_whatever_is_wrong_with_us(
    command: Command, helpdesk: Command, world: World
) -> None:
    away = {"HELPDESK_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"}
    said = helpdesk.process("mail", "ingest", stdin=letter(), **away)
    assert said.code == os.EX_TEMPFAIL
    assert said.err.startswith("Mail cannot be kept just now: ")
    assert said.err.count("\n") == 1

    empty = {"HELPDESK_DATABASE_URL": f"sqlite:///{command.folder / 'empty.sqlite3'}"}
    assert helpdesk("mail", "ingest", stdin=letter(), **empty).code == os.EX_TEMPFAIL

    (command.folder / "elsewhere").mkdir()
    (command.folder / "elsewhere" / "files").write_text("a file where the folder should be")
    no_room = {"HELPDESK_DATA_DIR": str(command.folder / "elsewhere")}
    assert helpdesk("mail", "ingest", stdin=letter(), **no_room).code == os.EX_TEMPFAIL
