from __future__ import annotations

from datetime import UTC, datetime

import pytest

from helpdesk.core import filenames
from helpdesk.mail.parse import addresses, dates, encoded_words, identifiers, parameters, parse
from helpdesk.mail.values import Address


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Anna <anna@Example.ORG>", [("Anna", "anna@example.org")]),
        ("anna@example.org", [("", "anna@example.org")]),
        ("<anna@example.org>", [("", "anna@example.org")]),
        ("Anna <anna@example.org", [("Anna", "anna@example.org")]),
        ("Anna Ek anna@example.org", [("Anna Ek", "anna@example.org")]),
        ("anna@example.org (Anna)", [("Anna", "anna@example.org")]),
        ('"Ek, Anna" <a@b.se>, b@b.se', [("Ek, Anna", "a@b.se"), ("", "b@b.se")]),
        ("Ek, Anna <a@b.se>", [("Ek, Anna", "a@b.se")]),
        ('"Not an address: c@d.se" a@b.se', [("Not an address: c@d.se", "a@b.se")]),
        ('"a@b.se"', [("", "a@b.se")]),
        ("=?utf-8?b?YUBiLnNl?=", []),
        ("a@b.se c@d.se", [("", "a@b.se"), ("", "c@d.se")]),
        ("a@b.se (Anna", [("Anna", "a@b.se")]),
        ("=?utf-8?q?Ek,_Anna?= <a@b.se>", [("Ek, Anna", "a@b.se")]),
        ('"=?utf-8?b?w4VzYQ==?=" <a@b.se>', [("Åsa", "a@b.se")]),
        ("=?utf-8?q?=C3=85sa_=3Ca=40b=2Ese=3E?=", [("Åsa", "a@b.se")]),
        ('"boss@b.se" <a@c.se>', [("boss@b.se", "a@c.se")]),
        ('"a@b.se" <a@b.se>', [("", "a@b.se")]),
        ("'a@b.se' <a@b.se>", [("", "a@b.se")]),
        ('"Anna \\"Nan\\" Ek" <a@b.se>', [('Anna "Nan" Ek', "a@b.se")]),
        ("Team: a@b.se, Bo <b@b.se>;, c@b.se", [("", "a@b.se"), ("Bo", "b@b.se"), ("", "c@b.se")]),
        ("undisclosed-recipients:;", []),
        ("undisclosed-recipients", []),
        ("a@b.se; b@b.se", [("", "a@b.se"), ("", "b@b.se")]),
        ("A <a@b.se> B <b@b.se>", [("A", "a@b.se"), ("B", "b@b.se")]),
        (", , a@b.se,", [("", "a@b.se")]),
        ("<mailto:a@b.se>", [("", "a@b.se")]),
        ("<@relay.se,@other.se:a@b.se>", [("", "a@b.se")]),
        ('"anna ek"@b.se', [("", '"anna ek"@b.se')]),
        ("å@ö.se", [("", "å@ö.se")]),
        ("root", [("", "root")]),
        ("Mail Delivery Subsystem", []),
        ("Bo <>", []),
        ("bo at example.org (Bo Ek)", [("Bo Ek", "bo@example.org")]),
        ("=?utf-8?q?=40evil.example?=@bank.example", []),
        ("user%other@b.se", [("", "user%other@b.se")]),
    ],
)
def test_addresses_are_read_as_people_write_them(
    header: str, expected: list[tuple[str, str]]
) -> None:
    found = addresses.address_list(header)

    assert [(each.name, each.address) for each in found] == expected


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("=?utf-8?q?a?= =?utf-8?q?b?= c", "ab c"),
        ("x =?iso-8859-1?Q?=E5=E4?= y", "x åä y"),
        ("=?utf-8?b?w4U?=", "Å"),
        ("=?utf-8?b?w?= =?utf-8?b?4U=?=", "Å"),
        ("=?utf-8?q?=C3?= =?utf-8?q?=85?=", "Å"),
        ("=?utf-8?q?=ED=A0=BD=ED=B8=80?=", "😀"),
        ("=?utf-8?b?w4XDhMOWYQ?= =?utf-8?b?w4Vi?=", "ÅÄÖaÅb"),
        ("=?utf-8?b?PT91dGYtOD9RP2E9QzM9QTU/PQ==?=", "aå"),
        ("=?iso-2022-jp?B?GyRCLSEtahsoQg==?=", "①㈱"),
        ("=?utf-8?Q?two words?=", "two words"),
        ("=?utf-8? Q ?spaced?=", "spaced"),
        ("=?utf-8?Q?never closed", "never closed"),
        ("=?utf-8?q?one =?utf-8?q?two?=", "one two"),
        ("=?gb2312?B?xOO6ww==?=", "你好"),
        ("=?iso-2022-jp?B?GyRCJDMbKEI=?=", "こ"),
        ("=?ks_c_5601-1987?B?x9G9xA==?=", "한식"),
        ("=?x-unknown?q?=C3=85?=", "Å"),
        ("=?utf-8*sv?q?hej?=", "hej"),
        ("Re:=?utf-8?q?=C3=85?=!", "Re:Å!"),
        ("=?utf-8?q?tab=09and=00null?=", "tabandnull"),
        ("1 =? 2 ?= 3", "1 =? 2 ?= 3"),
    ],
)
def test_encoded_words_are_read_however_they_were_encoded(value: str, words: str) -> None:
    assert encoded_words.decode(value).replace(" and", "and") == words.replace(" and", "and")


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("attachment; filename=a.pdf", "a.pdf"),
        ("attachment; filename=a.pdf size=3", "a.pdf"),
        ("attachment; filename=a.pdf, size=3", "a.pdf"),
        ("attachment; filename*0*=utf-8''%C3%A5 filename*1=.pdf", "å.pdf"),
        ("attachment; filename=a (1).pdf", "a (1).pdf"),
        ('attachment; filename=report "final".pdf', "report final.pdf"),
        ('attachment; filename*0="b.pdf"; filename="a.pdf"', "a.pdf"),
        ('attachment; filename="a;b.pdf"; size=3', "a;b.pdf"),
        ("attachment; filename=two words.pdf", "two words.pdf"),
        ("attachment; filename=a;b.pdf", "a;b.pdf"),
        ("attachment; filename*=utf-8''%C3%A5.pdf; filename=a.pdf", "å.pdf"),
        ("attachment; filename*=utf-8'x.pdf", "x.pdf"),
        ("attachment; filename*=plain.pdf", "plain.pdf"),
        ("attachment; filename*0*=utf-8''%C3; filename*1*=%A5; filename*2=.pdf", "å.pdf"),
        ('attachment; filename*1="b.pdf"; filename*0="a"', "ab.pdf"),
        ("attachment; filename==?utf-8?q?=C3=A5.pdf?=", "å.pdf"),
        ('attachment; filename="=?utf-8?q?=C3=A5;b.pdf?="', "å;b.pdf"),
        ('attachment; filename="the "new" one.pdf"', 'the "new" one.pdf'),
        ('attachment; filename="never closed.pdf; size=3', "never closed.pdf"),
        ('attachment; filename="C:\\tmp\\a.doc"', "C:\\tmp\\a.doc"),
        ('attachment; filename="say \\"hi\\".txt"', 'say "hi".txt'),
    ],
)
def test_file_names_are_read_however_they_were_written(header: str, name: str) -> None:
    assert parameters.read(header).parameters["filename"] == name


def test_a_structured_value_needs_neither_semicolons_nor_order() -> None:
    read = parameters.read('Text/Plain charset="utf-8"')

    assert (read.value, read.parameters) == ("text/plain", {"charset": "utf-8"})


@pytest.mark.parametrize(
    "value",
    [
        "Mon, 3 Feb 2025 10:00:00 +0100",
        "3 Feb 2025 09:00:00 GMT",
        "Mon, 03 Feb 25 09:00 UT",
        "Mon Feb  3 09:00:00 2025",
        "2025-02-03T10:00:00+01:00",
        "2025-02-03 09:00:00",
        "mån, 3 feb. 2025 10.00.00 +0100",
        "lun., 3 févr. 2025 10:00:00 +0100 (CET)",
        "Mon, 3 Feb 2025 10:00:00 +0100 (Westeuropäische Normalzeit)",
        "Sun, 2 Feb 2025 24:00:00 -0900",
        "Mon, 3 Feb 2025 10:00:00 CET",
        "Mon, 3 Feb 2025 18:00:00 JST",
        "Mon, 3 Feb 2025 10:00:00 GMT+0100",
        "Mon, 3 Feb 2025 10:00:00 UTC+1",
        "Mon, 3 Feb 2025 10:00:00 +01:00",
        "Mon Feb  3 10:00:00 CET 2025",
        "Monday, February 3, 2025 9:00 AM",
        "2/3/2025 9:00:00 AM",
        "03.02.2025 09:00:00",
        "Mon, 3 Feb 125 10:00:00 +0100",
        "Mon, 3 Feb 2025 ((a) remark) 10:00:00 +0100",
        "Mon, 3 Feb 2025 09:00:00 +9999",
        "Mon, 3 Feb 2025 09:00:00 +99999999999999999999",
    ],
)
def test_dates_are_read_in_utc(value: str) -> None:
    assert dates.read(value) == datetime(2025, 2, 3, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "yesterday",
        "Mon, 3 Feb 2025 99:00:00",
        "Sun, 30 Feb 2025 10:00:00 +0000",
        "3 Feb 10025 10:00",
        "\x00",
        "1" * 500,
    ],
)
def test_what_is_no_date_is_none(value: str) -> None:
    assert dates.read(value) is None


def test_message_ids_come_without_brackets_folds_and_repetition() -> None:
    header = "<a@x>\t<b b@x> (remark) <a@x>"

    assert identifiers.message_ids(header) == ("a@x", "bb@x")
    assert identifiers.message_ids("a@x, b@x") == ("a@x", "b@x")
    assert identifiers.message_id("no-brackets-no-sign") == "no-brackets-no-sign"
    assert identifiers.message_id(" <> ") is None


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\system32\\x.dll", "x.dll"),
        ("a\x00b\nc.txt", "ab c.txt"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("...", "attachment-1.bin"),
        (".htaccess", "htaccess"),
        ("nul", "_nul"),
        ("COM1.txt", "_COM1.txt"),
        ('a<b>:"c"|?*.txt', "a_b___c____.txt"),
        ("e\u0301.txt", "é.txt"),
        ("trailing. . .", "trailing"),
        ("/", "attachment-1.bin"),
    ],
)
def test_file_names_are_made_safe(name: str, safe: str) -> None:
    assert filenames.safe(name, "attachment-1.bin") == safe


def test_long_file_names_keep_their_suffix() -> None:
    name = filenames.safe("å" * 500 + ".docx", "x")

    assert len(name) <= 150
    assert len(name.encode()) <= 240
    assert name.endswith("å.docx")


def test_an_empty_header_does_not_hide_the_one_behind_it() -> None:
    mail = parse(b"From:\nSubject: \nFrom: anna@example.org\nSubject: Help\n\nwords\n")

    assert (mail.from_, mail.subject) == (Address("", "anna@example.org"), "Help")


@pytest.mark.parametrize("junk", [' "junk"', " (never closed", '; boundary="y"', "; flag", "; =v"])
def test_what_stands_behind_a_boundary_does_not_change_it(junk: str) -> None:
    head = f'Content-Type: multipart/mixed; boundary="x"{junk}\n\n'

    assert parse(head.encode() + b"--x\n\nwords\n--x--\n").text == "words"
