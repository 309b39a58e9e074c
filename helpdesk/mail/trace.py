"""The lines of a mail's trace: what guards, others and the evidence said of it, in marked words."""

from __future__ import annotations

from helpdesk.core.words import N_
from helpdesk.mail.authentication import Dmarc
from helpdesk.mail.guard import Outcome, Verdict
from helpdesk.mail.letter import Letter, Step
from helpdesk.mail.storable import storable
from helpdesk.mail.thread import Thread

_DMARC_WORDS = {
    Dmarc.PASS: N_("%(server)s vouches for its From (DMARC)"),
    Dmarc.FAIL: N_("%(server)s says that its From is not genuine (DMARC)"),
}


def verdict_steps(verdict: Verdict) -> tuple[Step, ...]:
    """What the guards said, for the trace."""
    reason = verdict.reason or N_("No guard objects")
    if verdict.sign:
        facts = {"reason": reason, "sign": storable(verdict.sign)[:200]}
        steps = [Step("guard", N_("%(reason)s (%(sign)s)"), facts)]
    else:
        steps = [Step("guard", reason)]
    if verdict.hushed or verdict.outcome is Outcome.FILE_QUIETLY:
        steps.append(Step("guard", N_("It is filed, and its sender gets no acknowledgement")))
    return tuple(steps)


def trust_steps(letter: Letter, verdict: Verdict) -> tuple[Step, ...]:
    """What others said of the mail, for the trace: of its sender, of spam, of viruses."""
    steps = []
    said = _DMARC_WORDS.get(letter.authentication.dmarc)
    # A guard that bit because of this server has told it already.
    if said is not None and verdict.sign != letter.authentication.server:
        steps.append(Step("guard", said, {"server": letter.authentication.server}))
    if letter.findings.opinion.away:
        steps.append(
            Step(
                "guard",
                N_("The spam filter said nothing: %(reason)s"),
                {"reason": letter.findings.opinion.away[:200]},
            )
        )
    scan = letter.findings.scan
    for name in dict.fromkeys(scan.infected.values()):
        steps.append(
            Step(
                "guard",
                N_("The virus scanner found %(name)s in an attachment; nobody gets it"),
                {"name": storable(name)},
            )
        )
    if scan.unscanned:
        steps.append(
            Step(
                "guard",
                N_("Attachments not scanned: %(number)s (%(reason)s)"),
                {"number": scan.unscanned, "reason": storable(scan.reason)[:200]},
            )
        )
    return tuple(steps)


def thread_step(thread: Thread) -> Step:
    """What the evidence said, for the trace."""
    number = thread.ticket_number
    return Step("thread", thread.words, {"ticket": number} if number is not None else {})
