from __future__ import annotations

import logging
import os
import stat
import subprocess
import sys
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
from sqlalchemy import make_url

from helpdesk.core.config import KEY_FILE, ConfigurationError, Settings, load_settings
from helpdesk.core.listening import HostPort, UnixSocket

pytestmark = pytest.mark.one_database

KEY = "k" * 40


def settings_from(data_dir: Path, **variables: str) -> Settings:
    environ = {"HELPDESK_DATA_DIR": str(data_dir)}
    environ |= {f"HELPDESK_{name}": value for name, value in variables.items()}
    return load_settings(environ, None)


def faults_from(data_dir: Path, **variables: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        settings_from(data_dir, **variables)
    return caught.value.faults


def test_nothing_set_gives_a_helpdesk_on_this_machine_alone(tmp_path: Path) -> None:
    settings = settings_from(tmp_path)

    assert settings.http_listen == HostPort("127.0.0.1", 8000)
    assert settings.smtp_listen == HostPort("127.0.0.1", 2525)
    assert settings.lmtp_listen is None
    assert settings.base_url == "http://127.0.0.1:8000"
    assert settings.database_url.get_secret_value() == f"sqlite:///{tmp_path}/helpdesk.sqlite3"
    assert settings.smtp_host == ""
    assert settings.smtp_port == 587
    assert settings.time_zone.key == "Europe/Stockholm"


def test_settings_never_change(tmp_path: Path) -> None:
    settings = settings_from(tmp_path)

    with pytest.raises(FrozenInstanceError):
        settings.link_days = 1  # type: ignore[misc]


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text(
        'HELPDESK_LINK_DAYS=3\nHELPDESK_REOPEN_DAYS="4"\nHELPDESK_SMTP_PASSWORD=a$b#c\nOTHER=1\n'
    )

    settings = load_settings(
        {"HELPDESK_DATA_DIR": str(tmp_path), "HELPDESK_LINK_DAYS": "5"}, env_file
    )

    assert (settings.link_days, settings.reopen_days) == (5, 4)
    assert settings.smtp_password.get_secret_value() == "a$b#c"


def test_a_settings_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_bytes(b"HELPDESK_LINK_DAYS=\xff\xfe")

    with pytest.raises(ConfigurationError, match=r"\.env: the settings cannot be read"):
        load_settings({"HELPDESK_DATA_DIR": str(tmp_path)}, env_file)


def test_an_empty_value_is_one_that_is_not_set(tmp_path: Path) -> None:
    assert settings_from(tmp_path, SMTP_LISTEN="  ").smtp_listen == HostPort("127.0.0.1", 2525)


def test_every_fault_is_told_at_once_by_the_name_of_its_variable(tmp_path: Path) -> None:
    faults = faults_from(
        tmp_path, HTTP_LISTEN="abc", WEB_THREADS="many", LOG_FORMAT="xml", TIME_ZONE="Mars/Base"
    )

    assert sorted(faults) == [
        "HELPDESK_HTTP_LISTEN: 'abc' is no host:port; write it like 127.0.0.1:8000",
        "HELPDESK_LOG_FORMAT: 'xml' is not one of text, json",
        "HELPDESK_TIME_ZONE: 'Mars/Base' is no time zone; write it like Europe/Stockholm",
        "HELPDESK_WEB_THREADS: 'many' is no whole number",
    ]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("WEB_PROCESSES", "0", "0 is outside 1 to 64"),
        ("HTTP_LISTEN", "127.0.0.1:70000", "'70000' in '127.0.0.1:70000' is no port"),
        ("HTTP_LISTEN", "127.0.0.1:²", "is no port"),
        ("HTTP_LISTEN", "::1:8000", "is no host:port"),
        ("HTTP_LISTEN", "off", "is no host:port"),
        ("SMTP_LISTEN", "unix:door", "needs a whole path"),
        ("LMTP_LISTEN", "on", "write it like 127.0.0.1:8000, or off"),
        ("BASE_URL", "help.example.com", "is no web address"),
        ("BASE_URL", "https://help.example.com:x/", "is no web address"),
        ("BASE_URL", "https://[", "is no web address"),
        ("DATABASE_URL", "mysql://localhost/helpdesk", "'mysql' is not known here"),
        ("DATABASE_URL", "sqlite://", "a database in memory"),
        ("DATABASE_URL", "helpdesk.db", "this is no database address"),
        ("DATABASE_URL", "postgresql://u:p@host:port/x", "this is no database address"),
        ("SECRET_KEY", "too short", "9 characters are too few, 32 are needed; make one with"),
        ("LOG_LEVEL", "LOUD", "'LOUD' is not one of DEBUG"),
        ("DEFAULT_LANGUAGE", "de", "'de' is not one of en, sv"),
        ("SMTP_SECURITY", "ssl", "'ssl' is not one of starttls, tls, none"),
        ("TIME_ZONE", "../etc/passwd", "is no time zone"),
        ("TIME_ZONE", "Europe", "is no time zone"),
    ],
)
def test_a_malformed_value_is_refused_with_a_sentence(
    tmp_path: Path, name: str, value: str, words: str
) -> None:
    (fault,) = faults_from(tmp_path, **{name: value})

    assert fault.startswith(f"HELPDESK_{name}: ")
    assert words in fault


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "hunter2"),
        ("DATABASE_URL", "postgresql://u:hunter2@host:port/x"),
        ("DATABASE_URL", "mysql://u:hunter2@host/x"),
    ],
)
def test_a_fault_never_repeats_a_secret(tmp_path: Path, name: str, value: str) -> None:
    assert "hunter2" not in "\n".join(faults_from(tmp_path, **{name: value}))


def test_settings_can_be_printed_without_telling_a_secret(tmp_path: Path) -> None:
    settings = settings_from(
        tmp_path,
        SECRET_KEY="hunter2" * 6,
        DATABASE_URL="postgresql://u:hunter2@db.example.com/x",
        SMTP_PASSWORD="hunter2",
    )

    assert "hunter2" not in f"{settings!r} {settings}"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_way_to_write_postgresql_gets_the_driver_that_is_here(
    tmp_path: Path, scheme: str
) -> None:
    settings = settings_from(tmp_path, DATABASE_URL=f"{scheme}://u:p%40ss@db.example.com/desk")

    url = make_url(settings.database_url.get_secret_value())
    assert (url.drivername, url.password, url.database) == ("postgresql+psycopg", "p@ss", "desk")


def test_a_relative_database_file_lies_where_the_program_was_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    settings = settings_from(tmp_path, DATABASE_URL="sqlite:///x.db")

    assert settings.database_url.get_secret_value() == f"sqlite:///{tmp_path}/x.db"


@pytest.mark.parametrize(
    ("listen", "address"),
    [
        ("127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("0.0.0.0:8001", "http://127.0.0.1:8001"),
        ("[::1]:8001", "http://[::1]:8001"),
        ("unix:/run/helpdesk/web", "http://localhost"),
    ],
)
def test_the_address_in_mails_follows_the_door_until_it_is_set(
    tmp_path: Path, listen: str, address: str
) -> None:
    assert settings_from(tmp_path, HTTP_LISTEN=listen).base_url == address
    own = settings_from(tmp_path, HTTP_LISTEN=listen, BASE_URL="https://help.example.com/it/")
    assert own.base_url == "https://help.example.com/it"


def test_doors_can_be_sockets_or_shut(tmp_path: Path) -> None:
    settings = settings_from(tmp_path, LMTP_LISTEN="unix:/run/helpdesk/lmtp", SMTP_LISTEN="Off")

    assert settings.lmtp_listen == UnixSocket(Path("/run/helpdesk/lmtp"))
    assert settings.smtp_listen is None


@pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("TLS", 465), ("none", 25)])
def test_the_port_for_sending_follows_the_protection(
    tmp_path: Path, security: str, port: int
) -> None:
    assert settings_from(tmp_path, SMTP_SECURITY=security).smtp_port == port
    assert settings_from(tmp_path, SMTP_SECURITY=security, SMTP_PORT="2500").smtp_port == 2500


def test_a_user_name_for_sending_needs_its_password(tmp_path: Path) -> None:
    assert faults_from(tmp_path, SMTP_HOST="mail.example.com", SMTP_USERNAME="desk") == [
        "HELPDESK_SMTP_PASSWORD: it is missing; HELPDESK_SMTP_USERNAME needs it"
    ]


def test_a_sign_in_by_name_takes_the_place_of_the_password(tmp_path: Path) -> None:
    given = {"SMTP_HOST": "mail.example.com", "SMTP_USERNAME": "desk", "SMTP_GRANT": "Mail"}
    assert settings_from(tmp_path, **given).smtp_grant == "Mail"
    assert faults_from(tmp_path, SMTP_HOST="mail.example.com", SMTP_GRANT="Mail") == [
        "HELPDESK_SMTP_USERNAME: it is missing; HELPDESK_SMTP_GRANT needs it"
    ]
    assert faults_from(tmp_path, **given, SMTP_PASSWORD="x") == [
        "HELPDESK_SMTP_GRANT: HELPDESK_SMTP_PASSWORD is set as well; take one of them away"
    ]


def test_a_password_is_not_sent_readable_over_the_network(tmp_path: Path) -> None:
    login = {"SMTP_USERNAME": "desk", "SMTP_PASSWORD": "x", "SMTP_SECURITY": "none"}

    (fault,) = faults_from(tmp_path, SMTP_HOST="mail.example.com", **login)

    assert fault.startswith("HELPDESK_SMTP_SECURITY: 'none' would send the password readable")
    assert settings_from(tmp_path, SMTP_HOST="localhost", **login).smtp_security == "none"


def test_an_unknown_name_is_told_with_the_closest_known_one(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        settings_from(tmp_path, HTTP_LISTN="127.0.0.1:1", FROBNICATE="1")

    assert caplog.messages == [
        "HELPDESK_FROBNICATE is no setting and is not used",
        "HELPDESK_HTTP_LISTN is no setting and is not used; did you mean HELPDESK_HTTP_LISTEN?",
    ]


def test_a_key_is_made_once_and_kept_for_its_owner_alone(tmp_path: Path) -> None:
    data_dir = tmp_path / "deep" / "var"

    first = settings_from(data_dir)
    second = settings_from(data_dir)

    assert first.secret_key == second.secret_key
    assert len(first.secret_key.get_secret_value()) >= 32
    assert stat.S_IMODE((data_dir / KEY_FILE).stat().st_mode) == 0o600
    assert stat.S_IMODE(data_dir.stat().st_mode) == 0o700
    assert [path.name for path in data_dir.iterdir()] == [KEY_FILE]
    assert settings_from(tmp_path / "other").secret_key != first.secret_key


def test_a_key_that_is_given_is_not_kept(tmp_path: Path) -> None:
    assert settings_from(tmp_path, SECRET_KEY=KEY).secret_key.get_secret_value() == KEY
    assert list(tmp_path.iterdir()) == []


def test_processes_that_start_together_agree_on_the_key(tmp_path: Path) -> None:
    program = (
        "from helpdesk.core.config import load_settings as load;"
        "print(load(env_file=None).secret_key.get_secret_value())"
    )
    environ = {**os.environ, "HELPDESK_DATA_DIR": str(tmp_path / "new")}
    running = [
        subprocess.Popen([sys.executable, "-c", program], env=environ, stdout=subprocess.PIPE)
        for _ in range(6)
    ]

    keys = {process.communicate(timeout=60)[0] for process in running}

    assert len(keys) == 1
    assert len(keys.pop()) > 32


def test_a_kept_key_that_was_cut_short_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).write_text("short\n")

    (fault,) = faults_from(tmp_path)

    assert fault.startswith("HELPDESK_SECRET_KEY: 5 characters are too few")


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    (fault,) = faults_from(tmp_path / "file" / "var")

    assert fault == (
        f"HELPDESK_DATA_DIR: '{tmp_path}/file/var' cannot be used (Not a directory); "
        "name a folder that this user may write"
    )
