"""Every word for people is in the Swedish catalogue, translated, and in the house's own words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.pofile import read_po

from helpdesk.core import assets
from tests.architecture.test_code import ROOT, SOURCES, name_of

# What scripts/messages.sh adds to gettext's own names.
KEYWORDS = DEFAULT_KEYWORDS | parse_keywords(["lazy_gettext", "lazy_ngettext:1,2"])
SWEDISH = assets.TRANSLATIONS / "sv" / "LC_MESSAGES" / "messages.po"

_PLACE = re.compile(r"%(?:\((\w+)\)[a-z]|%)")

# PRODUCT's table has one Swedish word for each thing; these are others for the same.
REJECTED = re.compile(
    r"\b(kund(?!e\b)|slutanvändar|användar(?!namn)|avdelning|kategori|grupp|team|personal|tekniker"
    r"|operatör|kommentar|inlägg|underärende|notis|notifiering|tracker|agent|ticket|mail|email"
    r"|e-?mail)\w*",
    re.IGNORECASE,
)


@cache
def messages_of_the_source() -> frozenset[str | tuple[str, str]]:
    """Every message that is marked in code and templates; a plural as its two forms."""
    with (ROOT / "translations" / "babel.cfg").open() as config:
        methods, options = parse_mapping_cfg(config)
    found = extract_from_dir(ROOT, methods, options, KEYWORDS)
    return frozenset(words for _file, _line, words, _comments, context in found if not context)


@cache
def swedish() -> Catalog:
    with SWEDISH.open("rb") as file:
        return read_po(file, locale="sv")


def messages() -> list[Message]:
    return [message for message in swedish() if message.id]


def forms(words: object) -> tuple[str, ...]:
    """The words, or each form of a plural."""
    return tuple(str(each) for each in words) if isinstance(words, (tuple, list)) else (str(words),)


def texts() -> Iterator[tuple[str, str]]:
    """English beside Swedish, form by form."""
    for message in messages():
        yield from zip(forms(message.id), forms(message.string), strict=True)


def test_no_word_is_marked_by_a_name_that_is_not_looked_for() -> None:
    found = [
        f"{name_of(path)}: {each.name} as {each.asname}"
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module == "flask_babel"
        for each in node.names
        if "gettext" in each.name and (each.asname or each.name) not in KEYWORDS
    ]
    assert found == []


def test_every_message_is_in_the_swedish_catalogue() -> None:
    known = {message.id for message in messages()}
    assert sorted(map(str, messages_of_the_source() - known)) == [], "run scripts/messages.sh"


def test_no_message_of_the_catalogue_is_unused() -> None:
    known = {message.id for message in messages()}
    assert sorted(map(str, known - messages_of_the_source())) == [], "run scripts/messages.sh"
    assert list(swedish().obsolete) == []


def test_every_message_is_translated_and_none_is_a_guess() -> None:
    assert [english for english, words in texts() if not words.strip()] == []
    assert [message.id for message in messages() if message.fuzzy] == []


def test_a_translation_has_the_same_places_to_fill() -> None:
    wrong = [
        english
        for english, words in texts()
        if sorted(_PLACE.findall(english)) != sorted(_PLACE.findall(words))
    ]
    assert wrong == []


def test_a_sentence_stays_a_sentence() -> None:
    wrong = [english for english, words in texts() if english.endswith(".") != words.endswith(".")]
    assert wrong == []


def test_swedish_has_the_words_of_the_house() -> None:
    assert [words for _english, words in texts() if REJECTED.search(_PLACE.sub("", words))] == []


@pytest.mark.parametrize("sign", ["!", '"', "“", "‘", "'", "...", " ,", "  "])
def test_swedish_has_swedish_signs(sign: str) -> None:
    assert [words for _english, words in texts() if sign in words] == []


@pytest.mark.parametrize("sign", ["!", '"', "'", "...", "  "])
def test_english_neither_shouts_nor_types_like_a_machine(sign: str) -> None:
    assert [english for english, _words in texts() if sign in english] == []
