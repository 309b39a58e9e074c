"""The words in which a token is shown to a mail server."""

from __future__ import annotations

from base64 import b64encode

import pytest

from helpdesk.mail.grants.sasl import Bearer, mechanism_of

COMPLAINT = '{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}'


def test_each_mechanism_has_its_form() -> None:
    old, new = (
        Bearer(mechanism, "a=b,c@example.org", "tok") for mechanism in ("XOAUTH2", "OAUTHBEARER")
    )
    assert old.first() == "user=a=b,c@example.org\1auth=Bearer tok\1\1"
    # RFC 5801 section 4 and RFC 7628 section 3.1.
    assert new.first() == "n,a=a=3Db=2Cc@example.org,\1auth=Bearer tok\1\1"


@pytest.mark.parametrize("said", [COMPLAINT.encode(), b64encode(COMPLAINT.encode())])
def test_a_complaint_is_answered_and_shown_as_it_was_said(said: bytes) -> None:
    old, new = (Bearer(mechanism, "u", "tok") for mechanism in ("XOAUTH2", "OAUTHBEARER"))
    assert old.answer(b"") == old.first()
    assert old.complaint == ""
    assert old.answer(said) == ""
    # RFC 7628 section 3.2.3.
    assert new.answer(said) == "\1"
    assert old.in_words("NO [AUTHENTICATIONFAILED]") == f"NO [AUTHENTICATIONFAILED] {COMPLAINT}"


@pytest.mark.parametrize("said", [b"\xff\xfe", b"%%%", b"{", b"{}", b"x" * 10_000, b"\r\n"])
def test_any_complaint_can_be_read(said: bytes) -> None:
    bearer = Bearer("XOAUTH2", "u", "tok")
    bearer.answer(said)
    assert len(bearer.complaint) <= 300
    assert "\n" not in bearer.complaint


def test_the_token_is_in_no_complaint() -> None:
    bearer = Bearer("XOAUTH2", "u", "tok-4711")
    bearer.answer(b'{"you said":"tok-4711"}')
    assert "tok-4711" not in bearer.in_words("NO tok-4711")


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        ({"XOAUTH2", "OAUTHBEARER"}, "XOAUTH2"),
        ({"OAUTHBEARER", "PLAIN"}, "OAUTHBEARER"),
        ({"PLAIN"}, "XOAUTH2"),
    ],
)
def test_the_mechanism_is_one_that_is_offered(offered: set[str], chosen: str) -> None:
    assert mechanism_of(offered) == chosen
