"""An authority that gives out tokens."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.peers.authority import Authority, authority


@pytest.fixture
def desk() -> Iterator[Authority]:
    """An authority of the test's own, on a port of its own."""
    with authority() as known:
        yield known
