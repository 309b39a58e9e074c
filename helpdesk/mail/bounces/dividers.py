"""The line at which a report stops speaking and the returned mail begins."""

from __future__ import annotations

import re

_DECORATION = " \t-=*+|#_~.:>"

_PHRASES = re.compile(
    r"(?:the |your |unsent |undelivered |returned |source |original ){0,3}"
    r"(?:message|mail|email)(?: info| headers?)?(?: is| as)? (?:(?:follows|following)\b|below$)"
    r"|(?:the |your )?(?:original|returned|unsent) (?:message|mail)(?: headers?| info)?$"
    r"|(?:the )?headers? of the (?:source|original) (?:mail|message)"
    r"|(?:this is|here is|below is|below this line is|below the next line is|included is) "
    r"(?:a |the )?(?:copy|first part|header)"
    r"|(?:a )?copy of (?:the|your) (?:original )?message\b"
    r"|the headers? and (?:top|first) \d+ lines"
    r"|the first \d+ lines of (?:your|the) (?:original )?message"
    r"|(?:start|begin|beginning) of (?:returned|original) (?:message|mail)"
    r"|returned (?:mail|message) follows"
    r"|(?:original )?message headers? follows?"
    r"|(?:bounced|rejected|undelivered|failed|blocked) (?:e-?mail|message|mail)$"
    r"|(?:your |the )?original (?:e-?mail|message) (?:is )?(?:attached|included|below)"
    r"|included is a copy|(?:the )?message headers? (?:are|is) (?:below|attached)"
    r"|mensaje original|mensagem original|message d'origine|messaggio originale"
    r"|oryginalna wiadomo|original ?nachricht|oprindelig meddelelse|opprinnelig melding"
    r"|alkuper[äa]inen viesti|oorspronkelijk bericht|исходное (?:письмо|сообщение)"
    r"|元のメッセージ|原始邮件|原始信件"
    r"|original message as received"
    r"|no message was collected"
    r"|your message reads"
    r"|message header follows"
    r"|en-t[êe]tes de message d'origine"
    r"|ursprungliga? meddelande"
    r"|urspr[üu]ngliche nachricht"
    r"|encabezados de mensajes? originales"
    r"|intestazioni originali del messaggio"
    r"|oorspronkelijke berichtkoppen",
    re.IGNORECASE,
)
_HEADER = re.compile(r"(?:Received|Return-Path|X-Envelope-From):\s", re.IGNORECASE)
# A returned mail that no divider announces: its sender and its subject or recipient together.
_BLOCK = re.compile(
    r"^From: [^\n]{1,400}\n(?:[^\s:][^\n:]{0,60}: [^\n]{0,400}\n){0,8}(?:To|Subject): ",
    re.MULTILINE,
)
# A divider is a short line of its own; a sentence that happens to begin like one is longer.
_LONGEST = 160


def split_returned(text: str) -> tuple[str, str]:
    """The report's own words, and from the first divider on the mail that it returns."""
    position = 0
    for line in text.split("\n"):
        if 0 < len(line) < _LONGEST and _divides(line):
            return text[:position], text[position:]
        position += len(line) + 1
    return text, ""


def holds_headers(text: str) -> bool:
    """Whether the headers of a mail stand in a report's own words, where nothing divides them."""
    return bool(_BLOCK.search(text))


def _divides(line: str) -> bool:
    return bool(_HEADER.match(line.lstrip("> ")) or _PHRASES.match(line.strip(_DECORATION)))
