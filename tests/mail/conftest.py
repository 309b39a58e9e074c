"""What the tests of the road stand on."""

from __future__ import annotations

from datetime import datetime

import pytest

from helpdesk.core.config import Settings
from tests.mail.letters import Road
from tests.world import World


@pytest.fixture
def road(world: World, settings: Settings, now: datetime) -> Road:
    """The road of an installation with the small organisation, at a time that stands still."""
    return Road(settings)
