"""Real situations as files: a mail's text (`.txt`) and its newest words (`.new`)."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpdesk.mail.quoting import folded, newest_words
from tests.mail.quoting_samples import ATTRIBUTIONS, FAREWELLS, HEADER_BLOCKS, MAILS, SENT_FROM

SITUATIONS = sorted(MAILS.glob("*.txt"))

NEW = "Hej!\n\nNu fungerar det igen, tack för hjälpen.\n\nMvh\nBo"
MARKED = "> Hej Bo,\n>\n> har du startat om den?\n> Mvh\n> Eva\n"
BARE = "Hej Bo,\n\nhar du startat om den?\n\nMvh\nEva\n"
# Without date and address it takes marks below to tell "Eva wrote:" from somebody's own words.
DATED = [sample for sample in ATTRIBUTIONS if any(sign in sample[2] for sign in "0@")]


def same_words(one: str, other: str) -> bool:
    return one.split() == other.split()


def named(sample: tuple[str, str, str]) -> str:
    return f"{sample[0]}: {sample[1]}"


@pytest.mark.parametrize("mail", SITUATIONS, ids=lambda path: path.stem)
def test_the_newest_words_are_found_in_every_situation(mail: Path) -> None:
    expected = mail.with_suffix(".new").read_text(encoding="utf-8")

    assert same_words(newest_words(mail.read_text(encoding="utf-8")), expected)


@pytest.mark.parametrize("mail", SITUATIONS, ids=lambda path: path.stem)
def test_what_is_folded_away_is_never_lost(mail: Path) -> None:
    text = mail.read_text(encoding="utf-8")

    assert "".join(part for _, part in folded(text)) == text


@pytest.mark.parametrize("sample", ATTRIBUTIONS, ids=named)
def test_a_marked_quotation_ends_the_new_words(sample: tuple[str, str, str]) -> None:
    for space in ("\n", "\n\n"):
        text = f"{NEW}{space}{sample[2]}{space}{MARKED}"

        assert newest_words(text) == NEW


@pytest.mark.parametrize("sample", DATED, ids=named)
def test_a_quotation_that_lost_its_marks_ends_the_new_words(sample: tuple[str, str, str]) -> None:
    introduction = sample[2].removeprefix("> ").replace("\n> ", "\n")

    assert newest_words(f"{NEW}\n\n{introduction}\n\n{BARE}") == NEW


@pytest.mark.parametrize("sample", HEADER_BLOCKS, ids=named)
def test_a_header_block_ends_the_new_words(sample: tuple[str, str, str]) -> None:
    for space in ("\n", "\n\n"):
        assert newest_words(f"{NEW}{space}{sample[2]}{space}{BARE}") == NEW


@pytest.mark.parametrize("line", SENT_FROM)
def test_what_a_telephone_adds_is_not_said_by_anybody(line: str) -> None:
    assert newest_words(f"{NEW}\n\n{line}\n") == NEW


@pytest.mark.parametrize("farewell", FAREWELLS)
def test_a_farewell_stays_and_goes_with_contact_details(farewell: str) -> None:
    plain = f"Nu fungerar det.\n\n{farewell}\nBo Ek"
    signed = f"{plain}\nExempelbolaget AB\n+46 70 123 45 67\nbo@example.com\n"

    assert newest_words(plain) == plain
    assert newest_words(signed) == "Nu fungerar det."


@pytest.mark.parametrize(
    "line",
    [
        "Sent from my desk, is much easier than from my phone.",
        "Sent by courier yesterday",
        "Skickat med posten i går",
    ],
)
def test_a_person_who_tells_how_something_was_sent_is_heard(line: str) -> None:
    assert (
        newest_words(f"The form is on its way.\n\n{line}") == f"The form is on its way.\n\n{line}"
    )


def test_a_farewell_with_only_a_signature_above_a_quotation_brings_the_whole_text_back() -> None:
    text = f"Mvh\nBo Ek\n070-123 45 67\nbo@example.com\n\n{HEADER_BLOCKS[0][2]}\n\n{BARE}"

    assert newest_words(text) == text.strip()


def test_the_introduction_on_the_line_of_the_last_words_is_cut_from_them() -> None:
    text = "Yes please On Wed, Apr 4, 2012 at 3:59 PM, eva@example.org wrote:\n> Shall I?\n"

    assert newest_words(text) == "Yes please"
    assert [part for _, part in folded(text)] == ["Yes please", text[len("Yes please") :]]


def test_windows_line_ends_change_nothing() -> None:
    text = f"{NEW}\n\n{ATTRIBUTIONS[0][2]}\n{MARKED}".replace("\n", "\r\n")

    assert newest_words(text) == NEW.replace("\n", "\r\n")


def test_no_text_gives_no_words() -> None:
    assert newest_words("") == ""
    assert folded("") == []


def test_a_picture_sign_alone_is_an_answer() -> None:
    assert newest_words(f"👍\n\n{ATTRIBUTIONS[0][2]}\n\n{MARKED}") == "👍"


def test_a_message_that_is_named_before_its_writer_introduces_marked_lines() -> None:
    assert newest_words(f"{NEW}\n\nIn <4f2a.17@example.org> schrieb Eva:\n{MARKED}") == NEW
