"""The settings: read once from `HELPDESK_*` variables and `.env`, checked, and never changed."""

from __future__ import annotations

import difflib
import logging
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

from dotenv import dotenv_values
from pydantic import SecretStr

from helpdesk.core import setting_values as read
from helpdesk.core.errors import HelpdeskError
from helpdesk.core.listening import HostPort, Listen

# sysexits.h: something was found in an unconfigured or misconfigured state.
EXIT_CONFIGURATION = os.EX_CONFIG

PREFIX = "HELPDESK_"
KEY_FILE = "secret-key"

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_USUAL_PORTS = {"starttls": "587", "tls": "465", "none": "25"}

log = logging.getLogger(__name__)

T = TypeVar("T")


class ConfigurationError(HelpdeskError):
    """The settings do not hold; `faults` has one sentence each, which starts with its variable."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def _setting(read: Callable[[str], T], default: str | None) -> T:
    """A field with its reader, and its default written as one would write it in the environment.

    None stands for a default that `_complete` works out from other settings.
    """
    return cast(T, field(metadata={"read": read, "default": default}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What can be set, each explained in `.env.example`; a field is its variable in lower case.

    Only `load_settings` makes one.
    """

    # Secret, because a PostgreSQL address has a password in it.
    database_url: SecretStr = _setting(read.database, None)
    data_dir: Path = _setting(read.folder, "var")
    secret_key: SecretStr = _setting(read.secret_key, None)

    http_listen: Listen = _setting(read.door, "127.0.0.1:8000")
    smtp_listen: Listen | None = _setting(read.door_or_off, "127.0.0.1:2525")
    lmtp_listen: Listen | None = _setting(read.door_or_off, "off")
    base_url: str = _setting(read.base_url, None)
    trusted_proxies: int = _setting(read.within(0, 10), "0")
    web_processes: int = _setting(read.within(1, 64), "2")
    web_threads: int = _setting(read.within(1, 64), "4")

    smtp_host: str = _setting(str, "")
    smtp_port: int = _setting(read.within(1, 65535), None)
    smtp_username: str = _setting(str, "")
    smtp_password: SecretStr = _setting(SecretStr, "")
    # The name of a sign-in by OAuth 2, instead of a password.
    smtp_grant: str = _setting(str, "")
    # "starttls", "tls" or "none".
    smtp_security: str = _setting(read.one_of("starttls", "tls", "none"), "starttls")

    max_mail_mb: int = _setting(read.within(1, 500), "50")
    max_upload_mb: int = _setting(read.within(1, 500), "25")

    reopen_days: int = _setting(read.within(0, 3650), "14")
    close_after_days: int = _setting(read.within(1, 3650), "7")
    link_days: int = _setting(read.within(1, 3650), "30")
    acknowledge_cap_per_hour: int = _setting(read.within(0, 1000), "5")
    acknowledge_max_age_hours: int = _setting(read.within(1, 8760), "72")

    acknowledge_strangers_per_hour: int = _setting(read.within(1, 1_000_000), "5000")

    # Others who look at mail; without them nothing is asked.
    rspamd_url: str = _setting(read.web_address, "")
    rspamd_password: SecretStr = _setting(SecretStr, "")
    clamd: Listen | None = _setting(read.door_or_off, "off")

    # Signing in by OpenID Connect; without an issuer it is not offered.
    oidc_issuer: str = _setting(read.issuer, "")
    oidc_client_id: str = _setting(str, "")
    oidc_client_secret: SecretStr = _setting(SecretStr, "")
    oidc_label: str = _setting(str, "")
    oidc_address_claim: str = _setting(str, "email")
    oidc_trusts_addresses: bool = _setting(read.yes_or_no, "no")
    oidc_introduces: bool = _setting(read.yes_or_no, "no")
    oidc_groups_claim: str = _setting(str, "groups")
    oidc_agent_group: str = _setting(str, "")

    default_language: str = _setting(read.one_of("en", "sv"), "en")
    time_zone: ZoneInfo = _setting(read.time_zone, "Europe/Stockholm")
    # "text" or "json".
    log_format: str = _setting(read.one_of("text", "json"), "text")
    # A name that the logging module knows, in capitals.
    log_level: str = _setting(read.log_level, "INFO")


FIELDS = tuple(field.name for field in fields(Settings))


def variable(name: str) -> str:
    """The variable that sets a field: `http_listen` gives `HELPDESK_HTTP_LISTEN`."""
    return PREFIX + name.upper()


def load_settings(
    environ: Mapping[str, str] | None = None, env_file: Path | None = Path(".env")
) -> Settings:
    """Read, check and complete the settings; ConfigurationError names every fault at once.

    `environ` (the process's own when None) wins over `env_file`; an empty value means "not set".
    Makes the data folder, and keeps a new secret key in it when none is given.
    """
    given = _given(os.environ if environ is None else environ, env_file)
    _warn_of_unknown_names(given)
    texts = {name: given[variable(name)] for name in FIELDS if variable(name) in given}
    faults = _complete(texts)
    values: dict[str, Any] = {}
    for setting in fields(Settings):
        text = texts.get(setting.name, setting.metadata["default"])
        if text is None:
            # Its fault is already known: it is the reason why there is no text.
            continue
        try:
            values[setting.name] = setting.metadata["read"](text)
        except ValueError as error:
            faults.append(f"{variable(setting.name)}: {error}")
    if not faults:
        faults = _faults_between(settings := Settings(**values))
    if faults:
        raise ConfigurationError(faults)
    return settings


def _complete(texts: dict[str, str]) -> list[str]:
    """Fill in what follows from other settings; returns the faults that were met on the way."""
    texts.setdefault("base_url", _own_address(texts.get("http_listen")))
    texts.setdefault("smtp_port", _USUAL_PORTS.get(texts.get("smtp_security", "").lower(), "587"))
    data_dir = read.folder(texts.get("data_dir", "var"))
    texts.setdefault("database_url", f"sqlite:///{data_dir / 'helpdesk.sqlite3'}")
    try:
        # The folder holds people's mail, so nobody else on the machine may look into a new one.
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        if "secret_key" not in texts:
            texts["secret_key"] = _kept_key(data_dir / KEY_FILE)
    except OSError as error:
        return [
            f"{variable('data_dir')}: '{data_dir}' cannot be used ({error.strerror}); "
            "name a folder that this user may write"
        ]
    return []


def _given(environ: Mapping[str, str], env_file: Path | None) -> dict[str, str]:
    try:
        from_file = dotenv_values(env_file, interpolate=False) if env_file is not None else {}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError([f"{env_file}: the settings cannot be read ({error})"]) from None
    both = {**from_file, **environ}
    return {
        name: value.strip()
        for name, value in both.items()
        if name.startswith(PREFIX) and value is not None and value.strip()
    }


def _warn_of_unknown_names(given: Mapping[str, str]) -> None:
    known = [name.upper() for name in FIELDS]
    for name in sorted(given):
        short = name.removeprefix(PREFIX)
        if short in known:
            continue
        closest = difflib.get_close_matches(short, known, n=1)
        hint = f"; did you mean {PREFIX}{closest[0]}?" if closest else ""
        log.warning("%s is no setting and is not used%s", name, hint)


def _kept_key(path: Path) -> str:
    """The key of this installation, made on first use with mode 0600.

    Web and worker may start at the same moment: the key is written beside its place and linked
    into it, so that exactly one of them decides and nobody ever reads half a key.
    """
    if not path.exists():
        beside = path.with_name(f".{KEY_FILE}-{secrets.token_hex(8)}")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(48) + "\n")
                file.flush()
                os.fsync(file.fileno())
            os.link(beside, path)
        except FileExistsError:
            pass
        finally:
            beside.unlink()
    return path.read_text(encoding="ascii", errors="replace").strip()


def _own_address(http_listen: str | None) -> str:
    """What the browser on this machine opens when nobody has said what others open."""
    try:
        place = read.door(http_listen or "127.0.0.1:8000")
    except ValueError:
        # The fault is told with the setting that has it.
        return "http://127.0.0.1:8000"
    if not isinstance(place, HostPort):
        return "http://localhost"
    host = "127.0.0.1" if place.host in ("0.0.0.0", "::") else place.host
    return f"http://{HostPort(host, place.port)}"


def _faults_between(settings: Settings) -> list[str]:
    faults = []
    has_password = bool(settings.smtp_password.get_secret_value())
    if settings.smtp_grant and not settings.smtp_username:
        faults.append(
            f"{variable('smtp_username')}: it is missing; {variable('smtp_grant')} needs it"
        )
    if settings.smtp_grant and has_password:
        faults.append(
            f"{variable('smtp_grant')}: {variable('smtp_password')} is set as well; "
            "take one of them away"
        )
    if settings.smtp_username and not has_password and not settings.smtp_grant:
        faults.append(
            f"{variable('smtp_password')}: it is missing; {variable('smtp_username')} needs it"
        )
    in_the_clear = settings.smtp_security == "none" and settings.smtp_host not in _LOOPBACK
    if settings.smtp_username and settings.smtp_host and in_the_clear:
        faults.append(
            f"{variable('smtp_security')}: 'none' would send the password readable over the "
            "network; use starttls or tls"
        )
    if settings.oidc_issuer and not settings.oidc_client_id:
        faults.append(
            f"{variable('oidc_client_id')}: it is missing; {variable('oidc_issuer')} needs it"
        )
    return faults
