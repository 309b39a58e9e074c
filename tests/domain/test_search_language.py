"""The language of search, read without a database."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.core.stems import highlighted, phrase_pattern
from helpdesk.domain.tickets.search.language import Key, Sought, sought_in, terms_of
from helpdesk.domain.tickets.search.values import start_of

STOCKHOLM = ZoneInfo("Europe/Stockholm")
A_TUESDAY = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)


@given(st.text(max_size=60))
def test_anything_that_can_be_typed_can_be_read(query: str) -> None:
    terms = terms_of(query)
    assert all(first.end <= second.start for first, second in pairwise(terms))
    sought_in(terms)


def test_words_phrases_and_keys_are_told_apart() -> None:
    terms = terms_of(
        'status:open kö:"Teknisk drift" -word “exact words” -"not these" printer #1042'
    )
    assert [(term.key, term.values, term.negated) for term in terms if term.key] == [
        (Key.STATUS, ("open",), False),
        (Key.QUEUE, ("Teknisk drift",), False),
    ]
    assert sought_in(terms) == Sought(
        words=("printer",),
        phrases=("exact words",),
        not_words=("word",),
        not_phrases=("not these",),
    )
    assert [term.number for term in terms if term.number] == [1042]


@pytest.mark.parametrize("name", ["status", "läge", "STATUS", "state", "är"])
def test_a_key_has_names_in_both_languages_and_any_case(name: str) -> None:
    assert terms_of(f"{name}:open")[0].key is Key.STATUS


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("https://example.org/a", ("https", "example", "org", "a")),
        ("12:30", ("12", "30")),
        ("Re: printer", ("re", "printer")),
        ("error:404", ("error", "404")),
    ],
)
def test_what_is_no_key_is_words(query: str, words: tuple[str, ...]) -> None:
    assert sought_in(terms_of(query)).words == words


def test_only_what_looks_like_a_key_with_a_value_is_called_an_unknown_key() -> None:
    named = {query: terms_of(query)[0].name for query in ("error:404", "Re: x", "c:x", "https://x")}
    assert named == {"error:404": "error", "Re: x": "", "c:x": "", "https://x": ""}


def test_several_values_are_parted_by_commas_unless_they_are_quoted() -> None:
    assert terms_of("priority:1,2,")[0].values == ("1", "2")
    assert terms_of('from:"Ek, Eva"')[0].values == ("Ek, Eva",)


@pytest.mark.parametrize(
    ("value", "start"),
    [
        ("2026-01-31", "2026-01-31T00:00+01:00"),
        ("2026-07", "2026-07-01T00:00+02:00"),
        ("2026", "2026-01-01T00:00+01:00"),
        # In Stockholm Wednesday has begun.
        ("today", "2026-11-25T00:00+01:00"),
        ("igår", "2026-11-24T00:00+01:00"),
        ("7d", "2026-11-18T00:00+01:00"),
        ("2v", "2026-11-11T00:00+01:00"),
    ],
)
def test_a_day_begins_where_the_reader_is(value: str, start: str) -> None:
    assert start_of(value, now=A_TUESDAY, zone=STOCKHOLM) == datetime.fromisoformat(start)


@pytest.mark.parametrize("value", ["2026-02-30", "2026-13", "soon", "9999y", "", "0000"])
def test_what_is_no_day_is_none(value: str) -> None:
    assert start_of(value, now=A_TUESDAY, zone=STOCKHOLM) is None


def test_a_phrase_is_found_word_for_word_whatever_stands_between() -> None:
    pattern = phrase_pattern("skriver ut RÄNDER")
    assert pattern.search("Den skriver ut\n> ränder.")
    assert not pattern.search("skriver ut bränder")
    assert not pattern.search("skriver ut rändernas")
    assert not phrase_pattern('"!"').search("anything")


def test_a_phrase_is_marked_as_a_whole_and_shown_first() -> None:
    text = "prints " * 80 + "and prints grey stripes today"
    marked = [words for is_hit, words in highlighted(text, "", phrases=["grey  stripes"]) if is_hit]
    assert marked == ["grey stripes"]
    assert highlighted("a prints b", "printing", phrases=())[1] == (True, "prints")
