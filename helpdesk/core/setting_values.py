"""How the text of one setting becomes a value; each reader refuses with a sentence."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import SecretStr
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from helpdesk.core.listening import Listen, parse_listen

# Long enough that nobody guesses it: 32 characters of base64 are 192 bits.
SHORTEST_KEY = 32
_MAKE_A_KEY = "make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"


def within(lowest: int, highest: int) -> Callable[[str], int]:
    """A reader of whole numbers from `lowest` to `highest`, both allowed."""

    def whole_number(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            raise ValueError(f"'{text}' is no whole number") from None
        if not lowest <= number <= highest:
            raise ValueError(f"{number} is outside {lowest} to {highest}")
        return number

    return whole_number


def one_of(*choices: str) -> Callable[[str], str]:
    """A reader of one of a few words, in any case; it gives lower case."""

    def word(text: str) -> str:
        if text.lower() not in choices:
            raise ValueError(f"'{text}' is not one of {', '.join(choices)}")
        return text.lower()

    return word


def yes_or_no(text: str) -> bool:
    """A reader of the words yes and no, in any case."""
    return one_of("yes", "no")(text) == "yes"


def folder(text: str) -> Path:
    """A folder as a whole path; a relative one starts where the program was started."""
    return Path(text).expanduser().absolute()


def door(text: str) -> Listen:
    """A place to listen: host:port or unix:/path."""
    return parse_listen(text)


def door_or_off(text: str) -> Listen | None:
    """A place to listen, or None for the word off."""
    if text.lower() == "off":
        return None
    try:
        return parse_listen(text)
    except ValueError as error:
        raise ValueError(f"{error}, or off") from None


def database(text: str) -> SecretStr:
    """The database with its driver: SQLite paths become whole, PostgreSQL gets psycopg."""
    # Some hosts hand out the short name, which SQLAlchemy no longer knows.
    if text.startswith("postgres://"):
        text = "postgresql://" + text.removeprefix("postgres://")
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        # The text is not repeated: it may hold a password.
        raise ValueError(
            "this is no database address; write it like sqlite:////srv/helpdesk/helpdesk.sqlite3 "
            "or postgresql://user:password@host/name"
        ) from None
    if url.drivername in ("postgresql", "postgresql+psycopg"):
        return _in_full(url.set(drivername="postgresql+psycopg"))
    if url.drivername not in ("sqlite", "sqlite+pysqlite"):
        raise ValueError(f"'{url.drivername}' is not known here; use sqlite or postgresql")
    if not url.database or url.database == ":memory:":
        raise ValueError(
            "a database in memory would be a different one for each process; name a file, "
            "like sqlite:////srv/helpdesk/helpdesk.sqlite3"
        )
    return _in_full(url.set(drivername="sqlite", database=str(Path(url.database).absolute())))


def _in_full(url: URL) -> SecretStr:
    return SecretStr(url.render_as_string(hide_password=False))


def secret_key(text: str) -> SecretStr:
    """The key that signs sessions, links and reply addresses."""
    if len(text) < SHORTEST_KEY:
        raise ValueError(
            f"{len(text)} characters are too few, {SHORTEST_KEY} are needed; {_MAKE_A_KEY}"
        )
    return SecretStr(text)


def base_url(text: str) -> str:
    """The address that people open, without a slash at the end."""
    try:
        parts = urlsplit(text)
        # Reading the port is what finds a wrong one.
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound or parts.query or parts.fragment or parts.username:
        raise ValueError(f"'{text}' is no web address; write it like https://help.example.com")
    return text.rstrip("/")


def web_address(text: str) -> str:
    """An address of a program that we ask, or nothing for nobody."""
    return base_url(text) if text else ""


def issuer(text: str) -> str:
    """Who signs tokens about people, exactly as it names itself; nothing for nobody."""
    if not text:
        return ""
    base_url(text)
    parts = urlsplit(text)
    if parts.scheme != "https" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        raise ValueError(f"'{text}' must begin with https://, or anybody between could sign in")
    return text


def time_zone(text: str) -> ZoneInfo:
    """A zone by its name in the IANA list."""
    try:
        return ZoneInfo(text)
    except (LookupError, ValueError, OSError):
        raise ValueError(f"'{text}' is no time zone; write it like Europe/Stockholm") from None


def log_level(text: str) -> str:
    """A level that the logging module knows, in capitals."""
    level = text.upper()
    if level not in logging.getLevelNamesMapping():
        raise ValueError(f"'{text}' is not one of DEBUG, INFO, WARNING, ERROR, CRITICAL")
    return level
