"""The quick signs that a mail may be a report; everything slower is asked only when one shows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message

_WANTED = frozenset(
    (
        "auto-submitted",
        "content-type",
        "from",
        "in-reply-to",
        "references",
        "return-path",
        "sender",
        "subject",
        "x-failed-recipients",
        "x-mailer",
    )
)

# Headers that only a reporting system writes.
_REPORT_HEADERS = frozenset(
    (
        "x-failed-recipients",
        "x-ms-exchange-message-is-ndr",
        "x-mx-bounce",
        "x-ahmailid",
    )
)

# Programs that write hardly anything but reports (people's mail bears other names).
_REPORTING_MAILERS = ("<SMTP32", "m-FILTER")

_SENDER = re.compile(
    r"(?<![\w.])(?:mailer[-_. ]?daemon|mail[-_. ]?daemon|post[-_]?master|mdaemon|jetmail|mmsc"
    r"|mail[-_. ]?(?:router|gateway|system|server|filter)|e-?mail[- ]?(?:zustell|system|server)"
    r"|mailzustell|content[- ]filter|bounce[-_. ]?(?:handler|daemon|notif)|no-reply@sns\."
    r"|mail[-_. ]?deliver(?:y|er)?\b|delivery[-_. ]subsystem|mail[-_. ]?admin(?:istrator)?"
    r"|system[-_. ]?administrator|mail[-_. ]?(?:delivery[-_. ])?(?:sub)?system|mail[-_.]noreply"
    r"|microsoft (?:exchange|outlook)|microsoftexchange[0-9a-f]{8,}|internet mail delivery"
    r"|e?mail delivery|mail notification system|smtp[-_ ]mail[-_ ]service|symantec\w*|mmta"
    r"|imss|(?:^|[\s<])(?:smtpd?|listserv)@|interscan|lsmtp|no-reply@\w+\.dion)",
    re.IGNORECASE,
)

# Anchored at the start: an answer to a report ("Re: Undelivered Mail …") was written by somebody.
_SUBJECT = re.compile(
    r"[\s\[*\"“«(]{0,4}(?:"
    r"un-?deliver|undeliverable|non-?deliver|ndn\b|ndr\b|not delivered"
    r"|(?:permanent |mail |e-?mail |message |final |failed |\[?postmaster\]? )*"
    r"(?:deliver\w*|mail|message) ?(?:status|fail\w*|error|problem|warning|notif\w*|delay\w*"
    r"|report|unsuccessful|could ?n[o']t|not (?:be )?(?:delivered|sent|received)|has failed"
    r"|system error|delivery|frozen|rejected|returned|undeliver\w*)"
    r"|(?:failed|failure|failing) (?:deliver|notice|mail|message)|failure notice|bounced?\b"
    r"|return(?:ed|ing) (?:mail|message|to sender|e-?mail)|rejected mail|automatically rejected"
    r"|(?:could not|unable to|cannot|can't|failed to) (?:be )?(?:deliver|send)"
    r"|your (?:message|mail|e-?mail) (?:to .{1,200})?(?:could not|was not|cannot|has not|bounced)"
    r"|delivery (?:has )?(?:fail|delayed|aborted|expired)|processing error"
    r"|warning: (?:message|could not|mail|delayed|.{1,100}(?:user unknown|no such user))"
    r"|there was an error sending|error sending|nondeliverable|mail could not"
    r"|relayed:|delivered:|expanded:|successful mail delivery|address (?:not found|changed)"
    r"|e-?mail bounce|message you sent|user unknown|unknown (?:user|recipient|address)"
    r"|(?:your )?(?:message|mail|e-?mail) (?:you sent|was (?:blocked|rejected|refused))"
    r"|sorry,? your (?:message|mail|e-?mail)|failed to send|loop alert: duplicated"
    r"|complaint about message from|aws notification message|amazon ses "
    r"|(?:message|mail|e-?mail) (?:blocked|refused|quarantined and not)|undelivered|failed: "
    r"|(?:ihre|die|deine) (?:nachricht|e-?mail|mail)\b.{0,80}(?:nicht|unzustellbar)"
    r"|(?:sua |a )?(?:mensagem|e-?mail) (?:não|devolvid)|falha (?:na|de|no) (?:entrega|envio)"
    r"|(?:twoja )?wiadomość .{0,40}nie (?:została|mogła)|zwrot (?:wiadomości|poczty)|błąd dostar"
    r"|(?:votre|le) (?:message|courriel) (?:n'a|.{0,60}non)|(?:uw|je) bericht .{0,40}niet"
    r"|(?:ditt|ert) (?:meddelande|mejl|mail) .{0,40}(?:kunde inte|inte levere)"
    r"|(?:din|dit) (?:meddelelse|melding|mail|besked) .{0,40}(?:ikke|kunne ikke)"
    r"|(?:il suo|il tuo) messaggio|doručení|nedoruč|teslim edil|không gửi|gagal"
    r"|kézbesít|sikertelen|nelivrabil|livrarea|δεν παραδόθηκε|μη παραδοτέο|kättetoimetamat"
    r"|ni dostav|neisporuč|не доставлено|недоставл|تعذر|לא ניתן למסירה|לא נמסר|nachrichtenstatus"
    r"|unable to send|mailbox (?:is )?full|quota exceeded|rejected(?: message| mail)?:"
    r"|obeställbar|kan ikke aflever|kunne ikke aflever|olevererbar|oleverbar|ej levererba"
    r"|kunde inte leverera|meddelandet kunde inte"
    r"|det gick inte att leverera|det går inte att leverera|leveransfel|leveransstatus|fördröjd"
    r"|unzustellbar|nicht zustellbar|nicht zugestellt|zustell\w* (?:fehl|status)|zustellungsfehl"
    r"|unzustellbare|verzögert|kan ikke leveres|kunne ikke leveres|uleverbar|leveringsfejl"
    r"|leveringsfeil|ei voi toimittaa|toimitus epäonnistui|toimittamat|viestiä ei voitu"
    r"|onbestelbaar|niet bezorgd|niet afgeleverd|bezorging"
    r"|non remis|non[- ]distribu|message non|échec de (?:la )?(?:remise|distribution|livraison)"
    r"|echec de|courrier non|avis de non|retour (?:de|à)|no se (?:puede|pudo|ha podido) entregar"
    r"|no entrega|devuelto|mensaje (?:devuelto|no)|error (?:de|al) (?:entrega|entregar)|su mensaje"
    r"|non recapitabile|mancata consegna|recapito non|messaggio non|impossibile recapitare"
    r"|niedostarcz|nie dostarcz|nie można dostarczyć|não (?:é possível )?entreg|não foi possível"
    r"|недостав|не доставлен|ваше сообщение не|сообщение не|невозможно доставить"
    r"|配信|メール|メッセージを配信|送信できません|エラーメール|退信|系统退信|邮件|投递|無法|无法"
    r"|未送达|반송|배달|발송|메일)",
    re.IGNORECASE,
)
_DAEMON = re.compile(r"(?<![\w.-])mailer[-_]?daemon(?![\w-])", re.IGNORECASE)
_SUBJECT_TAIL = re.compile(r"\((?:delivery failed|failure|delay|fehler)\)|mail failure\.?$", re.I)
_ENCODED = re.compile(r"=\?[^?]{1,40}\?[bq]\?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Signs:
    """What the headers alone tell; `headers` are the few that reports use, decoded."""

    report_type: str | None  # of multipart/report, "" where it names none
    bare_report: bool  # the whole mail is a message/delivery-status or the like
    sender: bool  # a mail system's name in From or Sender
    daemon: bool  # From is MAILER-DAEMON: it writes nothing but reports
    null_sender: bool  # an empty return path (RFC 5321 section 4.5.5)
    subject: bool  # the words of a report, at the start of the subject
    tell_tale: bool  # a header that only reporting systems write
    headers: dict[str, str]

    @property
    def any(self) -> bool:
        """Whether it is worth opening the mail."""
        return (
            self.report_type is not None
            or self.bare_report
            or self.sender
            or self.null_sender
            or self.subject
            or self.tell_tale
        )


def signs_of(message: Message) -> Signs:
    """Read the headers once; a mail that is no report costs no more than this."""
    found: dict[str, str] = {}
    tell_tale = False
    for name, value in message.raw_items():
        key = name.lower()
        tell_tale = tell_tale or key in _REPORT_HEADERS
        if key in _WANTED and key not in found:
            found[key] = _decoded(str(value)[:4_000])
    kind = found.get("content-type", "").lstrip()[:40].lower()
    sender = found.get("from", "")
    path = found.get("return-path")
    subject = found.get("subject", "")
    return Signs(
        report_type=_report_type(message) if kind.startswith("multipart/report") else None,
        bare_report=kind.startswith(("message/delivery-status", "message/disposition-not")),
        sender=bool(_SENDER.search(sender) or _SENDER.search(found.get("sender", "")))
        or sender.strip().endswith("<>")
        or found.get("x-mailer", "").startswith(_REPORTING_MAILERS),
        daemon=bool(_DAEMON.search(sender)),
        null_sender=path is not None and _is_null(path),
        subject=bool(_SUBJECT.match(subject) or _SUBJECT_TAIL.search(subject[-200:])),
        tell_tale=tell_tale,
        headers=found,
    )


def _is_null(path: str) -> bool:
    bare = path.strip().strip("<>").strip().lower()
    return not bare or bare.startswith("mailer-daemon")


def _report_type(message: Message) -> str:
    value = message.get_param("report-type", "")
    return value.strip().lower() if isinstance(value, str) else ""


def _decoded(value: str) -> str:
    value = " ".join(value.split())
    if not value.isascii():
        # Bytes that the parser could not read stand in the text as surrogates.
        raw = value.encode("utf-8", "surrogateescape")
        value = raw.decode("utf-8", "replace")
    if not _ENCODED.search(value):
        return value
    try:
        return str(make_header(decode_header(value)))
    except (MessageError, LookupError, ValueError):
        return value
