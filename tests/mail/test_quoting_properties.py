"""What holds for any text: nothing lost, words never gone, and time in proportion to size."""

from __future__ import annotations

import time
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.mail.quoting import folded, newest_words
from tests.mail.quoting_samples import ATTRIBUTIONS, HEADER_BLOCKS

PIECES = st.sampled_from(
    [
        *(sample[2] for sample in ATTRIBUTIONS[::7]),
        *(sample[2] for sample in HEADER_BLOCKS[::7]),
        *("> quoted", ">> deeper", "> ", "", "  ", "-- ", "--", "____________", "| bar", ": colon"),
        *("Mvh", "Bo Ek", "070-123 45 67", "Sent from my iPhone", "JD> initials", "Hej,"),
        *(
            "[EXTERNAL]",
            "----- Forwarded message -----",
            "It works now.",
            "\u200e\u00a0",
            ">From me",
        ),
    ]
)
TEXTS = st.one_of(
    st.text(max_size=300),
    st.lists(st.one_of(PIECES, st.text(max_size=20)), max_size=30).map("\n".join),
    st.lists(PIECES, max_size=20).map("\r\n".join),
)
MEGABYTE = 1_000_000


@given(TEXTS)
def test_the_segments_joined_are_exactly_the_text(text: str) -> None:
    segments = folded(text)

    assert "".join(part for _, part in segments) == text
    assert all(part for _, part in segments)


@given(TEXTS)
def test_a_text_with_words_keeps_some(text: str) -> None:
    if any(sign.isalnum() for sign in text):
        kept = newest_words(text)
        assert any(sign.isalnum() or category(sign) == "So" for sign in kept)


@given(TEXTS, st.text(max_size=200))
def test_no_html_makes_it_stumble(text: str, html: str) -> None:
    for mark in ("gmail_quote", "gmail_signature"):
        page = f'<div class="{mark}">{html}'
        assert "".join(part for _, part in folded(text, page)) == text


@given(TEXTS, st.sampled_from(["Bo Ek", "bo.ek@example.com", "", "\u200e>"]), st.text(max_size=20))
def test_no_header_makes_it_lose_anything(text: str, signer: str, subject: str) -> None:
    segments = folded(text, signer=signer, subject=subject)

    assert "".join(part for _, part in segments) == text


def test_a_hostile_page_beside_a_hostile_megabyte_takes_seconds_at_most() -> None:
    text = "a b\n" * (MEGABYTE // 4)
    page = '<div class="gmail_signature">' + "<div>a b " * (MEGABYTE // 9)
    began = time.process_time()

    newest_words(text, page, signer="a b")

    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    "line",
    [
        *(
            ">",
            " ",
            ":",
            "-",
            "a",
            "<",
            "On ",
            "wrote ",
            "wrote:",
            "a@",
            "2020-",
            "www.",
            "_ ",
            "(0",
        ),
        *("a:\n", "From: a\n", "> \n", "\n", "--\n", "Mvh\n", "To\n", "A> x\n", "a\n> b\n"),
        *("On 3 Mar 2020 x wrote\n", "Sent from my\n", "> wrote:\n", "a" * 300 + "@a:\n"),
        "On 3 Mar 2020 at 10:11, a <a@b.c> wrote\n\n> x\ny\n",
        "-" * 300 + "\n",
        "this e-mail is confidential and intended to delete \n\n",
    ],
    ids=repr,
)
def test_a_hostile_megabyte_takes_seconds_at_most(line: str) -> None:
    text = line * (MEGABYTE // len(line))
    began = time.process_time()

    newest_words(text)

    # Of processor time; what looks at each line anew for each line takes many minutes.
    assert time.process_time() - began < 20
