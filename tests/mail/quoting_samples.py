"""How programs of many kinds and languages introduce, sign and end what they send."""

from __future__ import annotations

import csv
import re
from pathlib import Path

MAILS = Path(__file__).parents[1] / "mails" / "quoting"
_ESCAPES = re.compile(r"\\(n|u[0-9a-f]{4})")


def _unescaped(cell: str) -> str:
    return _ESCAPES.sub(
        lambda escape: "\n" if escape[1] == "n" else chr(int(escape[1][1:], 16)), cell
    )


def _samples(name: str) -> tuple[tuple[str, str, str], ...]:
    """(language, program, introduction) of each row; line ends and unseen signs are escaped."""
    with (MAILS / name).open(encoding="utf-8", newline="") as table:
        rows = list(csv.reader(table, delimiter="\t", quoting=csv.QUOTE_NONE))
    return tuple((row[0], row[1], _unescaped(row[2])) for row in rows[1:])


ATTRIBUTIONS = _samples("attributions.tsv")
HEADER_BLOCKS = _samples("header_blocks.tsv")


def _pages() -> dict[str, str]:
    """An answer in HTML by program, with {words} for what is new and {old} for what is quoted."""
    with (MAILS / "pages.tsv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.reader(table, delimiter="\t", quoting=csv.QUOTE_NONE))
    return {row[0]: row[1].replace("\\n", "\n") for row in rows[1:]}


PAGES = _pages()

# What programs and telephones add below the words.
SENT_FROM: tuple[str, ...] = (
    "Sent from my iPhone",
    "Sent from my cell, please excuse any typos.",
    "Get Outlook for iOS<https://aka.ms/example>",
    "Get Outlook for Android",
    "Sent from Mail for Windows 10",
    "Sent from Yahoo Mail on Android",
    "(Sent from mobile device)",
    "Skickat från min iPhone",
    "Skickat från Outlook för Android<https://aka.ms/example>",
    "Hämta Outlook för iOS",
    "Hämta Outlook för Android <https://aka.ms/example>",
    "Skickades från min Samsung Galaxy",
    "Von meinem iPhone gesendet",
    "Gesendet von Outlook für Android",
    "Outlook für iOS beziehen",
    "Diese Nachricht wurde von meinem Android-Mobiltelefon mit K-9 Mail gesendet.",
    "Sendt fra min iPhone",
    "Hent Outlook til iOS",
    "Sendt fra Outlook for Android",
    "Lähetetty iPhonesta",
    "Hanki Outlook for Android",
    "Verstuurd vanaf mijn iPhone",
    "Verzonden vanuit Outlook voor iOS",
    "Envoyé de mon iPhone",
    "Envoyé à partir de Outlook pour Android",
    "Obtenir Outlook pour iOS",
    "Enviado desde mi iPhone",
    "Obtener Outlook para Android",
    "Inviato da iPhone",
    "Ottieni Outlook per iOS",
    "Wysłane z iPhone'a",
    "Pobierz aplikację Outlook dla systemu Android",
    "Gesendet mittels einer sicheren E-Mail von ProtonMail.",
    "Gesendet mit der mobilen Mail App",
    "Az iPhone-omról küldve",
    "Trimis de pe iPhone-ul meu",
    "iPhoneから送信",
    "发自我的iPhone",
    "나의 iPhone에서 보냄",
    "أُرسلت من الـ iPhone",
)

FAREWELLS: tuple[str, ...] = (
    *("Med vänliga hälsningar", "Med vänlig hälsning,", "Mvh", "Hälsningar,"),
    *("Best regards,", "Kind regards", "Regards,", "Cheers,", "Many thanks,", "Sincerely,"),
    *("Mit freundlichen Grüßen", "Viele Grüße", "MfG", "Met vriendelijke groet,", "Groeten"),
    *("Med vennlig hilsen", "Venlig hilsen", "Med venlig hilsen", "Ystävällisin terveisin"),
    *("Terveisin", "Cordialement,", "Bien à vous,", "Saludos,", "Atentamente,", "Un saludo"),
    *("Cordiali saluti", "Distinti saluti,", "Z poważaniem", "Pozdrawiam,"),
)
