"""What the journeys stand on: an installation of real processes on a database of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.journeys.installation import Installation, installed
from tests.peers.postgresql import Cluster

Install = Callable[..., Installation]


@pytest.fixture
def install(database: str, tmp_path: Path) -> Iterator[Install]:
    """Set up an installation with settings of its own; its processes end with the test."""
    with ExitStack() as stack:
        yield _installer(stack, tmp_path, database)


@pytest.fixture
def install_on_postgresql(
    cluster: Cluster, postgresql_template: str, tmp_path: Path
) -> Iterator[Install]:
    """The same, for what SQLite cannot do."""
    name = f"journey_{os.getpid()}"
    with ExitStack() as stack:
        stack.callback(cluster.drop_database, name)
        yield _installer(stack, tmp_path, cluster.copy_database(postgresql_template, name))


def _installer(stack: ExitStack, folder: Path, url: str) -> Install:
    def install(**settings: str) -> Installation:
        return stack.enter_context(installed(folder / "installation", url, **settings))

    return install
