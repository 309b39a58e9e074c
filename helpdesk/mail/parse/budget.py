"""How much one mail may cost, and what has been spent on it so far."""

from __future__ import annotations

import time
from dataclasses import dataclass

from helpdesk.core.words import N_
from helpdesk.mail.values import Remark

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Budget:
    """Limits for one mail; past each of them what could be read is kept, with a warning."""

    raw_size: int = 80 * MEBIBYTE
    """Bytes of the whole mail that are looked at; mail servers rarely take more than 50 MB."""
    headers: int = 5_000
    """Header fields kept of one part; the ones that mail is threaded by are kept past it too."""
    header_size: int = 64 * 1024
    """Characters of one header field."""
    parts: int = 2_000
    """MIME parts, nested messages' own parts not counted."""
    depth: int = 60
    """Multiparts inside multiparts; real mail stops at about ten."""
    html_size: int = 3 * MEBIBYTE
    """Characters of HTML that are sanitised as HTML; longer ones become plain text."""
    text_size: int = 4 * MEBIBYTE
    """Characters of text kept as the words of the mail."""
    cpu_seconds: float = 3.0
    """Processor time after which no new part is opened; the one at work is finished first."""


DEFAULT_BUDGET = Budget()


class Allowance:
    """The running account of one mail: its budget, its parts and time so far, its warnings."""

    __slots__ = ("_deadline", "_parts", "budget", "warnings")

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.warnings: list[Remark] = []
        self._parts = 0
        # The thread's own processor time: a busy machine must not make a mail unreadable.
        self._deadline = time.thread_time() + budget.cpu_seconds

    def warn(self, warning: Remark | None) -> None:
        """Write down what could not be read, each thing once."""
        if warning and warning not in self.warnings:
            self.warnings.append(warning)

    def out_of_time(self) -> bool:
        """True once the processor time is used up; says so in the warnings."""
        if time.thread_time() < self._deadline:
            return False
        self.warn(Remark(N_("Reading stopped: the mail took too much time.")))
        return True

    def another_part(self) -> bool:
        """Count one more part; False when there may be no more."""
        if self._parts >= self.budget.parts:
            words = N_("More than %(most)s parts: the rest was not opened.")
            self.warn(Remark(words, {"most": self.budget.parts}))
            return False
        self._parts += 1
        return not (self._parts % 64 == 0 and self.out_of_time())
