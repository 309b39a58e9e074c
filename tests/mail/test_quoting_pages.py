"""Mails that are nothing but HTML, in the manner of each program, read whole."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from helpdesk.mail.parse import parse
from tests.mail.quoting_samples import PAGES

WORDS = "Hi Bo,<br><br>Yes, that works for us."
OLD = (
    "<div>Hello Eva,</div><div><br></div><div>Would Tuesday work for you?</div>"
    "<div>Thanks,</div><div>Bo Ek</div>"
)


def newest(page: str) -> str:
    mail = EmailMessage()
    mail["From"] = "Eva Andersson <eva@example.org>"
    mail["To"] = "desk@example.com"
    mail["Subject"] = "Re: Meeting"
    mail.set_content(page.replace("{words}", WORDS).replace("{old}", OLD), subtype="html")
    return " ".join(parse(mail.as_bytes()).reply_text.split())


@pytest.mark.parametrize("program", PAGES)
def test_only_the_newest_words_of_a_page_are_left(program: str) -> None:
    assert newest(PAGES[program]) == "Hi Bo, Yes, that works for us."


def test_answers_between_quotations_stay_with_what_they_answer() -> None:
    page = (
        '<div class="gmail_quote"><div class="gmail_attr">On Tue, Mar 3, 2020 at 10:11 AM Bo Ek '
        "&lt;bo@example.com&gt; wrote:<br></div><blockquote>Would Tuesday work?</blockquote>"
        "<div>Yes it would.</div><blockquote>And who comes?</blockquote>"
        "<div>All three of us.</div></div>"
    )

    assert newest(page) == ("> Would Tuesday work? Yes it would. > And who comes? All three of us.")


def test_a_page_that_only_forwards_is_kept_whole() -> None:
    page = (
        '<div class="gmail_quote"><div class="gmail_attr">---------- Forwarded message ---------'
        "<br>From: Bo Ek &lt;bo@example.com&gt;<br>Subject: Meeting<br>To: Eva<br></div>{old}</div>"
    )

    assert newest(page).endswith("Would Tuesday work for you? Thanks, Bo Ek")


def test_words_that_somebody_quotes_from_a_book_are_his() -> None:
    page = "<p>{words}</p><blockquote>To be or not to be.</blockquote><p>Isn’t that nice?</p>"

    assert newest(page).endswith("> To be or not to be. Isn’t that nice?")
