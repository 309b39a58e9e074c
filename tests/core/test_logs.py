from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from pydantic import SecretStr

from helpdesk.core.logs import MASK, configure_logs


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield io.StringIO()
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_json_has_one_object_a_line_with_time_level_and_words(stream: io.StringIO) -> None:
    configure_logs(log_format="json", level="INFO", stream=stream)

    structlog.get_logger("helpdesk.mail").info("mail kept", mailbox="it", size=12)
    logging.getLogger("library").warning("slow by %d ms", 7)

    ours, theirs = lines(stream)
    assert ours["event"] == "mail kept"
    assert (ours["mailbox"], ours["size"], ours["level"]) == ("it", 12, "info")
    assert str(ours["timestamp"]).endswith("Z")
    assert (theirs["event"], theirs["logger"]) == ("slow by 7 ms", "library")


def test_text_is_one_readable_line_without_colours_in_a_file(stream: io.StringIO) -> None:
    configure_logs(log_format="text", level="INFO", stream=stream)

    structlog.get_logger("helpdesk.mail").info("mail kept", mailbox="it")

    (line,) = stream.getvalue().splitlines()
    assert "mail kept" in line
    assert "mailbox=it" in line
    assert "\x1b" not in line


def test_the_level_holds_for_everybody(stream: io.StringIO) -> None:
    configure_logs(log_format="json", level="WARNING", stream=stream)

    structlog.get_logger("helpdesk").info("quiet")
    logging.getLogger("library").info("quiet")
    structlog.get_logger("helpdesk").error("loud")

    assert [line["event"] for line in lines(stream)] == ["loud"]


def test_configuring_twice_writes_once(stream: io.StringIO) -> None:
    configure_logs(log_format="text", level="INFO", stream=stream)
    configure_logs(log_format="json", level="INFO", stream=stream)

    structlog.get_logger("helpdesk").info("once")

    assert [line["event"] for line in lines(stream)] == ["once"]


@pytest.mark.parametrize("log_format", ["json", "text"])
def test_a_secret_is_never_written(stream: io.StringIO, log_format: str) -> None:
    configure_logs(log_format=log_format, level="INFO", stream=stream)

    structlog.get_logger("helpdesk").info(
        "connecting to imap://desk:hunter2@mail.example.com",
        password="hunter2",
        url=SecretStr("hunter2"),
        nested={"headers": [{"Authorization": "Bearer hunter2"}]},
        database="postgresql+psycopg://u:hunter2@db.example.com/desk",
    )
    logging.getLogger("library").info("login", extra={"api_key": "hunter2"})
    try:
        raise ValueError("no answer from smtp://u:hunter2@mail.example.com")
    except ValueError:
        structlog.get_logger("helpdesk").exception("failed")

    written = stream.getvalue()
    assert "hunter2" not in written
    assert written.count(MASK) >= 6
    assert f"imap://desk:{MASK}@mail.example.com" in written
