"""Mails for trials: text and HTML of about 3 kB, some with an attachment, some of them answers."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate

ATTACHMENT_BYTES = 50_000
EVERY_ATTACHMENT = 10
EVERY_ANSWER = 5

# Two languages, because the index is made of stems.
_WORDS = """
    the printer on floor three prints grey stripes since this morning and nobody can print invoices
    which have to leave before noon please help us soon because the account password laptop screen
    network cable meeting room projector server skrivaren vid receptionen har slutat att skriva ut
    och vi behöver hjälp innan lunch eftersom fakturorna måste skickas idag tack på förhand
"""


@dataclass(frozen=True, slots=True)
class Sent:
    """A mail on its way: bytes, Message-ID, who writes, and the id that it answers."""

    raw: bytes
    message_id: str
    sender: str
    answers: str | None


def generated(
    count: int, *, to: str = "helpdesk@example.org", mark: str = "trial", seed: int = 1
) -> Iterator[Sent]:
    """So many mails, the same for the same seed; each requester writes once, and may answer."""
    # Not for secrets: the same mails are wanted each time.
    chance = random.Random(seed)
    first: Sent | None = None
    for number in range(count):
        answer = first if number % EVERY_ANSWER == EVERY_ANSWER - 1 else None
        mail = _mail(number, answer, to=to, mark=mark, chance=chance)
        # An answer comes a few mails after what it answers.
        if number % EVERY_ANSWER == 0:
            first = mail
        yield mail


def _mail(number: int, answered: Sent | None, *, to: str, mark: str, chance: random.Random) -> Sent:
    words = _WORDS.split()
    sender = answered.sender if answered else f"person{number}.{mark}@example.com"
    message_id = f"<{mark}-{number}.{chance.getrandbits(48):x}@mail.example.com>"
    paragraphs = [" ".join(chance.choices(words, k=40)).capitalize() + "." for _ in range(5)]
    mail = EmailMessage()
    mail["From"] = f"Person {number} <{sender}>"
    mail["To"] = to
    mail["Subject"] = ("Re: " if answered else "") + " ".join(chance.choices(words, k=6))
    mail["Date"] = formatdate()
    mail["Message-ID"] = message_id
    if answered:
        mail["In-Reply-To"] = answered.message_id
        mail["References"] = answered.message_id
    mail.set_content("\n\n".join(paragraphs) + "\n")
    html = "".join(f"<p style='margin:0'>{text}</p>\n" for text in paragraphs)
    mail.add_alternative(f"<html><body>{html}</body></html>", subtype="html")
    if number % EVERY_ATTACHMENT == EVERY_ATTACHMENT - 1:
        data = chance.randbytes(ATTACHMENT_BYTES)
        mail.add_attachment(data, maintype="image", subtype="jpeg", filename=f"photo {number}.jpg")
    return Sent(mail.as_bytes(), message_id, sender, answered.message_id if answered else None)
