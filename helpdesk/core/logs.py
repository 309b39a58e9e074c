"""Logging: readable lines on a terminal, JSON for machines, and never a secret in either."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping
from typing import Any, TextIO

import structlog
from pydantic import SecretStr
from structlog.typing import EventDict, Processor, WrappedLogger

MASK = "••••"

# A field whose name contains one of these is never written, whoever logged it and why.
_SECRET_NAMES = re.compile(
    r"passw|secret|token|authori[sz]ation|cookie|api_?key|credential|signature|otp", re.IGNORECASE
)
# Addresses of databases and servers carry the password between the colon and the at sign.
_PASSWORD_IN_URL = re.compile(
    r"(?P<before>[a-z][a-z0-9+.-]*://[^\s:/@]*:)[^\s@/]+(?=@)", re.IGNORECASE
)


def configure_logs(*, log_format: str, level: str, stream: TextIO | None = None) -> None:
    """Send everything that is logged, ours and the libraries', to `stream` (default: stderr).

    `log_format` is "text" or "json"; `level` is a name that the logging module knows.
    """
    stream = stream or sys.stderr
    before: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        # Machines get all of it; a person reads the seconds.
        structlog.processors.TimeStamper(
            fmt="iso" if log_format == "json" else "%Y-%m-%d %H:%M:%SZ", utc=True
        ),
        structlog.processors.StackInfoRenderer(),
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*before, structlog.stdlib.ExtraAdder()],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            *_renderers(log_format, colours=stream.isatty()),
        ],
    )
    door = logging.StreamHandler(stream)
    door.setFormatter(formatter)
    root = logging.getLogger()
    for old in list(root.handlers):
        if getattr(old, "belongs_to_helpdesk", False):
            root.removeHandler(old)
    door.belongs_to_helpdesk = True  # type: ignore[attr-defined]
    root.addHandler(door)
    root.setLevel(level)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *before,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        # A cached logger would keep the first format after the tests have asked for another.
        cache_logger_on_first_use=False,
    )


def hide_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace what must not be read by its name, its type, or its place in an address."""
    return {name: _shown(name, value) for name, value in event.items()}


def _renderers(log_format: str, *, colours: bool) -> list[Processor]:
    if log_format == "json":
        return [
            structlog.processors.format_exc_info,
            hide_secrets,
            structlog.processors.JSONRenderer(default=str, ensure_ascii=False),
        ]
    # The traceback is made to words first, so that a password in it is hidden as well.
    return [
        structlog.processors.format_exc_info,
        hide_secrets,
        structlog.dev.ConsoleRenderer(colors=colours, pad_event_to=0),
    ]


def _shown(name: str, value: Any) -> Any:
    if isinstance(value, SecretStr) or (_SECRET_NAMES.search(name) and value not in (None, "")):
        return MASK
    if isinstance(value, str):
        return _PASSWORD_IN_URL.sub(rf"\g<before>{MASK}", value)
    if isinstance(value, Mapping):
        return {key: _shown(str(key), inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_shown("", inner) for inner in value]
    return value
