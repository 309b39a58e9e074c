"""What the tests of the road stand on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from helpdesk.core.config import Settings
from tests.mail.letters import Road
from tests.peers.smtp import Sink, smtp_sink
from tests.world import World


@pytest.fixture
def road(world: World, settings: Settings, now: datetime) -> Road:
    """The road of an installation with the small organisation, at a time that stands still."""
    return Road(settings)


@pytest.fixture
def sink() -> Iterator[Sink]:
    """An SMTP server that keeps what it is given."""
    with smtp_sink() as sink:
        yield sink
