from __future__ import annotations

import pytest

from helpdesk.mail.parse import charsets, encodings, flowed, rtf, tnef

SENTENCES = {
    "cp1252": "Hej! Jag får inte skrivaren att fungera på tredje våningen, kan någon hjälpa mig?",
    "cp1250": "Dzień dobry, drukarka na trzecim piętrze nie działa. Proszę o pilną pomoc, Łukasz",
    "cp1251": "Здравствуйте, принтер на третьем этаже не работает. Пришлите кого-нибудь, Иван",
    "koi8_r": "Здравствуйте, принтер на третьем этаже не работает. Пришлите кого-нибудь, Иван",
    "cp1253": "Καλημέρα, ο εκτυπωτής στον τρίτο όροφο δεν λειτουργεί. Ευχαριστώ πολύ",
    "cp1254": "Merhaba, üçüncü kattaki yazıcı çalışmıyor. Lütfen birini gönderir misiniz? Ayşe",
    "gb18030": "您好,三楼的打印机坏了,无法打印文件。请派人来看一下,谢谢。我们需要在会议之前打印。",
    "cp932": "こんにちは、三階のプリンターが動きません。誰か見に来ていただけますか。",
    "cp949": "안녕하세요, 삼층 프린터가 작동하지 않습니다. 누군가를 보내 주시겠습니까?",
}


@pytest.mark.parametrize(("charset", "words"), SENTENCES.items(), ids=SENTENCES.keys())
def test_words_without_a_declared_charset_are_guessed(charset: str, words: str) -> None:
    read = charsets.decode(words.encode(charset))

    assert read.text == words
    assert str(read.warning) == f"The charset was guessed ({charset}; none was declared)."


@pytest.mark.parametrize(
    ("raw", "declared", "words"),
    [
        ("på".encode(), "utf-8", "på"),
        ("på".encode(), "iso-8859-1", "på"),
        ("på".encode(), "us-ascii", "på"),
        ("på".encode(), None, "på"),
        ("på".encode("latin-1"), "us-ascii", "på"),
        ("på".encode("latin-1"), "utf-8", "på"),
        (b"\x93no\x94", "iso-8859-1", "“no”"),
        ("中文测试内容".encode(), "gb2312", "中文测试内容"),
        ("联通".encode("gbk"), "gb2312", "联通"),
        ("镕".encode("gb18030"), "gb2312", "镕"),
        (b"+AOU-", "unicode-1-1-utf-7", "å"),
        (b"1+1=2 + more", "utf-7", "1+1=2 + more"),
        ("åä".encode("cp850"), "cp-850", "åä"),
        ("한국어".encode("cp949"), "ks_c_5601-1987", "한국어"),
        ("שלום".encode("cp1255"), "iso-8859-8-i", "שלום"),
        ("Привет".encode("koi8-r"), "koi8-r", "Привет"),
        ("Привет".encode("cp1251"), "x-cp1251", "Привет"),
        ("すみません".encode("iso2022_jp"), "ISO-2022-JP", "すみません"),
        ("すみません".encode("iso2022_jp"), None, "すみません"),
        ("すみません".encode(), "iso-2022-jp", "すみません"),
        ("①".encode("cp932"), "shift_jis", "①"),
        (b"\xff\xfeh\x00i\x00", None, "hi"),
        (b"\xef\xbb\xbfhi", "iso-8859-1", "hi"),
        ("på dig och på mig, ö".encode() + b" p\xe5 en", "utf-8", "på dig och på mig, ö på en"),
        ("åäö".encode()[:-1], "utf-8", "åä\ufffd"),
        (b"plain", "base64", "plain"),
        (b"plain", "punycode", "plain"),
        (b"plain", "no-such-charset", "plain"),
    ],
)
def test_a_declared_charset_counts_until_the_bytes_speak_against_it(
    raw: bytes, declared: str | None, words: str
) -> None:
    assert charsets.decode(raw, declared).text == words


def test_a_charset_seen_elsewhere_in_the_mail_helps_where_none_is_declared() -> None:
    assert charsets.decode("да".encode("koi8-r"), None, "koi8-r").text == "да"


def test_words_are_cleaned_of_what_cannot_be_stored() -> None:
    assert charsets.clean("a\0b\ud800c\r\nd\re\x1bf\tg") == "abc\nd\nef\tg"


def test_a_page_names_its_own_charset() -> None:
    assert charsets.charset_in_html(b'<meta charset="koi8-r">') == "koi8-r"
    assert charsets.charset_in_html(b"<p>charset=koi8-r") is None


@pytest.mark.parametrize(
    ("raw", "encoding", "data"),
    [
        (b"a=C3=A5=\r\nb", "quoted-printable", "aåb".encode()),
        (b"a= \t\nb", "Quoted-Printable; x=y", b"ab"),
        (b"50=% =ZZ", "quoted-printable", b"50=% =ZZ"),
        (b"aGVs\nbG8=", "base64", b"hello"),
        (b"aGVsbG8", "base64", b"hello"),
        (b"aGVsbG8gd29ybGQhZ", "base64", b"hello world!"),
        (b"PGh0*bWw+Cg==", "base64", b"<html>\n"),
        (b"aGVsbG8=\naGVsbG8gdGhlcmU=\n-- \nfooter", "base64", b"hellohello there"),
        (b"just some words in a row here", "base64", b"just some words in a row here"),
        (b"begin 644 x\n%:&5L;&\\ \n`\nend\n", "x-uuencode", b"hello"),
        (b"as it is", "8 bit", b"as it is"),
    ],
)
def test_transfer_encodings_are_undone_even_when_broken(
    raw: bytes, encoding: str, data: bytes
) -> None:
    assert encodings.undo(raw, encoding).data == data


def test_words_that_look_like_a_file_stay_words() -> None:
    text = "begin 644 words\nthis is no file, and goes on\nfor a while\n"

    assert encodings.uu_files(text) == (text, [])


def test_flowed_lines_are_joined_only_where_they_are_quoted_equally_deep() -> None:
    text = "> one \n> two\n>> three \nfour \nfive\n-- \nsix"

    assert flowed.unfolded(text, delsp=False) == "> one two\n>> three \nfour five\n-- \nsix"


def test_rich_text_is_read_as_the_page_it_was_made_from_or_as_words() -> None:
    page = rb"{\rtf1\ansi\ansicpg1252\fromhtml1{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 p\'e5}}"
    words = rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}Hej p\'e5 dig\par \u8364?1}"

    assert rtf.read(page) == rtf.Written("<p>på", is_html=True)
    assert rtf.read(words) == rtf.Written("Hej på dig\n€1", is_html=False)


def test_compressed_rich_text_is_unpacked() -> None:
    # The example of MS-OXRTFCP, section 4.1.1.
    packed = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af8"
        "20680ba0627600b0e0c8f09e8f000a80 7d0a800fa0".replace(" ", "")
    )

    assert rtf.unpacked(packed).startswith(rb"{\rtf1\ansi\ansicpg125")


def test_an_envelope_that_is_none_is_not_opened() -> None:
    assert tnef.read(b"not an envelope") is None
