"""Has the virus scanner look at files that came from outside; it never stops anybody."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from helpdesk.core.clamd import SECONDS, ScannerAway, scan
from helpdesk.core.listening import Listen
from helpdesk.core.words import N_

log = logging.getLogger(__name__)

# All files of a mail or a form together; one with a thousand of them does not hold up the others.
SECONDS_TOGETHER = 30.0
# A scanner that let us wait in vain is left alone for so long: files go on unscanned meanwhile.
REST_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Scan:
    """What was found: names of viruses by the digest of the bytes, and why something was not seen.

    `unscanned` counts the files about which nobody can say anything; `reason` is marked words.
    """

    infected: dict[str, str] = field(default_factory=dict)
    unscanned: int = 0
    reason: str = ""


class Scanner:
    """The scanner at one place, as this process knows it: whether it is worth asking now."""

    def __init__(self, place: Listen, *, seconds: float = SECONDS) -> None:
        self.place = place
        self.seconds = seconds
        self._asked_again_at = 0.0

    def look_at(self, files: Mapping[str, bytes]) -> Scan:
        """Ask about each file once; the bytes come by their digest.

        It may take its time, so no transaction should be open.
        """
        infected: dict[str, str] = {}
        unscanned, reason = 0, ""
        until = time.monotonic() + SECONDS_TOGETHER
        for sha256, data in files.items():
            if time.monotonic() < self._asked_again_at:
                reason = reason or N_("it did not answer a moment ago")
            elif time.monotonic() > until:
                reason = reason or N_("the files took too long")
            else:
                try:
                    if found := scan(self.place, data, seconds=self.seconds):
                        infected[sha256] = found
                    continue
                except ScannerAway as error:
                    reason = str(error)
                    if error.slow:
                        self._asked_again_at = time.monotonic() + REST_SECONDS
            unscanned += 1
        if unscanned:
            log.warning("%s files were not scanned: %s", unscanned, reason)
        return Scan(infected, unscanned, reason)


@cache
def scanner_at(place: Listen) -> Scanner:
    """The scanner that everything in this process asks."""
    return Scanner(place)
