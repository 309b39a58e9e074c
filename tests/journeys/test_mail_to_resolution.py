"""The main journey, door to door: mail, acknowledgement, an agent's reply, an answer, the end."""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Install
from tests.journeys.installation import Installation, wait_until
from tests.peers.dovecot import PASSWORD, Dovecot
from tests.peers.smtp import Received, Sink, smtp_sink

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

REQUESTER = "Nils Lund <nils.lund@example.com>"
AGENT_PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Language:
    """What is said in one language, by people and by us."""

    code: str
    locale: str
    subject: str
    text: str
    reply: str
    answer: str
    # How mail programs begin a quotation; its place is for who wrote.
    wrote: str
    # These stand in our mails and on our pages.
    acknowledged: str
    resolved: str
    on_the_page: str


ENGLISH = Language(
    code="en",
    locale="en-GB",
    subject="The printer prints grey stripes",
    text="Hello,\n\nsince this morning every page has grey stripes. Please help me with this.\n",
    reply="Please change the drum, it lies in the cupboard beside the printer.",
    answer="I have changed it, and now it prints as it should.",
    wrote="On Tue, Nov 24, 2026 at 8:41 AM {} wrote:",
    acknowledged="We have received your mail.",
    resolved="We have finished our work on",
    on_the_page="Unassigned",
)
SWEDISH = Language(
    code="sv",
    locale="sv-SE",
    subject="Skrivaren skriver gråa ränder",
    text="Hej!\n\nSedan i morse har varje sida gråa ränder. Kan ni hjälpa mig med det här?\n",
    reply="Byt trumman, den ligger i skåpet bredvid skrivaren är du snäll.",
    answer="Jag har bytt den, och nu skriver den som den ska.",
    wrote="Den tis 24 nov. 2026 kl 08:41 skrev {}:",
    acknowledged="Vi har fått ditt mejl.",
    resolved="Vi är klara med",
    on_the_page="Otilldelade",
)


Send = Callable[[EmailMessage, str], None]


def by_smtp(place: Installation) -> Send:
    """The door that mail servers hand mail to."""

    def send(mail: EmailMessage, to: str) -> None:
        with smtplib.SMTP("127.0.0.1", place.smtp, "localhost", timeout=30) as smtp:
            smtp.send_message(mail, to_addrs=[to])

    return send


def by_imap(place: Installation, dovecot: Dovecot, language: Language) -> tuple[str, Send]:
    """A mailbox that is fetched; its address, and how mail gets into it."""
    user = dovecot.new_user()
    place.helpdesk(
        *("mailbox", "add", "fetched", "--address", user, "--username", user, "--password", "-"),
        *("--host", "127.0.0.1", "--port", str(dovecot.imap), "--security", "none"),
        *("--old-mail", "now", "--queue", "incidents", "--language", language.code),
        stdin=f"{PASSWORD}\n".encode(),
    )
    return user, lambda mail, to: [dovecot.put(user, [mail.as_bytes()]), None][-1]


def letter(subject: str, text: str, to: str, **headers: str) -> EmailMessage:
    """What the requester's mail program makes."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = REQUESTER, to, subject
    mail["Date"], mail["Message-ID"] = formatdate(), make_msgid(domain="mail.example.com")
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail


def plain_text(mail: Received) -> str:
    part = mail.message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def answer_to(mail: Received, language: Language) -> tuple[EmailMessage, str]:
    """An answer as mail programs write it, and the address that it goes to."""
    got = mail.message
    to = str(got["Reply-To"] or got["From"])
    quoted = "".join(f"> {line}\n" for line in plain_text(mail).splitlines())
    references = f"{got['References'] or ''} {got['Message-ID']}".strip()
    written = letter(
        str(got["Subject"]),
        f"{language.answer}\n\n{language.wrote.format(got['From'])}\n\n{quoted}",
        to,
        In_Reply_To=str(got["Message-ID"]),
        References=references,
    )
    return written, to.rpartition("<")[2].rstrip(">")


def sign_in(browser: Browser, place: Installation, language: Language) -> Page:
    page = browser.new_context(locale=language.locale, base_url=place.address).new_page()
    page.set_default_timeout(20_000)
    page.goto("/account/login")
    page.fill("input[name=email]", "agnes@example.org")
    page.fill("input[name=password]", AGENT_PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(lambda url: "/account/login" not in url)
    return page


def travel(
    place: Installation,
    sink: Sink,
    browser: Browser,
    language: Language,
    send: Send,
    address: str,
) -> None:
    """From the first mail to the end."""
    mail = letter(language.subject, language.text, address)
    send(mail, address)

    (acknowledgement,) = sink.wait_for(1, 60)
    got = acknowledgement.message
    (ticket,) = place.lines("ticket", "list")
    tag = f"[#{ticket['number']}]"
    assert acknowledgement.rcpt_tos == ("nils.lund@example.com",)
    assert got["From"].addresses[0].addr_spec == address
    assert got["Subject"] == f"Re: {language.subject} {tag}"
    assert got["In-Reply-To"] == mail["Message-ID"]
    assert mail["Message-ID"] in got["References"].split()
    assert got["Auto-Submitted"] == "auto-replied"
    assert language.acknowledged in plain_text(acknowledgement)

    page = sign_in(browser, place, language)
    page.get_by_role("link", name=language.on_the_page).first.click()
    page.get_by_role("link", name=language.subject).click()
    expect(page.locator("h1")).to_contain_text(language.subject)
    expect(page.locator("article[data-message]")).to_have_count(1)
    page.locator("#reply > summary").click()
    page.fill("#reply-text", language.reply)
    page.locator("#reply .composer-foot button.btn-primary").click()
    expect(page.locator("article[data-message]")).to_have_count(2)

    reply = sink.wait_for(2, 60)[-1]
    assert reply.rcpt_tos == ("nils.lund@example.com",)
    assert language.reply in plain_text(reply)
    assert reply.message["Subject"] == f"Re: {language.subject} {tag}"
    assert mail["Message-ID"] in reply.message["References"].split()
    assert reply.message["Auto-Submitted"] in (None, "no"), "a person wrote it"

    written, to = answer_to(reply, language)
    send(written, to)
    count = "SELECT count(*) FROM messages WHERE direction = 'in'"
    wait_until(lambda: place.number(count) == 2, 60, "the answer")
    page.reload()
    expect(page.locator("article[data-message]")).to_have_count(3)
    expect(page.locator("article[data-message]").last).to_contain_text(language.answer)

    page.locator("#moves button[value=resolved]").click()
    told = [mail for mail in sink.wait_for(3, 60) if mail.rcpt_tos == ("nils.lund@example.com",)]
    assert language.resolved in plain_text(told[-1])
    assert told[-1].message["Subject"] == f"Re: {language.subject} {tag}"
    assert written["Message-ID"] in told[-1].message["References"].split()
    page.context.close()

    (shown,) = place.lines("ticket", "show", str(ticket["number"]))
    assert (shown["state"], shown["requester"]["address"]) == ("resolved", "nils.lund@example.com")
    assert [each["direction"] for each in shown["messages"]] == ["in", "out", "in"]
    assert shown["messages"][1]["delivery"][0]["state"] == "sent"
    assert shown["messages"][2]["newest"].strip() == language.answer
    assert len(place.lines("ticket", "list")) == 1


def begin(install: Install, sink: Sink, language: Language) -> Installation:
    place = install(
        smtp_host="127.0.0.1",
        smtp_port=str(sink.port),
        smtp_security="none",
        web_processes="1",
        default_language=language.code,
    )
    place.helpdesk(
        *("person", "add", "agnes@example.org", "--name", "Agnes Agent", "--role", "agent"),
        *("--function", "service-desk", "--language", language.code),
    )
    place.helpdesk("person", "password", "agnes@example.org", "--password", AGENT_PASSWORD)
    return place


@pytest.mark.one_database
def test_a_mail_by_imap_becomes_a_resolved_ticket_in_english(
    install: Install, dovecot: Dovecot, chromium: Browser
) -> None:
    with smtp_sink() as sink:
        place = begin(install, sink, ENGLISH)
        address, send = by_imap(place, dovecot, ENGLISH)
        place.start("run")
        seen = "SELECT count(*) FROM mailboxes WHERE name = 'fetched' AND worked_at IS NOT NULL"
        wait_until(lambda: place.number(seen), 90, "look at the mailbox")
        place.wait_for_pages()
        travel(place, sink, chromium, ENGLISH, send, address)


def test_a_mail_by_smtp_becomes_a_resolved_ticket_in_swedish(
    install_on_postgresql: Install, chromium: Browser
) -> None:
    with smtp_sink() as sink:
        place = begin(install_on_postgresql, sink, SWEDISH)
        place.start("run")
        place.wait_for_doors(90)
        place.wait_for_pages()
        travel(place, sink, chromium, SWEDISH, by_smtp(place), "helpdesk@example.org")
