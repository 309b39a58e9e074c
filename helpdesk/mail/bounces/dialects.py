"""The manners of mail systems that report in their own words: the sign of each, how to read it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from helpdesk.mail.bounces.outcomes import FAILURE
from helpdesk.mail.bounces.shapes import BY_NAME, SHAPES, Shape


@dataclass(frozen=True, slots=True)
class Dialect:
    r"""One manner of reporting.

    `sign` is searched in the first lines of the report. Addresses are looked for after the line
    that `begins` matches and before the one that `ends` matches, by `shapes`, or by every shape
    where these find nothing.

    What begins a line is blank at most on that line, `[^\S\n]*`: a blank that may run over line
    ends would be tried anew from each of thousands of empty lines.
    """

    name: str
    sign: re.Pattern[str]
    begins: re.Pattern[str] | None
    ends: re.Pattern[str] | None
    shapes: tuple[Shape, ...]
    local_names: bool = False  # names people without a domain: the reporting system's own


def _dialect(
    name: str,
    sign: str,
    begins: str | None = None,
    ends: str | None = None,
    shapes: str = "",
    local_names: bool = False,
) -> Dialect:
    flags = re.IGNORECASE | re.MULTILINE
    return Dialect(
        name,
        re.compile(sign, flags),
        re.compile(begins, flags) if begins else None,
        re.compile(ends, flags) if ends else None,
        tuple(BY_NAME[shape] for shape in shapes.split()),
        local_names,
    )


DIALECTS: tuple[Dialect, ...] = (
    _dialect(
        "sendmail",
        r"^[^\S\n]*-{3,} ?The following addresse?s? ha(?:d|ve) (?:permanent fatal|delivery|fatal"
        r"|transient non-fatal) (?:errors|problems|notifications)",
        r"^[^\S\n]*-{3,} ?The following addresse?s? ha(?:d|ve) ",
        r"^[^\S\n]*-{3,} ?(?:Transcript of|Non-delivered info|Original|Unsent|Message)",
        "angle named-angle bracketed-reason angle-and-reason bare",
    ),
    _dialect(
        "sendmail-5",
        r"^[^\S\n]*-{3,} ?Transcript of session ",
        r"^[^\S\n]*-{3,} ?Transcript of session ",
        r"^[^\S\n]*-{3,} ?(?:Unsent|No message)",
        "reply-with-address transcript smail",
    ),
    _dialect(
        "exchange",
        r"^did not reach the following recipient",
        r"^did not reach the following recipient",
        None,
        "exchange-on-date sentence",
    ),
    _dialect(
        "exchange-2007",
        r"^(?:Delivery has failed to these recipients"
        r"|.{1,80} rejected your message to the following"
        r"|Diagnostic information for administrators|Informations de diagnostic pour les admin"
        r"|Your message (?:to .{1,200} )?(?:couldn't|wasn't|could not) be delivered"
        r"|Your message wasn't delivered|Diagnoseinformationen für Administratoren"
        r"|Diagnostikinformation för administratörer|Diagnosegegevens voor"
        r"|Información de diagnóstico para|Informazioni di diagnostica per)",
        None,
        None,
        "mailto bullet label bare",
    ),
    _dialect(
        "exim",
        r"^This message was created automatically by (?:the )?mail delivery\s+(?:software|system)"
        r"|^A message that you (?:have )?sent (?:could not|was rejected|contained)"
        r"|^A message sent by|^Message \S{1,60} (?:has been|was) frozen",
        r"(?:address\S* (?:has )?failed|recipients?)|rejected by|frozen|not yet been delivered",
        None,
        "colon-and-reason quoted angle-and-reason angle bare generated address-first",
    ),
    _dialect(
        "qmail",
        r"^Hi\. (?:This is|The MTA)|^(?:I'm afraid|I wasn't able to)|^He/Her is not"
        r"|^Sorry, we were unable to deliver your message"
        r"|^Unable to deliver message to the following"
        r"|^This is the (?:machine generated message|mail delivery agent)|^We're sorry\. There's a"
        r"|^Su mensaje no pudo ser entregado|^Unfortunately, your mail was not delivered"
        r"|^Your (?:mail message|message) to the following address|^Message from \S{1,200}\.$",
        None,
        None,
        "angle-and-reason angle",
    ),
    _dialect(
        "postfix",
        r"^This is the (?:mail system at host|Postfix program|\S{1,60} program) "
        r"|^I'm sorry to have to inform you that (?:the|your) message",
        None,
        None,
        "angle-and-reason colon-and-reason",
    ),
    _dialect(
        "gmail",
        r"^[^\S\n]*(?:Del[ei]very to the following recipients?"
        r"|This is an automatically generated Delivery"
        r"|\*\* (?:Address not found|Message (?:not|block)|Delivery incomplete|Recipient inbox"
        r"|Couldn't)|.{0,40}group you tried to contact)",
        None,
        r"^[^\S\n]*Technical details",
        "bullet bare sentence",
    ),
    _dialect(
        "domino",
        r"^was not delivered to:|^[^\S\n]*-{3,}[^\S\n]*Failure Reasons"
        r"|not listed in (?:Domino|public)",
        r"^was not delivered to:|^[^\S\n]*-{3,}[^\S\n]*Failure Reasons",
        r"^because:|^[^\S\n]*-{3,}[^\S\n]*Returned",
        "bare angle",
    ),
    _dialect(
        "courier",
        r"^[^\S\n]*UNDELIVERABLE MAIL|^[^\S\n]*DELAYS IN DELIVERING YOUR MESSAGE",
        None,
        None,
        "angle-and-reason angle",
    ),
    _dialect(
        "opensmtpd",
        r"^[^\S\n]*This is the MAILER-DAEMON, please DO NOT REPLY",
        None,
        None,
        "colon-and-reason address-first",
    ),
    _dialect(
        "aol",
        r"^(?:Sorry \S{1,200}\. )?Your mail to the following recipients could not be delivered",
        r"^(?:Sorry \S{1,200}\. )?Your mail to the following recipients",
        None,
        "bare",
        local_names=True,
    ),
    _dialect(
        "groupwise",
        r"^The message that you sent was undeliverable to the following",
        r"^The message that you sent was undeliverable to the following",
        None,
        "address-first bare",
        local_names=True,
    ),
    _dialect("fml", r"^Duplicated Message-ID in <", None, None, "sentence"),
    _dialect("dragonfly", r"^This is the DragonFly Mail Agent", None, None, "sentence"),
    _dialect(
        "smail",
        r"^\|-{3,} ?(?:Failed addresses|Message log) follow",
        r"^\|-{3,} ?Failed addresses follow",
        r"^\|-{3,} ?Message (?:header|text)",
        "angle smail",
    ),
    _dialect(
        "mailenable",
        r"^(?:\w+: )?Message could not be delivered to (?:some|mobile)",
        None,
        None,
        "label",
    ),
    _dialect(
        "interscan",
        r"\*{0,8} ?Message from InterScan|^(?:Sent|Received) (?:<<<|>>>) ",
        None,
        None,
        "transcript",
    ),
    _dialect("james", r"^Error message below:|^[^\S\n]*RCPT TO: ", None, None, "label"),
    _dialect(
        "ezweb",
        r"^The user\(s\) account is|^Each of the following recipients was rejected"
        r"|^The following recipients did not receive|^This Message was undeliverable due to",
        None,
        None,
        "label angle-and-reason angle",
    ),
    _dialect(
        "mailmarshal",
        r"^Could not be delivered because of|^The following recipients were affected",
        r"^The following recipients were affected",
        r"^Additional Information",
        "bare",
    ),
    _dialect(
        "imail",
        r"\A\s*(?:Unknown (?:user|host)|Invalid final delivery|User mailbox exceeds|undeliverable"
        r"|Delivery failed \d+ attempts|Requested action not taken|Mailbox)\b",
        None,
        None,
        "imail sentence",
    ),
    _dialect("surfcontrol", r"^Your message could not be sent\.$", None, None, "label"),
    _dialect("m-filter", r"^-{3,}(?:server message|SMTP command)", None, None, "bare"),
    _dialect("x6", r"^\d+ error\(s\):", None, None, "angle-anywhere sentence"),
    _dialect(
        "failed-recipients",
        r"^-{2,} ?(?:Failed Recipients|Non-Delivery Report)|^Your message with Subject: ",
        None,
        None,
        "angle-and-reason",
    ),
    _dialect("lsmtp", r"^Error-for:", None, None, "error-for"),
    _dialect("jetmail", r"^Your mail cannot be delivered to the following", None, None, "bare"),
    _dialect(
        "tencent",
        r"邮件被退回|系统退信|收件人邮件地址|邮件投递失败|无法发送到|邮件无法投递",
        None,
        None,
        "label bare",
    ),
)

# Any other system: every shape is tried. Its sign is asked together with signs in the headers.
FALLBACK = Dialect("unknown", FAILURE, None, None, SHAPES)
