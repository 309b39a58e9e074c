from __future__ import annotations

import pytest

from tests.cli.conftest import Command

INIT = (
    *("init", "--name", "IT helpdesk", "--address", "Help@example.org"),
    *("--admin", "ada@example.org", "--admin-name", "Ada Admin"),
)


def test_init_sets_up_everything_that_a_mail_needs(fresh: Command) -> None:
    said = fresh(*INIT)

    assert said.code == 0, said.err
    assert "Mail to help@example.org becomes tickets." in said.out
    password = said.out.split("Password: ")[1].split()[0]
    assert len(password) >= 12
    (mailbox,) = fresh("mailbox", "list", "--json").lines
    assert (mailbox["name"], mailbox["address"]) == ("helpdesk", "help@example.org")
    assert (mailbox["process"], mailbox["queue"], mailbox["kind"]) == (
        "incident",
        "incidents",
        "door",
    )
    (admin,) = fresh("person", "list", "--json").lines
    assert admin["address"] == "ada@example.org"
    assert "administrator" in admin["roles"]
    assert fresh("ticket", "list", "--json").out == ""


def test_init_refuses_to_run_twice(fresh: Command) -> None:
    fresh(*INIT)

    said = fresh(
        "init", "--name", "Other", "--address", "o@example.org", "--admin", "b@example.org"
    )

    assert (said.code, said.out) == (1, "")
    assert said.err == "This helpdesk is set up already; nothing was changed.\n"
    assert len(fresh("mailbox", "list", "--json").lines) == 1
    assert len(fresh("person", "list", "--json").lines) == 1


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("address", "admin", "words"),
    [
        ("nonsense", "ada@example.org", "“nonsense” is no e-mail address"),
        ("help@example.org", "ada at example", "“ada at example” is no e-mail address"),
        ("help@example.org", "help@example.org", "an address other than the helpdesk's"),
    ],
)
def test_init_refuses_addresses_that_cannot_work(
    fresh: Command, address: str, admin: str, words: str
) -> None:
    said = fresh("init", "--name", "IT", "--address", address, "--admin", admin)

    assert said.code == 1
    assert words in said.err
    assert fresh("mailbox", "list").code == 75, "nothing is set up"


@pytest.mark.one_database
def test_a_password_that_is_too_short_changes_nothing(fresh: Command) -> None:
    said = fresh(*INIT, "--password", "short")

    assert said.code == 1
    assert "at least 10 characters" in said.err
    assert fresh(*INIT, "--password", "long enough now").code == 0


@pytest.mark.one_database
def test_what_is_not_given_is_asked_for(fresh: Command) -> None:
    said = fresh("init", stdin=b"IT\nhelp@example.org\nada@example.org\n")

    assert said.code == 0, said.err
    assert "Its e-mail address" in said.out
    assert "IT is set up." in said.out


def test_upgrade_brings_an_empty_database_to_the_newest_version(fresh: Command) -> None:
    current = fresh("db", "current")
    assert current.out.startswith("database: empty, software: ")
    newest = current.out.split()[-1]

    assert fresh("db", "upgrade").out == f"The database went from empty to {newest}.\n"
    assert fresh("db", "upgrade").out == f"The database is up to date ({newest}).\n"
    assert fresh("db", "current").out == f"database: {newest}, software: {newest}\n"


@pytest.mark.parametrize(
    "arguments",
    [("ticket", "list"), ("mail", "log"), ("mailbox", "list"), ("person", "list")],
)
def test_a_database_that_is_not_set_up_is_told_in_a_sentence(
    fresh: Command, arguments: tuple[str, ...]
) -> None:
    said = fresh(*arguments)

    assert said.code == 75
    assert said.err.startswith("The database is not set up (")
    assert said.err.endswith("Run `helpdesk init` or `helpdesk db upgrade`.\n")
    assert said.err.count("\n") == 1


@pytest.mark.one_database
def test_the_helpdesk_does_not_start_on_a_database_of_another_version(fresh: Command) -> None:
    said = fresh("run", HELPDESK_HTTP_LISTEN="unix:/tmp/no-such-door", HELPDESK_SMTP_LISTEN="off")

    assert said.code == 1
    assert "`helpdesk db upgrade`" in said.err


@pytest.mark.one_database
def test_a_database_that_is_away_is_told_in_a_sentence(command: Command) -> None:
    said = command(
        "ticket", "list", HELPDESK_DATABASE_URL="postgresql://nobody:hush@127.0.0.1:1/nothing"
    )

    assert said.code == 75
    assert said.err.startswith("The database cannot be reached: ")
    assert "HELPDESK_DATABASE_URL" in said.err
    assert "hush" not in said.err


@pytest.mark.one_database
def test_malformed_settings_stop_every_command_by_name(command: Command) -> None:
    for arguments in (("db", "upgrade"), ("run",), ("mail", "ingest"), ("check",)):
        said = command(*arguments, HELPDESK_SMTP_PORT="many", HELPDESK_HTTP_LISTEN="8000")
        assert said.code == 78
        assert "HELPDESK_SMTP_PORT: 'many' is no whole number" in said.err
        assert "HELPDESK_HTTP_LISTEN: '8000' is no host:port" in said.err


@pytest.mark.one_database
def test_an_unknown_setting_is_told_with_the_closest_known_one(helpdesk: Command) -> None:
    said = helpdesk.process("db", "current", HELPDESK_SMPT_HOST="mail.example.org")

    assert said.code == 0
    assert "HELPDESK_SMPT_HOST is no setting" in said.err
    assert "did you mean HELPDESK_SMTP_HOST?" in said.err
