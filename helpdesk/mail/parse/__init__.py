"""A mail understood: any bytes in, a complete `ParsedMail` out, with warnings for what was odd."""

from __future__ import annotations

import contextlib
import dataclasses
from datetime import UTC
from email.message import Message
from typing import Any

from helpdesk.core import html as pages
from helpdesk.core.words import N_
from helpdesk.mail import bounces, machines, quoting
from helpdesk.mail.parse import (
    addresses,
    attachments,
    charsets,
    contents,
    dates,
    encoded_words,
    identifiers,
    messages,
    structure,
)
from helpdesk.mail.parse.bodies import Body
from helpdesk.mail.parse.budget import DEFAULT_BUDGET, Allowance, Budget
from helpdesk.mail.values import Address, Bounce, Kind, ParsedMail, Remark

__all__ = ["DEFAULT_BUDGET", "Budget", "as_json", "parse"]

# Quotations begin early: what is quoted in a long mail does not grow clearer further down.
_LONGEST_FOR_REPLY = 256 * 1024
# Characters of all fields of one name: more than 5,000 addresses need.
_LONGEST_LIST = 256 * 1024


def parse(raw: bytes, budget: Budget = DEFAULT_BUDGET) -> ParsedMail:
    """What the bytes of a mail say. Never raises: what cannot be read is named in `warnings`."""
    try:
        return _parse(raw, budget)
    except Exception as error:
        # No mail may stop the next one, not even one that finds a mistake of ours: the headers are
        # read alone where that can be done, and the whole stays as an attachment.
        return _parse_only_headers(raw, budget, error)


def _parse(raw: bytes, budget: Budget) -> ParsedMail:
    allowance = Allowance(budget)
    if len(raw) > budget.raw_size:
        allowance.warn(Remark(N_("The mail is too large: its end was not read.")))
        raw = raw[: budget.raw_size]
    root = structure.read(raw, allowance)
    body, found = contents.read(root, allowance)
    subject = encoded_words.decode(root.header("subject"))
    message = messages.message_of(root)
    kind, bounce, is_machine = _judged(message, subject, body.text)
    senders = addresses.address_list(root.header("from"))
    answers_to = addresses.address_list(_all(root, "reply-to"))
    answered = identifiers.message_ids(root.header("in-reply-to"))
    shown = pages.cids(body.html) if body.html else set()
    return ParsedMail(
        subject=subject,
        from_=senders[0] if senders else None,
        reply_to=answers_to[0] if answers_to else None,
        to=addresses.address_list(_all(root, "to")),
        cc=addresses.address_list(_all(root, "cc")),
        date=dates.read(encoded_words.decode(root.header("date"))),
        message_id=identifiers.message_id(root.header("message-id")),
        in_reply_to=answered[0] if answered else None,
        references=identifiers.message_ids(_all(root, "references")),
        text=body.text,
        html=body.html,
        reply_text=_reply_text(body, allowance, kind, senders[0] if senders else None, subject),
        attachments=attachments.finished(found, shown),
        kind=kind,
        bounce=bounce,
        auto_submitted=is_machine,
        warnings=tuple(allowance.warnings),
        headers=tuple((name, encoded_words.decode(value)) for name, value in root.fields),
        answers_to=answers_to,
    )


def _parse_only_headers(raw: bytes, budget: Budget, error: Exception) -> ParsedMail:
    mail = _parse(b"", budget)
    with contextlib.suppress(Exception):
        mail = _parse(structure.head_of(raw) + b"\nContent-Type: text/plain\n\n", budget)
    whole = attachments.finished([attachments.Found("message.eml", "message/rfc822", raw)], set())
    problem = Remark(N_("The body could not be read (%(error)s)."), {"error": type(error).__name__})
    return dataclasses.replace(mail, attachments=whole, warnings=(*mail.warnings, problem))


def as_json(mail: ParsedMail, path: str) -> dict[str, Any]:
    """The mail as `helpdesk mail parse` prints it; the keys are a contract (docs/cli.md)."""
    sender = mail.from_ or Address(addresses.display_name(mail.header("From")), "")
    date = mail.date.astimezone(UTC).isoformat() if mail.date else None
    return {
        "path": path,
        "subject": mail.subject,
        "from": _address(sender),
        "reply_to": [_address(each) for each in mail.answers_to],
        "to": [_address(each) for each in mail.to],
        "cc": [_address(each) for each in mail.cc],
        "date": date,
        "message_id": mail.message_id,
        "in_reply_to": mail.in_reply_to,
        "references": list(mail.references),
        "text": mail.text,
        "html": mail.html,
        "reply_text": mail.reply_text,
        "attachments": [
            {
                "filename": each.filename,
                "content_type": each.content_type,
                "size": each.size,
                "inline": each.inline,
                "content_id": each.content_id,
                "sha256": each.sha256,
            }
            for each in mail.attachments
        ],
        "kind": mail.kind.value,
        "bounce": _bounce(mail.bounce) if mail.bounce else None,
        "auto_submitted": mail.auto_submitted,
        "warnings": [str(each) for each in mail.warnings],
    }


def _all(root: structure.Part, name: str) -> str:
    """All fields of a name as one list, since senders repeat what should stand once."""
    values: list[str] = []
    length = 0
    for key, value in root.fields:
        if key.lower() == name and length < _LONGEST_LIST:
            values.append(value)
            length += len(value)
    return ", ".join(values)


def _judged(message: Message, subject: str, text: str) -> tuple[Kind, Bounce | None, bool]:
    kind, bounce = bounces.judge(message, text)
    if kind is Kind.MESSAGE and machines.automatic_answer(message, subject, text):
        kind = Kind.AUTO_REPLY
    return kind, _cleaned(bounce) if bounce else None, machines.auto_submitted(message)


def _cleaned(bounce: Bounce) -> Bounce:
    """The report without what cannot be stored: its words come from bytes nobody has judged yet."""
    return Bounce(
        recipient=_clean(bounce.recipient),
        recipients=tuple(charsets.clean(each) for each in bounce.recipients),
        status=_clean(bounce.status),
        action=_clean(bounce.action),
        diagnostic=_clean(bounce.diagnostic),
        original_message_id=_clean(bounce.original_message_id),
    )


def _clean(words: str | None) -> str | None:
    return None if words is None else charsets.clean(words)


def _reply_text(
    body: Body, allowance: Allowance, kind: Kind, sender: Address | None, subject: str
) -> str:
    # What a report brings back is no quotation: it is what the report is about.
    if kind in (Kind.BOUNCE, Kind.DELIVERY_REPORT) or allowance.out_of_time():
        return body.text
    head = body.text[:_LONGEST_FOR_REPLY]
    signer = (sender.name or sender.address) if sender else ""
    newest = quoting.newest_words(head, body.source or None, signer=signer, subject=subject)
    # Where nothing of the beginning is old, the end belongs to it.
    return body.text if newest == head.strip() else newest


def _address(address: Address) -> dict[str, str]:
    return {"name": address.name, "address": address.address}


def _bounce(bounce: Bounce) -> dict[str, Any]:
    return {
        "recipient": bounce.recipient,
        "recipients": list(bounce.recipients),
        "status": bounce.status,
        "action": bounce.action,
        "diagnostic": bounce.diagnostic,
    }
