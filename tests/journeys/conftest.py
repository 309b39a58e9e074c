"""What the journeys stand on: an installation of real processes on a database of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.journeys.installation import Installation, installed

Install = Callable[..., Installation]


@pytest.fixture
def install(database: str, tmp_path: Path) -> Iterator[Install]:
    """Set up an installation with settings of its own; its processes end with the test."""
    with ExitStack() as stack:

        def _install(**settings: str) -> Installation:
            folder = tmp_path / "installation"
            return stack.enter_context(installed(folder, database, **settings))

        yield _install
