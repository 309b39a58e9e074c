"""Judges whether a mail is a delivery report, and reads what it says."""

from __future__ import annotations

from dataclasses import replace
from email.message import Message

from helpdesk.mail.bounces import standard
from helpdesk.mail.bounces.contents import Contents, open_report
from helpdesk.mail.bounces.finding import Finding, addresses_in
from helpdesk.mail.bounces.notices import service_notice
from helpdesk.mail.bounces.originals import original_message_id
from helpdesk.mail.bounces.signs import Signs, signs_of
from helpdesk.mail.bounces.statuses import status_of
from helpdesk.mail.bounces.wording import (
    action_in_words,
    dialect_of,
    returned_to,
    wording_findings,
)
from helpdesk.mail.values import Bounce, Kind

__all__ = ["judge"]

_NO_REPORT: tuple[Kind, Bounce | None] = (Kind.MESSAGE, None)


def judge(message: Message, text: str) -> tuple[Kind, Bounce | None]:
    """Whether a parsed mail is a delivery report, and what it reports.

    `message` is the mail as the standard library parses it (policy compat32); `text` its readable
    text, used where no plain part is found. BOUNCE means that delivery failed for at least one
    recipient; DELIVERY_REPORT that it was delayed, relayed, delivered or expanded, that the mail
    was read (RFC 8098), or that a reader complained (RFC 5965). The Bounce holds the facts in both
    cases; its recipients are those that failed, or all when none did, each followed by the
    address that we wrote to where the mail had been forwarded. Never raises.
    """
    signs = signs_of(message)
    if not signs.any:
        return _NO_REPORT
    message, signs = _unwrapped(message, signs)
    contents = open_report(message, text)
    if contents.feedback and signs.report_type is not None:
        return _complaint(contents, signs)
    complaint = standard.forwarded_complaint(contents.returned) if signs.subject else ()
    if complaint:
        return _told(Kind.DELIVERY_REPORT, complaint, original_message_id(contents, signs))
    notice = service_notice(contents.words) if signs.sender and signs.subject else None
    if notice:
        return _noticed(*notice)
    if contents.dispositions and not contents.statuses:
        return _reading(contents, signs)
    findings = _findings(message, contents, signs)
    if not findings:
        return _NO_REPORT
    return _verdict(findings, contents, signs)


def _findings(message: Message, contents: Contents, signs: Signs) -> tuple[Finding, ...]:
    ours = _our_addresses(message)
    fields = "\n\n".join(contents.statuses)
    # People paste whole reports, under such subjects too: fields count only in a system's mail.
    declared = signs.report_type is not None or signs.bare_report
    by_machine = declared or signs.sender or signs.null_sender or signs.tell_tale
    stated: tuple[Finding, ...] = ()
    if fields and by_machine:
        stated = standard.delivery_findings(fields)
    if not stated and by_machine and standard.has_fields(contents.words):
        stated = standard.delivery_findings(contents.words)
    if stated and any(finding.recipient for finding in stated):
        return stated
    dialect = dialect_of(contents, signs, ours)
    if dialect is None:
        return stated
    worded = wording_findings(contents, signs, dialect, ours)
    if not stated:
        return worded
    return tuple(replace(one, action=None, status=None).filled_from(stated[0]) for one in worded)


def _verdict(
    findings: tuple[Finding, ...], contents: Contents, signs: Signs
) -> tuple[Kind, Bounce | None]:
    in_words = action_in_words(contents, signs)
    acted = [one if one.action else replace(one, action=in_words) for one in findings]
    failed = [one for one in acted if one.action == "failed"]
    told = failed or acted
    first = next((one for one in told if one.recipient), told[0])
    named = [address for one in told for address in (one.recipient, one.original) if address]
    status = (
        status_of(first.status, first.diagnostic, contents.words, first.action or "failed")
        if first.status or first.action in ("failed", "delayed")
        else None
    )
    return Kind.BOUNCE if failed else Kind.DELIVERY_REPORT, Bounce(
        recipient=first.recipient,
        recipients=tuple(dict.fromkeys(named)),
        status=status,
        action=first.action,
        diagnostic=first.diagnostic,
        original_message_id=original_message_id(contents, signs),
    )


def _reading(contents: Contents, signs: Signs) -> tuple[Kind, Bounce | None]:
    found = standard.disposition_findings("\n\n".join(contents.dispositions))
    if not found:
        return Kind.DELIVERY_REPORT, None
    finding, original = found[0]
    refused = standard.refused_by_machine("\n\n".join(contents.dispositions))
    if refused and "reject" in contents.words.lower():
        # A mail filter that refuses says so by this kind of report: delivery has failed.
        said = next((line for line in contents.words.split("\n") if "reject" in line.lower()), "")
        rest = contents.words.partition(said)[2].strip()[:600]
        told = replace(finding, action="failed", diagnostic=rest or said or finding.diagnostic)
        return _verdict((told,), contents, signs)
    recipients = (finding.recipient,) if finding.recipient else ()
    original = original or original_message_id(contents, signs)
    facts = Bounce(finding.recipient, recipients, None, None, finding.diagnostic, original)
    return Kind.DELIVERY_REPORT, facts


def _complaint(contents: Contents, signs: Signs) -> tuple[Kind, Bounce | None]:
    found = standard.feedback_findings("\n\n".join(contents.feedback))
    if not found:
        return Kind.DELIVERY_REPORT, None
    if not any(one.recipient for one in found):
        # Many leave the reader out; the mail that he got is there, and names him.
        who = returned_to(contents.returned)
        found = tuple(replace(one, recipient=each) for one in found[:1] for each in who) or found
    return _told(Kind.DELIVERY_REPORT, found, original_message_id(contents, signs))


def _noticed(
    kind: str, found: tuple[Finding, ...], original: str | None
) -> tuple[Kind, Bounce | None]:
    failed = kind == "bounce" and any(one.action == "failed" for one in found)
    return _told(Kind.BOUNCE if failed else Kind.DELIVERY_REPORT, found, original)


def _told(
    kind: Kind, found: tuple[Finding, ...], original: str | None
) -> tuple[Kind, Bounce | None]:
    if not found:
        return kind, None
    first = found[0]
    recipients = tuple(dict.fromkeys(one.recipient for one in found if one.recipient))
    status = first.status
    if first.action in ("failed", "delayed"):
        status = status_of(status, first.diagnostic, "", first.action)
    return kind, Bounce(
        first.recipient, recipients, status, first.action, first.diagnostic, original
    )


def _unwrapped(message: Message, signs: Signs) -> tuple[Message, Signs]:
    # Some gateways hand on a report as the only attachment of an empty mail of their own. A
    # person's forward has a person's sender, and stays the message that it is.
    children = message.get_payload()
    if not (signs.sender and signs.subject and isinstance(children, list) and children):
        return message, signs
    outer, inner = children[0], None
    if isinstance(outer, Message) and outer.get_content_type() == "message/rfc822":
        inner = next((part for part in outer.walk() if part is not outer), None)
    if inner is None or inner.get_content_type() != "multipart/report":
        return message, signs
    return inner, signs_of(inner)


def _our_addresses(message: Message) -> frozenset[str]:
    """Who sent and got this report: never its subject, though reports like to name them."""
    values = (str(message.get(name, ""))[:2_000] for name in ("From", "To", "Delivered-To"))
    return frozenset(address.lower() for value in values for address in addresses_in(value))
