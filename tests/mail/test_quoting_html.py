"""Marks in HTML help where the text has lost every sign of the quotation."""

from __future__ import annotations

import pytest

from helpdesk.mail.quoting import folded, newest_words

OLD = "Here is the guide that you asked for, with pictures."
TEXT = f"Thanks, that helped a lot.\n\n{OLD}\nEva\n"

MARKS = {
    "Gmail": '<div class="gmail_quote"><p>{old}</p></div>',
    "Outlook on the web": '<div id="appendonsend"></div><div>{old}</div>',
    "Outlook, its header block": '<div id="divRplyFwdMsg" dir="ltr"><font>{old}</font></div>',
    "Outlook, the rule": (
        '<div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt">'
        "<p>{old}</p></div></div>"
    ),
    "Outlook for Mac": '<span id="OLK_SRC_BODY_SECTION"><div>{old}</div></span>',
    "Apple Mail": '<blockquote type="cite"><div>{old}</div></blockquote>',
    "Thunderbird": '<div class="moz-cite-prefix">{old}</div>',
    "Yahoo": '<div class="yahoo_quoted"><div>{old}</div></div>',
    "ProtonMail": '<div class="protonmail_quote">{old}</div>',
    "Zimbra": '<hr id="zwchr" data-marker="__DIVIDER__"><div>{old}</div>',
}


@pytest.mark.parametrize("program", MARKS)
def test_the_mark_of_a_program_ends_the_new_words(program: str) -> None:
    html = f"<p>Thanks, that helped a lot.</p>{MARKS[program].format(old=OLD)}<p>Eva</p>"

    assert newest_words(TEXT, html) == "Thanks, that helped a lot."
    assert "".join(part for _, part in folded(TEXT, html)) == TEXT


def test_without_a_mark_everything_is_new() -> None:
    assert newest_words(TEXT, f"<p>Thanks, that helped a lot.</p><p>{OLD}</p>") == TEXT.strip()


def test_a_mark_above_everything_hides_nothing() -> None:
    html = f'<div class="gmail_quote"><p>{OLD}</p><p>Eva</p></div>'

    assert newest_words(f"{OLD}\nEva\n", html) == f"{OLD}\nEva"


def test_words_that_stand_twice_in_the_text_decide_nothing() -> None:
    text = f"{OLD}\n\nDid you mean this?\n\n{OLD}\n"

    assert newest_words(text, f'<div class="gmail_quote">{OLD}</div>') == text.strip()


SIGNATURES = {
    "Gmail": '<div dir="ltr" class="gmail_signature"><div>{name}</div><div>{unit}</div></div>',
    "Outlook on the web": '<div id="Signature"><div>{name}</div><div>{unit}</div></div>',
    "Outlook for a telephone": '<div id="ms-outlook-mobile-signature">{name}<br>{unit}</div>',
    "Thunderbird": '<div class="moz-signature">{name}<br>{unit}</div>',
    "ProtonMail": '<div class="protonmail_signature_block">{name}<br>{unit}</div>',
    "Samsung": '<div id="composer_signature"><div>{name}</div><div>{unit}</div></div>',
}


@pytest.mark.parametrize("program", SIGNATURES)
def test_a_marked_signature_goes_from_the_text(program: str) -> None:
    signature = SIGNATURES[program].format(name="The people of floor 3", unit="Always glad to help")
    html = f"<p>That helped a lot.</p>{signature}<div class='gmail_quote'>{OLD}</div>"
    text = f"That helped a lot.\n\nThe people of floor 3\nAlways glad to help\n\n{OLD}\n"

    assert newest_words(text, html) == "That helped a lot."
    assert "".join(part for _, part in folded(text, html)) == text


def test_what_is_written_below_a_signature_stays() -> None:
    html = '<p>One more thing:</p><div id="Signature">Bo Ek<br>Floor 3</div><p>It is red now.</p>'
    text = "One more thing:\n\nBo Ek\nFloor 3\n\nIt is red now.\n"

    assert newest_words(text, html) == "One more thing:\n\nIt is red now."


def test_a_question_that_somebody_wrote_into_the_signature_stays() -> None:
    html = '<p>Thanks.</p><div id="Signature">Bo Ek<br>And who has the key?</div>'
    text = "Thanks.\n\nBo Ek\nAnd who has the key?\n"

    assert newest_words(text, html) == text.strip()


def test_a_mail_that_is_nothing_but_a_signature_stays() -> None:
    html = '<div id="Signature">The people of floor 3<br>Always glad to help</div>'
    text = "The people of floor 3\nAlways glad to help"

    assert newest_words(f"{text}\n", html) == text
