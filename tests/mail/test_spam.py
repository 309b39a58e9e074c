"""What calls a mail spam: the header of our own server, and Rspamd over real HTTP."""

from __future__ import annotations

import pytest

from helpdesk.core.errors import Invalid
from helpdesk.domain.correspondence.trusting import (
    USUAL_SPAM_HEADERS,
    SpamSign,
    server_names,
    spam_sign,
)
from helpdesk.mail.parse import parse
from helpdesk.mail.spam import Opinion, Rspamd, greet_rspamd, header_says_spam
from tests.mail.letters import letter
from tests.peers.rspamd import running_rspamd


def says(wanted: str, **headers: str) -> str:
    return header_says_spam(parse(letter(**headers)), wanted)


def test_nothing_is_looked_for_unless_it_was_set_up() -> None:
    assert says("", X_Spam_Flag="YES") == ""


@pytest.mark.parametrize(
    ("wanted", "value", "is_spam"),
    [
        ("X-Spam-Flag: YES", "YES", True),
        ("x-spam-flag: yes", "Yes", True),
        ("X-Spam-Flag: YES", "NO", False),
        ("X-Spam-Status: Yes", "Yes, score=9.1 required=5.0 tests=A,B", True),
        ("X-Spam-Status: Yes", "No, score=0.1 required=5.0", False),
        ("X-Spam-Level: *****", "*******", True),
        ("X-Spam-Level: *****", "***", False),
        ("X-MS-Exchange-Organization-SCL: >= 5", "9", True),
        ("X-MS-Exchange-Organization-SCL: >=5", "5", True),
        ("X-MS-Exchange-Organization-SCL: 5", "6", True),
        ("X-MS-Exchange-Organization-SCL: >= 5", "-1", False),
        ("X-MS-Exchange-Organization-SCL: >= 5", "high", False),
        ("X-Spam-Score: >= 7.5", "7.6 (+++++++)", True),
        ("X-Spam-Score: >= 7.5", "7.4", False),
        ("X-Rspamd-Action: reject|add header", "Add Header", True),
        ("X-Rspamd-Action: reject|add header", "no action", False),
    ],
)
def test_the_header_of_our_server_is_read_as_it_was_set_up(
    wanted: str, value: str, is_spam: bool
) -> None:
    name = wanted.partition(":")[0].replace("-", "_")
    assert bool(says(wanted, **{name: value})) is is_spam


def test_only_the_topmost_of_several_counts() -> None:
    ours_says_no = b"X-Spam-Flag: NO\r\nX-Spam-Flag: YES\r\n" + letter()
    ours_says_yes = b"X-Spam-Flag: YES\r\nX-Spam-Flag: NO\r\n" + letter()
    assert header_says_spam(parse(ours_says_no), "X-Spam-Flag: YES") == ""
    assert header_says_spam(parse(ours_says_yes), "X-Spam-Flag: YES") == "X-Spam-Flag: YES"


@pytest.mark.parametrize("wanted", ["X-Spam-Flag", "X-Spam-Flag:", ": YES", "X Spam: yes", "A: >"])
def test_what_is_no_sign_of_spam_is_refused(wanted: str) -> None:
    with pytest.raises(Invalid):
        spam_sign(wanted)
    assert says(wanted, X_Spam_Flag="YES") == ""


def test_the_usual_signs_can_all_be_read() -> None:
    assert all(isinstance(spam_sign(each), SpamSign) for each in USUAL_SPAM_HEADERS)
    assert spam_sign("  ") is None


def test_names_of_servers_are_kept_in_lower_case_and_once() -> None:
    assert server_names([" MX.example.org ", "mx.example.org", ""]) == ["mx.example.org"]
    for wrong in ("mx example", "mx;dmarc=pass", "a" * 300):
        with pytest.raises(Invalid):
            server_names([wrong])


def test_rspamd_says_what_is_spam_and_what_only_has_to_come_again() -> None:
    with running_rspamd() as peer:
        asked = Rspamd(peer.url)
        assert asked.opinion_on(b"You won the lottery") == Opinion("Rspamd: reject (9.25 / 15)")
        assert asked.opinion_on(b"cheap").sign == "Rspamd: add header (9.25 / 15)"
        assert asked.opinion_on(b"hi") == Opinion()
        assert asked.opinion_on(b"Hello") == Opinion()
        assert greet_rspamd(peer.url) == ""


def test_rspamd_is_told_the_envelope_and_the_password() -> None:
    with running_rspamd() as peer:
        peer.password = "open sesame"
        asked = Rspamd(peer.url, "open sesame")
        asked.opinion_on(b"Hello", envelope_from="eva@example.com", envelope_to="d@example.org")
        headers, mail = peer.asked[0]
        assert (headers["From"], headers["Rcpt"], mail) == (
            "eva@example.com",
            "d@example.org",
            b"Hello",
        )
        # An address that would break the header is left out, and nothing stumbles.
        asked.opinion_on(b"Hello", envelope_from="eva@example.com\r\nRcpt: x", envelope_to="å@b.c")
        assert {"From", "Rcpt"}.isdisjoint(peer.asked[1][0])
        assert Rspamd(peer.url, "wrong").opinion_on(b"lottery").away == "403 Forbidden"


@pytest.mark.parametrize("answer", [b"", b"{", b"[]", b'"reject"', b'{"score": 1}', b"\xff"])
def test_an_answer_that_cannot_be_read_is_no_verdict(answer: bytes) -> None:
    with running_rspamd() as peer:
        peer.answer = answer
        assert Rspamd(peer.url).opinion_on(b"lottery").away == "an answer that cannot be read"


def test_a_filter_that_is_away_is_missed_at_once() -> None:
    with running_rspamd() as peer:
        url = peer.url
    assert Rspamd(url).opinion_on(b"lottery") == Opinion(away="Connection refused")
    assert greet_rspamd(url) == "Connection refused"


def test_a_filter_that_lets_us_wait_is_left_alone_for_a_while() -> None:
    with running_rspamd() as peer:
        peer.seconds = 0.5
        asked = Rspamd(peer.url, seconds=0.1)
        assert asked.opinion_on(b"lottery").away == "no answer in time"
        assert asked.opinion_on(b"lottery").away == "it did not answer a moment ago"
        assert len(peer.asked) == 1
