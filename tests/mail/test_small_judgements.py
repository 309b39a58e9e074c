"""The small pure judgements of the road: thanks, languages, subjects."""

from __future__ import annotations

import pytest

from helpdesk.mail.languages import language_of
from helpdesk.mail.subjects import bare, number_in
from helpdesk.mail.thanks import merely_thanks


@pytest.mark.parametrize(
    "text",
    [
        "Tack!",
        "Tack för hjälpen! /Eva Ek",
        "Hej Agnes, tack!",
        "Tusen tack\n\nHälsningar\nEva Ek",
        "Tack, nu fungerar det igen!",
        "Thanks, it works now",
        "Thank you so much for your quick help",
        "Hi Agnes\nThanks!\nEva",
        "Vielen Dank",
        "Kiitos",
    ],
)
def test_a_thanks_is_a_thanks(text: str) -> None:
    assert merely_thanks(text, has_files=False)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Mvh Eva",
        "Thanks. No.",
        "Tack men det fungerar inte",
        "Down again. Thanks",
        "Hjälp! Tack",
        "Thanks, and the scanner?",
        "Thanks, can you also fix the printer",
        "Tack. Men nu är skrivaren på plan tre också trasig igen",
    ],
)
def test_what_asks_for_something_is_no_mere_thanks(text: str) -> None:
    assert not merely_thanks(text, has_files=False)


def test_a_thanks_with_a_file_brings_something() -> None:
    assert not merely_thanks("Tack!", has_files=True)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hej, jag kan inte logga in på datorn.", "sv"),
        ("Skrivaren står stilla, vad gör jag åt det?", "sv"),
        ("Hello, I cannot log in to my computer.", "en"),
        ("The printer is dead and we need it.", "en"),
        ("", None),
        ("404 ERROR 0x80070005", None),
        ("Printer", None),
    ],
)
def test_a_language_is_told_by_its_small_words(text: str, language: str | None) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    ("subject", "number", "words"),
    [
        ("[#1042] The printer", 1042, "The printer"),
        ("Sv: [#1042] The printer", 1042, "The printer"),
        ("Re: Re[4]: AW: The printer [ #7 ]", 7, "The printer"),
        ("Fwd: VB: WG: The printer", None, "The printer"),
        ("Ärende #1042", None, "Ärende #1042"),
        ("[1042]", None, "[1042]"),
        ("[#99999999999]", None, "[#99999999999]"),
        ("Reset: the printer", None, "Reset: the printer"),
    ],
)
def test_a_subject_is_read_as_our_mails_write_it(
    subject: str, number: int | None, words: str
) -> None:
    assert (number_in(subject), bare(subject)) == (number, words)
