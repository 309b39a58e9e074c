"""A server that can be spoilt."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.peers.dovecot import Dovecot
from tests.peers.imap_proxy import Proxy, imap_proxy


@pytest.fixture
def proxy(dovecot: Dovecot) -> Iterator[Proxy]:
    with imap_proxy(dovecot.imap) as proxy:
        yield proxy
