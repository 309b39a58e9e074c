"""Open doors, and clients before them."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from helpdesk.core.config import Settings
from helpdesk.core.listening import HostPort
from helpdesk.mail.listen import Doors
from tests.peers.postgresql import free_port
from tests.world import World


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(
        settings,
        smtp_listen=HostPort("127.0.0.1", free_port()),
        lmtp_listen=HostPort("127.0.0.1", free_port()),
        max_mail_mb=1,
    )


@pytest.fixture
def doors(app: Flask, settings: Settings, world: World) -> Iterator[Doors]:
    doors = Doors(app, settings)
    doors.open()
    yield doors
    doors.close()


@pytest.fixture
def smtp(doors: Doors, settings: Settings) -> Iterator[smtplib.SMTP]:
    assert isinstance(settings.smtp_listen, HostPort)
    with smtplib.SMTP("127.0.0.1", settings.smtp_listen.port, timeout=10) as client:
        yield client


@pytest.fixture
def lmtp(doors: Doors, settings: Settings) -> Iterator[smtplib.LMTP]:
    assert isinstance(settings.lmtp_listen, HostPort)
    with smtplib.LMTP("127.0.0.1", settings.lmtp_listen.port, timeout=10) as client:
        client.ehlo("mx.example.org")
        yield client
