"""Has the virus scanner look at the attachments of a mail; it never stops a mail."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from helpdesk.core.clamd import SECONDS, ScannerAway, scan
from helpdesk.core.listening import Listen
from helpdesk.mail.values import ParsedAttachment

log = logging.getLogger(__name__)

# All attachments of a mail together; one with a thousand of them does not hold up the others.
SECONDS_PER_MAIL = 30.0
# A scanner that let us wait in vain is left alone for so long: mail goes on unscanned meanwhile.
REST_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Scan:
    """What was found: names of viruses by the digest of the bytes, and why something was not seen.

    `unscanned` counts the attachments about which nobody can say anything.
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

    def look_at(self, attachments: Sequence[ParsedAttachment]) -> Scan:
        """Ask about each attachment once."""
        by_digest = {each.sha256: each for each in attachments}
        infected: dict[str, str] = {}
        unscanned, reason = 0, ""
        until = time.monotonic() + SECONDS_PER_MAIL
        for sha256, attachment in by_digest.items():
            if time.monotonic() < self._asked_again_at:
                reason = reason or "it did not answer a moment ago"
            elif time.monotonic() > until:
                reason = reason or "the attachments took too long"
            else:
                try:
                    if found := scan(self.place, attachment.data, seconds=self.seconds):
                        infected[sha256] = found
                    continue
                except ScannerAway as error:
                    reason = str(error)
                    if error.slow:
                        self._asked_again_at = time.monotonic() + REST_SECONDS
            unscanned += 1
        if unscanned:
            log.warning("%s attachments were not scanned: %s", unscanned, reason)
        return Scan(infected, unscanned, reason)
