"""Errors carry their words apart from their facts, so that they can be told in any language."""

from __future__ import annotations

from helpdesk.core.errors import HelpdeskError, Invalid, Outdated, Refused


def test_an_error_says_in_english_what_its_facts_fill_in() -> None:
    error = Refused("%(name)s does not work on tickets.", name="Eva")
    assert str(error) == "Eva does not work on tickets."
    assert (error.words, error.facts) == ("%(name)s does not work on tickets.", {"name": "Eva"})


def test_words_without_facts_are_left_as_they_are() -> None:
    assert str(HelpdeskError("The disk is 100 % full.")) == "The disk is 100 % full."


def test_an_invalid_value_names_its_field_only_in_english() -> None:
    error = Invalid("address", "“%(text)s” is no e-mail address.", text="ada")
    assert str(error) == "address: “ada” is no e-mail address."
    assert error.words % error.facts == "“ada” is no e-mail address."


def test_an_outdated_page_has_words_too() -> None:
    assert str(Outdated(3, 4)) == "This ticket has changed since you opened it."
