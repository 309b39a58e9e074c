"""Reads reports as the standards write them: RFC 3464 (delivery), 8098 (reading), 5965 (abuse)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from helpdesk.mail.bounces.finding import Finding, address_in, addresses_in

_FIELD = re.compile(r"[ \t>*]{0,8}([A-Za-z][A-Za-z0-9-]{2,40})[ \t]?:[ \t]*(.*)")
_RECIPIENT_FIELDS = frozenset(
    (
        "original-recipient",
        "final-recipient",
        "x-actual-recipient",
        "action",
        "status",
        "remote-mta",
        "diagnostic-code",
        "last-attempt-date",
        "final-log-id",
        "will-retry-until",
    )
)
_TYPED = re.compile(r"[A-Za-z][A-Za-z0-9 _/.-]{0,30};")
_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)")
_COMPLAINED = re.compile(r"^X-HmXmrOriginalRecipient:[ \t]*(.{1,400})$", re.I | re.M)
_MOST_RECIPIENTS = 200
_LONGEST_DIAGNOSTIC = 1_000

_ACTIONS = (
    ("deliverable", "delivered"),
    ("delivered", "delivered"),
    ("delay", "delayed"),
    ("deferred", "delayed"),
    ("relayed", "relayed"),
    ("expanded", "expanded"),
    ("expired", "failed"),
    ("fail", "failed"),
    ("error", "failed"),
    ("bounce", "failed"),
    ("undeliver", "failed"),
    ("reject", "failed"),
)
_BY_CLASS = {"2": "delivered", "4": "delayed", "5": "failed"}


def delivery_findings(fields: str) -> tuple[Finding, ...]:
    """One finding for each recipient of a delivery-status text (RFC 3464 section 2.3).

    Tolerant: blank lines may be doubled or missing, fields may be out of order or stand in the
    middle of other text. The final recipient counts; the original one where that is no address
    that mail could be sent to.
    """
    groups = _groups(fields)
    return tuple(_finding(group) for group in groups if _says_something(group))


def disposition_findings(fields: str) -> tuple[tuple[Finding, str | None], ...]:
    """Readings and refusals (RFC 8098 section 3): each with the Message-ID that it answers.

    The diagnostic is the disposition itself ("displayed", "deleted", …); no status exists.
    """
    values = dict(_fields(fields))
    recipient = _recipient(values)
    disposition = values.get("disposition", "")
    if not recipient and not disposition:
        return ()
    kind = disposition.rpartition(";")[2].strip() or None
    return ((Finding(recipient, diagnostic=kind), _identifier(values)),)


def refused_by_machine(fields: str) -> bool:
    """Whether a disposition says that a machine threw the mail away (RFC 5429 section 2.1.1)."""
    value = next((value for name, value in _fields(fields) if name == "disposition"), "").lower()
    return value.startswith("automatic") and value.rpartition(";")[2].strip()[:7] in (
        "deleted",
        "denied",
        "failed",
    )


def feedback_findings(fields: str) -> tuple[Finding, ...]:
    """Complaints of readers (RFC 5965 section 3): who complained, and "feedback: abuse"."""
    values = dict(_fields(fields))
    kind = values.get("feedback-type")
    if kind is None:
        return ()
    rcpt = values.get("original-rcpt-to") or values.get("removal-recipient") or ""
    return (Finding(address_in(rcpt), diagnostic=f"feedback: {kind.strip().lower()[:40]}"),)


def forwarded_complaint(returned: str) -> tuple[Finding, ...]:
    """The complaint of a reader that Outlook.com hands on without any fields: the mail alone, with
    one header more that names the reader."""
    found = _COMPLAINED.search(returned)
    return (Finding(address_in(found[1]), diagnostic="feedback: abuse"),) if found else ()


def has_fields(text: str) -> bool:
    """Whether a text holds recipient fields, wherever a damaged report may have put them."""
    return "inal-recipient:" in text.lower()


def _fields(text: str) -> Iterator[tuple[str, str]]:
    """(name in lower case, value unfolded); ("", "") stands for a blank line."""
    name, value = "", ""
    for line in (whole[:2_000].rstrip() for whole in text.split("\n")):
        found = _FIELD.match(line)
        if not line:
            if name:
                yield name, value
            yield "", ""
            name = ""
        elif line[0] in " \t" and name and not (found and found[1].lower() in _RECIPIENT_FIELDS):
            value = f"{value} {line.strip()}"[: 2 * _LONGEST_DIAGNOSTIC]
        elif found:
            if name:
                yield name, value
            name, value = found[1].lower(), found[2]
        elif name == "diagnostic-code":
            # Some systems forget to indent the lines of a long answer.
            value = f"{value} {line.strip()}"[: 2 * _LONGEST_DIAGNOSTIC]
    if name:
        yield name, value


def _groups(text: str) -> list[dict[str, str]]:
    groups: list[dict[str, str]] = [{}]
    after_blank = False
    for name, value in _fields(text):
        if not name:
            after_blank = True
            continue
        if name not in _RECIPIENT_FIELDS:
            continue
        group = groups[-1]
        again = name in group and name != "diagnostic-code"
        begins = name in ("original-recipient", "final-recipient")
        complete = "final-recipient" in group and ("action" in group or "status" in group)
        if again or (after_blank and complete and begins):
            group = {}
            groups.append(group)
            if len(groups) > _MOST_RECIPIENTS:
                break
        group.setdefault(name, value)
        after_blank = False
    return groups


def _says_something(group: dict[str, str]) -> bool:
    return bool(group.keys() & {"final-recipient", "original-recipient", "action", "status"})


def _finding(group: dict[str, str]) -> Finding:
    status = status_in(group.get("status", ""))
    diagnostic = _untyped(group.get("diagnostic-code", ""))[:_LONGEST_DIAGNOSTIC] or None
    recipient = _recipient(group) or _only_address(diagnostic or "")
    original = address_in(_untyped(group.get("original-recipient", "")))
    forwarded = original is not None and recipient is not None
    return Finding(
        recipient=recipient,
        action=_action(group.get("action", ""), status),
        status=status,
        diagnostic=diagnostic,
        original=original if forwarded and original != recipient else None,
    )


def _recipient(group: dict[str, str]) -> str | None:
    names = ("final-recipient", "original-recipient", "x-actual-recipient")
    found = [address_in(_untyped(group.get(name, ""))) for name in names]
    addresses = [address for address in found if address]
    # A domain without a dot is a mailbox store behind the server; nobody sends there.
    public = (address for address in addresses if "." in address.rpartition("@")[2])
    return next(public, addresses[0] if addresses else None)


def _only_address(diagnostic: str) -> str | None:
    found = addresses_in(diagnostic)
    return found[0] if found else None


def _action(value: str, status: str | None) -> str | None:
    said = value.split("(")[0].strip().lower()
    for start, action in _ACTIONS:
        if said.startswith(start):
            return action
    return _BY_CLASS.get(status[0]) if status else None


def status_in(value: str) -> str | None:
    """The first enhanced status code of a Status field (RFC 3463), normalised; None if none."""
    found = _STATUS.search(value[:200])
    return ".".join(str(int(part)) for part in found.groups()) if found else None


def _untyped(value: str) -> str:
    """A field value without its type ("rfc822;", "smtp;") and with single spaces."""
    value = " ".join(value.split())
    found = _TYPED.match(value)
    return value[found.end() :].strip() if found else value


def _identifier(values: dict[str, str]) -> str | None:
    found = re.search(r"<([^<>\s]{1,400})>", values.get("original-message-id", ""))
    return found[1] if found else None
