"""Header fields that nobody can break: subjects, names and addresses."""

from __future__ import annotations

import pytest

from helpdesk.mail.compose.fields import (
    encoded,
    mailbox_field,
    one_line,
    repeated,
    thread_subject,
    wire_address,
)


@pytest.mark.parametrize(
    ("stem", "expected"),
    [
        ("The printer", "Re: The printer [#7]"),
        ("Re: SV: AW: The printer", "Re: The printer [#7]"),
        ("RE[2]: The printer", "Re: The printer [#7]"),
        ("Fwd: The printer", "Re: Fwd: The printer [#7]"),
        ("Re: The printer [#7]", "Re: The printer [#7]"),
        ("Remember: the printer", "Re: Remember: the printer [#7]"),
        ("Re:", "Re: [#7]"),
        ("x" * 300, "Re: " + "x" * 200 + "… [#7]"),
    ],
)
def test_a_subject_keeps_its_stem_behind_one_re(stem: str, expected: str) -> None:
    assert " ".join(thread_subject(stem, 7, answers=True).split()) == expected


def test_a_subject_that_only_looks_encoded_is_shown_as_it_is() -> None:
    assert "=?utf-8?" in str(encoded("=?utf-8?q?=48ello?=", "Subject").encode())  # type: ignore[union-attr]
    assert mailbox_field("=?utf-8?q?Boss?=", "a@example.org").startswith("=?utf-8?")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("eva@example.com", "eva@example.com"),
        ("eva@exämple.com", "eva@xn--exmple-cua.com"),
        ("åke@example.com", "åke@example.com"),
        ("eva", None),
        ("eva@example.com, x@example.net", None),
        ("eva@example.com>\r\nRCPT TO:<x@example.net", None),
        ("eva ek@example.com", None),
        ("eva@" + "ä" * 70 + ".com", None),
        ("a@b@example.com", None),
    ],
)
def test_only_what_is_an_address_is_sent_to(address: str, expected: str | None) -> None:
    assert wire_address(address) == expected


def test_one_line_is_one_line() -> None:
    assert one_line("a\r\nb\u2029c\x85d\te\u202ef") == "a b c d ef"


@pytest.mark.parametrize(
    ("stem", "expected"),
    [
        ("The printer on floor 3 prints twice.", "The printer on floor 3 prints twice."),
        ("Kan inte öppna faktura.pdf, version 2.1", "Kan inte öppna faktura.pdf, version 2.1"),
        ("Buy at https://evil.example/now today", "Buy at … today"),
        ("HTTP:evil.example", "…"),
        ("see www.evil.example", "see …"),
        ("see evil.com!", "see …"),
        ("see evil.example/now", "see …"),
        ("write to me@evil.example", "write to …"),
    ],
)
def test_a_subject_is_repeated_without_anything_to_press(stem: str, expected: str) -> None:
    assert repeated(stem) == expected
