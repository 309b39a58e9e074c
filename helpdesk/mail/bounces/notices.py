"""Reads notices that sending services write as JSON: what bounced, what was complained about."""

from __future__ import annotations

import json
from typing import Any

from helpdesk.mail.bounces.finding import Finding, address_in
from helpdesk.mail.bounces.standard import status_in

# Where the notice begins: services put it first, or below a line or two of greeting.
_LATEST_START = 2_000
_LONGEST = 64 * 1024
_MOST_RECIPIENTS = 200
_KINDS = ("notificationType", "eventType")


def service_notice(text: str) -> tuple[str, tuple[Finding, ...], str | None] | None:
    """The notice in a text: its kind in lower case ("bounce", "complaint", "delivery"), one finding
    for each recipient and the service's own id of the mail; None where the text holds none.

    The format is Amazon SES's, alone or inside the envelope of its notification service.
    """
    notice = _object_in(text)
    wrapped = notice.get("Message")
    if isinstance(wrapped, str):
        notice = _object_in(wrapped)
    kind = next((str(notice[name]).lower() for name in _KINDS if name in notice), None)
    about = notice.get(kind) if kind else None
    if not isinstance(about, dict) or kind not in ("bounce", "complaint", "delivery"):
        return None
    found = _findings(about, kind)
    mail = notice.get("mail")
    headers = mail.get("commonHeaders") if isinstance(mail, dict) else None
    identifier = headers.get("messageId") if isinstance(headers, dict) else None
    return kind, found, str(identifier or "").strip("<> ")[:400] or None


def _findings(about: dict[str, Any], kind: str) -> tuple[Finding, ...]:
    if kind == "delivery":
        said = str(about.get("smtpResponse") or "")[:600] or None
        return tuple(
            Finding(address_in(str(each)), "delivered", status_in(said or ""), said)
            for each in _listed(about.get("recipients"))
        )
    found: list[Finding] = []
    listed = "bouncedRecipients" if kind == "bounce" else "complainedRecipients"
    for each in _listed(about.get(listed)):
        fields: dict[str, Any] = each if isinstance(each, dict) else {}
        reason = str(fields.get("diagnosticCode") or "").removeprefix("smtp;").strip()[:600]
        found.append(
            Finding(
                address_in(str(fields.get("emailAddress") or "")),
                "failed" if kind == "bounce" else None,
                status_in(str(fields.get("status") or "")),
                reason or (None if kind == "bounce" else "feedback: abuse"),
            )
        )
    return tuple(found)


def _listed(value: object) -> list[Any]:
    return value[:_MOST_RECIPIENTS] if isinstance(value, list) else []


def _object_in(text: str) -> dict[str, Any]:
    start = text[:_LATEST_START].find("{")
    if start < 0:
        return {}
    try:
        found, _ = json.JSONDecoder().raw_decode(text[start : start + _LONGEST])
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
