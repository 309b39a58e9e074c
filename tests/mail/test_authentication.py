"""Whom we believe about a From: real servers' headers are believed, forged ones never."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.mail.authentication import (
    EXCHANGE_ONLINE,
    LONGEST_FIELD,
    Dmarc,
    Results,
    authenticate,
    read_results,
)

MX = "mx.example.org"
TAKEN_BY_MX = (
    "Received: from mail.example.com (mail.example.com [192.0.2.7])\r\n"
    "\tby mx.example.org (Postfix) with ESMTPS id 4A1\r\n"
    "\tfor <helpdesk@example.org>; Tue, 24 Nov 2026 08:40:00 +0100 (CET)"
)
HANDED_INWARDS = (
    "Received: from mx.example.org ([192.0.2.1])\r\n"
    "\tby store.example.org with LMTP id zz9; Tue, 24 Nov 2026 08:40:01 +0100"
)
SENT_BY_EVIL = "Received: from laptop (unknown [198.51.100.9]) by evil.example with SMTP id 1"
GENUINE_FAIL = (
    "Authentication-Results: mx.example.org; dmarc=fail (p=none dis=none) header.from=example.org"
)
FORGED = "Authentication-Results: mx.example.org; dmarc=pass header.from=example.org"
OF_THE_SENDER = "From: Agnes Agent <agnes@example.org>"


def said(*head: str, domain: str = "example.org", believed: tuple[str, ...] = (MX,)) -> Dmarc:
    """The judgement on a mail with these fields; the sender's own come last."""
    raw = "\r\n".join((*head, OF_THE_SENDER, "Subject: Hello", "", "Hello.", "")).encode()
    return authenticate(raw, domain=domain, believed=believed).dmarc


def dmarc(result: str, *, by: str = MX, domain: str = "example.org") -> str:
    return f"Authentication-Results: {by}; dmarc={result} (p=reject dis=none) header.from={domain}"


def test_opendmarc_above_the_line_of_postfix_is_believed() -> None:
    assert said(dmarc("pass"), TAKEN_BY_MX) is Dmarc.PASS


def test_opendmarc_below_the_line_of_postfix_is_believed() -> None:
    assert said(TAKEN_BY_MX, dmarc("pass")) is Dmarc.PASS


def test_a_store_behind_the_border_changes_nothing() -> None:
    assert said(HANDED_INWARDS, dmarc("pass"), TAKEN_BY_MX) is Dmarc.PASS
    assert said("Return-Path: <a@b.example>", HANDED_INWARDS, TAKEN_BY_MX, dmarc("pass")) is (
        Dmarc.PASS
    )


def test_several_milters_of_one_server_speak_together() -> None:
    head = (
        "Authentication-Results: mx.example.org; spf=pass smtp.mailfrom=example.org",
        "Authentication-Results: mx.example.org; dkim=pass (2048-bit key) header.d=example.org",
        dmarc("pass"),
        TAKEN_BY_MX,
    )
    assert said(*head) is Dmarc.PASS


def test_a_name_of_the_organisation_stands_for_its_servers() -> None:
    assert said(TAKEN_BY_MX, dmarc("pass", by="example.org"), believed=("example.org",)) is (
        Dmarc.PASS
    )


def test_rspamd_speaks_of_everything_in_one_folded_field() -> None:
    field = (
        "Authentication-Results: mx.example.org;\r\n"
        "\tdkim=pass header.d=example.org header.s=mail header.b=Ab1;\r\n"
        "\tspf=pass (mx.example.org: domain of agnes@example.org designates 192.0.2.7 as\r\n"
        "\t permitted sender) smtp.mailfrom=agnes@example.org;\r\n"
        "\tdmarc=pass (policy=quarantine) header.from=example.org"
    )
    assert said(field, TAKEN_BY_MX) is Dmarc.PASS


def test_gmail_is_believed_though_its_field_stands_below_its_line() -> None:
    head = (
        "Delivered-To: helpdesk@example.org",
        "Received: by 2002:a05:6402:1:b0:1 with SMTP id a1; Tue, 24 Nov 2026 00:40:00 -0800",
        "X-Received: by 2002:a05:600c:1 with SMTP id b2; Tue, 24 Nov 2026 00:40:00 -0800",
        "ARC-Authentication-Results: i=1; mx.google.com; dmarc=fail header.from=example.org",
        "Return-Path: <agnes@example.org>",
        "Received: from mail.example.com (mail.example.com. [192.0.2.7])\r\n"
        "        by mx.google.com with ESMTPS id c3\r\n"
        "        for <helpdesk@example.org>; Tue, 24 Nov 2026 00:40:00 -0800 (PST)",
        "Received-SPF: pass (google.com: domain of agnes@example.org) client-ip=192.0.2.7;",
        "Authentication-Results: mx.google.com;\r\n"
        "       dkim=pass header.i=@example.org header.s=s1 header.b=xYz;\r\n"
        "       dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=example.org",
    )
    assert said(*head, believed=("mx.google.com",)) is Dmarc.PASS
    assert said(*head) is Dmarc.NONE


EXCHANGE = (
    "Received: from AB1.example.prod.outlook.com (2603:10a6::1) by CD2.example.prod.outlook.com\r\n"
    " with HTTPS; Tue, 24 Nov 2026 07:40:02 +0000",
    "Authentication-Results: spf=pass (sender IP is 192.0.2.7)\r\n"
    " smtp.mailfrom=example.org; dkim=pass (signature was verified)\r\n"
    " header.d=example.org;dmarc=pass action=none\r\n"
    " header.from=example.org;compauth=pass reason=100",
    "Received-SPF: Pass (protection.outlook.com: domain of example.org)",
    "Received: from mail.example.com (192.0.2.7) by\r\n"
    " AM1EUR.mail.protection.outlook.com (10.152.1.1) with Microsoft SMTP Server\r\n"
    " via Frontend Transport; Tue, 24 Nov 2026 07:40:01 +0000",
)


def test_exchange_online_is_believed_though_it_gives_no_name() -> None:
    assert said(*EXCHANGE, believed=(EXCHANGE_ONLINE,)) is Dmarc.PASS


def test_a_field_without_a_name_is_believed_of_exchange_online_only() -> None:
    assert said(*EXCHANGE) is Dmarc.NONE
    nameless = "Authentication-Results: dmarc=pass action=none header.from=example.org"
    assert said(nameless, TAKEN_BY_MX) is Dmarc.NONE


def test_a_nameless_field_that_the_sender_wrote_is_not_taken_for_exchange_onlines() -> None:
    border = EXCHANGE[-1]
    nameless = "Authentication-Results: dmarc=pass action=none header.from=example.org"
    assert said(border, nameless, believed=(EXCHANGE_ONLINE,)) is Dmarc.NONE


@pytest.mark.parametrize(
    "head",
    [
        pytest.param((GENUINE_FAIL, TAKEN_BY_MX, FORGED), id="below"),
        pytest.param((GENUINE_FAIL, TAKEN_BY_MX, SENT_BY_EVIL, FORGED), id="further below"),
        pytest.param((TAKEN_BY_MX, GENUINE_FAIL, FORGED), id="right behind the real one"),
    ],
)
def test_a_forged_field_never_wins_over_the_real_one(head: tuple[str, ...]) -> None:
    assert said(*head) is Dmarc.FAIL


@pytest.mark.parametrize(
    "head",
    [
        pytest.param((TAKEN_BY_MX, SENT_BY_EVIL, FORGED), id="behind a line of the sender's"),
        pytest.param((HANDED_INWARDS, TAKEN_BY_MX, SENT_BY_EVIL, FORGED), id="and a store"),
        pytest.param((SENT_BY_EVIL, FORGED), id="no line names the server"),
        pytest.param((TAKEN_BY_MX.replace(MX, "in.example.org"), FORGED), id="another border"),
        pytest.param(
            (TAKEN_BY_MX, "Authentication-Results: mx.example.org; spf=fail", FORGED),
            id="behind a real one that says nothing of DMARC",
        ),
        pytest.param(
            ("Authentication-Results: mx.example.org; spf=fail", TAKEN_BY_MX, FORGED),
            id="below real ones that say nothing of DMARC",
        ),
        pytest.param((TAKEN_BY_MX, SENT_BY_EVIL, TAKEN_BY_MX, FORGED), id="with a forged line"),
    ],
)
def test_a_forged_field_is_not_believed_where_the_server_was_silent(head: tuple[str, ...]) -> None:
    assert said(*head) is Dmarc.NONE


@pytest.mark.parametrize("name", ["by", "(", '"', "by\\", "[by mx.example.com]", "from", ""])
def test_a_senders_name_does_not_hide_the_servers_own_line(name: str) -> None:
    # What a sender says in EHLO stands in the line of the server that took the mail.
    own = (
        f"Received: from {name} (unknown [198.51.100.9]) by mx.example.org (Postfix) with SMTP id 1"
    )
    assert said(own, SENT_BY_EVIL, FORGED, TAKEN_BY_MX, FORGED) is Dmarc.NONE
    assert said(own, SENT_BY_EVIL, TAKEN_BY_MX, FORGED) is Dmarc.NONE
    assert said(dmarc("pass"), own) is Dmarc.PASS


@pytest.mark.parametrize(
    "field",
    [
        dmarc("pass", by="mx.example.com"),
        dmarc("pass", by="mx.example.org.example.net"),
        "ARC-Authentication-Results: i=1; mx.example.org; dmarc=pass header.from=example.org",
        "X-Authentication-Results: mx.example.org; dmarc=pass header.from=example.org",
        "Authentication-Results-Original: mx.example.org; dmarc=pass header.from=example.org",
        "Authentication-Results: mx.example.org 2; dmarc=pass header.from=example.org",
        "Authentication-Results: mx.example.org; (dmarc=pass header.from=example.org)",
        'Authentication-Results: mx.example.org; spf=pass smtp.mailfrom="; dmarc=pass'
        ' header.from=example.org"@evil.example',
        "Authentication-Results: =?us-ascii?q?mx.example.org;_dmarc=3Dpass?="
        " header.from=example.org",
        "Authentication-Results: mx.example.org; none",
        "Authentication-Results: mx.example.org; dmarc=pass-ish header.from=example.org",
        "Authentication-Results: mx.example.org; dmarc=pass x-header.from=example.org",
    ],
)
def test_what_is_not_a_result_of_our_server_is_ignored(field: str) -> None:
    assert said(field, TAKEN_BY_MX) is Dmarc.NONE


@pytest.mark.parametrize("result", ["none", "temperror", "permerror", "bestguesspass", "softfail"])
def test_only_pass_and_fail_say_anything(result: str) -> None:
    assert said(dmarc(result), TAKEN_BY_MX) is Dmarc.NONE


def test_a_pass_for_another_domain_proves_nothing() -> None:
    assert said(dmarc("pass", domain="evil.example"), TAKEN_BY_MX) is Dmarc.NONE
    assert said(dmarc("pass", domain="sub.example.org"), TAKEN_BY_MX) is Dmarc.NONE
    assert said("Authentication-Results: mx.example.org; dmarc=pass", TAKEN_BY_MX) is Dmarc.NONE
    assert said(dmarc("pass"), TAKEN_BY_MX, domain="") is Dmarc.NONE


def test_a_result_that_a_sender_slipped_into_another_one_does_not_count_alone() -> None:
    # A server that repeats MAIL FROM without quoting it.
    slipped = (
        "Authentication-Results: mx.example.org; spf=pass"
        " smtp.mailfrom=x;dmarc=pass header.from=example.org"
    )
    assert said(slipped, dmarc("fail"), TAKEN_BY_MX) is Dmarc.FAIL
    assert said(slipped, dmarc("none"), TAKEN_BY_MX) is Dmarc.NONE
    unreadable = "Authentication-Results: mx.example.org; dmarc=fail ( header.from=example.org"
    assert said(slipped, unreadable, TAKEN_BY_MX) is Dmarc.NONE


def test_names_are_compared_without_case_and_in_the_letters_of_the_dns() -> None:
    assert said(dmarc("pass", by="MX.Example.ORG"), TAKEN_BY_MX, believed=("Mx.example.org",)) is (
        Dmarc.PASS
    )
    field = dmarc("pass", domain="xn--rksmrgs-5wao1o.example")
    assert said(field, TAKEN_BY_MX, domain="Räksmörgås.example") is Dmarc.PASS


def test_of_two_servers_the_one_that_warns_is_heard() -> None:
    both = (MX, "filter.example.org")
    head = (dmarc("pass"), dmarc("fail", by="filter.example.org"), HANDED_INWARDS)
    assert said(*head, believed=both) is Dmarc.FAIL


def test_two_froms_prove_nothing() -> None:
    assert said(dmarc("pass"), TAKEN_BY_MX, "From: eva@example.com") is Dmarc.NONE


def test_nobody_is_believed_unless_an_administrator_named_them() -> None:
    assert said(dmarc("pass"), TAKEN_BY_MX, believed=()) is Dmarc.NONE
    assert said(dmarc("pass"), TAKEN_BY_MX, believed=("",)) is Dmarc.NONE


def test_a_header_that_is_broken_is_read_no_further() -> None:
    # A program that mends it would find a field that the border server never saw.
    assert said("this is no header", FORGED, TAKEN_BY_MX) is Dmarc.NONE
    assert said("Authentication-Results : mx.example.org; dmarc=pass header.from=example.org") is (
        Dmarc.NONE
    )


def test_an_envelope_line_of_an_mbox_is_passed_over() -> None:
    raw = f"From agnes@example.org Tue Nov 24\n{dmarc('pass')}\n{OF_THE_SENDER}\n\nHello.\n"
    found = authenticate(raw.encode(), domain="example.org", believed=(MX,))
    assert (found.dmarc, found.server) == (Dmarc.PASS, MX)


def test_comments_quotes_and_versions_are_read_as_the_rfc_writes_them() -> None:
    field = (
        r'"mx.example.org" (a \) (nested) one) 1; dkim (x) / 1 (y) = (z) pass header . i="@a\";b"'
    )
    found = read_results(field)
    assert isinstance(found, Results)
    (result,) = found.results
    assert (found.server, result.method, result.result) == (MX, "dkim", "pass")
    assert result.properties == (("header.i", '@a";b'),)


def test_a_field_beyond_all_measure_is_not_read() -> None:
    assert read_results(f"mx.example.org; dmarc=pass ({'x' * LONGEST_FIELD})") is None
    assert read_results("(" * 9_000) is None


@given(st.text(alphabet='mx.ab=;()"\\/ \tdkimrcps1\n', max_size=300))
def test_no_field_makes_it_stumble(value: str) -> None:
    found = read_results(value)
    assert found is None or all(each.method for each in found.results)
