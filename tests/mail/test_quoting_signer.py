"""Who signed a mail, and whether it was forwarded, is known from its header and helps its text."""

from __future__ import annotations

import pytest

from helpdesk.mail.quoting import newest_words

CARD = "Bo Ek\nEkonomienheten, Exempelkommun\n070-123 45 67\n"
HEAD = (
    "Från: Eva Andersson <eva@example.org>\nSkickat: den 3 mars 2020 10:11\n"
    "Till: Bo Ek\nÄmne: Skrivaren\n\nSkrivaren på plan 3 är trasig.\n"
)


@pytest.mark.parametrize(
    "signer", ["Bo Ek", "Ek, Bo", "Ek Bo (Exempelkommun)", "bo.ek@example.com"]
)
def test_the_card_of_whoever_signs_goes_without_any_farewell(signer: str) -> None:
    text = f"Kan ni byta lösenord åt mig?\n\n{CARD}\n{HEAD}"

    assert newest_words(text, signer=signer) == "Kan ni byta lösenord åt mig?"


def test_somebody_elses_card_is_what_the_mail_is_about() -> None:
    text = f"Vi har fått en ny kollega.\n\n{CARD}"

    assert newest_words(text, signer="Eva Andersson") == text.strip()
    assert newest_words(text) == text.strip()


@pytest.mark.parametrize(
    "above", ["Lägg in mig så här:", "Rätt ska det vara", "Mina nya uppgifter", "Details below"]
)
def test_a_card_that_is_pointed_at_is_told_and_not_signed(above: str) -> None:
    text = f"Hej!\n\n{above}\n\n{CARD}"

    assert newest_words(text, signer="Bo Ek") == text.strip()


def test_a_name_alone_is_no_card() -> None:
    assert newest_words("Tack!\n\nBo Ek\n", signer="Bo Ek") == "Tack!\n\nBo Ek"


@pytest.mark.parametrize(
    "subject", ["VB: Skrivaren", "Fwd: Skrivaren", "WG: Drucker", "FW: Printer"]
)
def test_a_forwarded_mail_with_hardly_a_word_above_is_the_message(subject: str) -> None:
    text = f"Se nedan\n\n{HEAD}"

    assert newest_words(text, subject=subject) == text.strip()


def test_one_prefix_means_different_things_in_two_languages() -> None:
    finnish = (
        "Kiitos!\n\nLähettäjä: Eva <eva@example.org>\nLähetetty: tiistai 3. maaliskuuta 2020\n"
    )
    finnish += "Vastaanottaja: Bo Ek\nAihe: Tulostin\n\nToimiiko se nyt?\n"
    danish = "Se her\n\nFra: Eva <eva@example.org>\nSendt: tirsdag den 3. marts 2020 10:11\n"
    danish += "Til: Bo Ek\nEmne: Printeren\n\nPrinteren er i stykker.\n"

    assert newest_words(finnish, subject="VS: Tulostin") == "Kiitos!"
    assert newest_words(danish, subject="VS: Printeren") == danish.strip()


def test_an_answer_with_hardly_a_word_is_an_answer() -> None:
    assert newest_words(f"Se nedan\n\n{HEAD}", subject="SV: Skrivaren") == "Se nedan"


def test_own_words_above_a_forwarded_mail_are_the_newest() -> None:
    words = "Kan ni hjälpa Eva med skrivaren i eftermiddag?"

    assert newest_words(f"{words}\n\n{HEAD}", subject="VB: Skrivaren") == words
