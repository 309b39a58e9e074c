"""Bytes to words: a declared charset is believed until the bytes contradict it."""

from __future__ import annotations

import codecs
import re
from functools import lru_cache
from typing import NamedTuple

from helpdesk.core.words import N_
from helpdesk.mail.parse import guessing, japanese
from helpdesk.mail.values import Remark

FALLBACK = guessing.FALLBACK

# Labels as mail programs write them. Where the WHATWG encoding standard widens a charset
# (iso-8859-1 is windows-1252, gb2312 is gb18030 …) so do we: that is what senders mean.
_ALIASES = {
    "ansi": FALLBACK,
    "iso8859-1": FALLBACK,
    "latin1": FALLBACK,
    "latin-1": FALLBACK,
    "l1": FALLBACK,
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "dos-874": "cp874",
    "gb2312": "gb18030",
    "gb-2312": "gb18030",
    "gb2312-80": "gb18030",
    "gb-2312-80": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "cp936": "gb18030",
    "euc-cn": "gb18030",
    "chinesebig5": "big5hkscs",
    "big5": "big5hkscs",
    "big-5": "big5hkscs",
    "x-x-big5": "big5hkscs",
    "cn-big5": "big5hkscs",
    "shift-jis": "cp932",
    "shiftjis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "ms-kanji": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "iso-2022-jp-ms": "iso2022_jp_ext",
    "cp50220": "iso2022_jp_ext",
    "cp50221": "iso2022_jp_ext",
    "x-euc-jp": "euc_jp",
    "euc-kr": "cp949",
    "ks-c-5601-1987": "cp949",
    "ks-c-5601-1989": "cp949",
    "ksc5601": "cp949",
    "ksc-5601": "cp949",
    "korean": "cp949",
    "cp65001": "utf-8",
    "unicode": "utf-16",
    "utf8mb4": "utf-8",
    "utf-8mb4": "utf-8",
    "unicode-1-1-utf-8": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
    "x-unicode-2-0-utf-7": "utf-7",
    "macintosh": "mac_roman",
    "mac": "mac_roman",
    "x-mac-cyrillic": "mac_cyrillic",
    "x-mac-ukrainian": "mac_cyrillic",
    "x-mac-ce": "mac_latin2",
    "koi8r": "koi8_r",
    "koi8": "koi8_r",
    "koi-8": "koi8_r",
    "iso-ir-111": "koi8_r",
}
# Not charsets of mail, although Python calls them text encodings; punycode is quadratic too.
_NOT_FOR_MAIL = {"unicode_escape", "raw_unicode_escape", "idna", "punycode", "undefined", "charmap"}
# 7-bit charsets: here pure ASCII bytes do not mean ASCII words.
_SEVEN_BIT = {"utf-7", "hz", "iso2022_jp", "iso2022_jp_ext", "iso2022_kr", "iso2022_jp_2"}
_MULTIBYTE = {"gb18030", "big5hkscs", "cp932", "euc_jp", "cp949", "johab"}
_NUMBERED = re.compile(r"(?:x-)?(?:cp|ibm|dos|oem|windows|win|ms|x-ansi)-?0*(\d{3,5})")
_ISO_8859 = re.compile(r"(?:x-)?(?:iso-?)?8859-?(\d{1,2})(?:-[ie]|:\d+)?")
_META = re.compile(rb"""<meta[^>]{0,300}?charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f\x80-\x84\x86-\x9f\ud800-\udfff]")
_MOST_PIECES = 100
_NO_WORDS = re.compile(rb"[\x00-\x08\x0b\x0c\x10-\x1a\x1c-\x1f]")
_NEWLINES = re.compile("\r\r?\n|\r|\x85")


class Decoded(NamedTuple):
    """Words, and what was odd about the way to them."""

    text: str
    warning: Remark | None = None


def decode(
    raw: bytes, declared: str | None = None, hint: str | None = None, *, may_guess: bool = True
) -> Decoded:
    """The words that the bytes stand for; never raises.

    `declared` is the label that came with them, `hint` one seen elsewhere in the mail, asked
    only when the declared one is missing or fails. A guess costs milliseconds.
    """
    if marked := _by_mark(raw):
        return Decoded(marked)
    codec = codec_of(declared)
    if raw.isascii() and codec not in _SEVEN_BIT and not (codec or "").startswith("utf-16"):
        return Decoded(_ascii(raw))
    utf8 = None if raw.isascii() else _strictly(raw, "utf-8")
    if utf8 is not None and _is_utf8(raw, utf8, codec):
        lied = codec is not None and codec != "utf-8" and codec != FALLBACK
        return Decoded(
            utf8, _remark(N_("Declared as %(charset)s, but is UTF-8."), declared) if lied else None
        )
    text = _strictly(raw, codec) if codec else None
    if text is not None:
        return Decoded(text)
    return _without_help(raw, declared, codec, hint, may_guess=may_guess)


def guessed(pieces: list[bytes]) -> str | None:
    """The charset that bytes of one origin, none of which says its own, are probably in."""
    strange = b"\n".join(each for each in pieces[:_MOST_PIECES] if _strictly(each, "utf-8") is None)
    return guessing.guess(strange) if strange else None


def fits(raw: bytes, declared: str) -> bool:
    """Whether the bytes are words in that charset; False for one that nobody knows."""
    codec = codec_of(declared)
    return codec is not None and not _NO_WORDS.search(raw) and _strictly(raw, codec) is not None


def clean(text: str) -> str:
    """The text with `\\n` line ends, without control characters, NUL and lone surrogates.

    PostgreSQL refuses NUL, and a lone surrogate cannot be written as UTF-8.
    """
    if "\r" in text or "\x85" in text:
        text = _NEWLINES.sub("\n", text)
    return _CONTROLS.sub("", text)


@lru_cache(maxsize=512)
def codec_of(label: str | None) -> str | None:
    """Python's codec for a charset label of mail; None where no one can say what is meant."""
    if not label:
        return None
    name = label.strip(" \t\"'<>;,").lower().replace("_", "-").replace(" ", "")
    name = name.removeprefix("charset=")
    if name in ("us-ascii", "ascii", "ansi-x3.4-1968", "646", "x-unknown", "unknown-8bit"):
        # Bytes above 127 prove such a label wrong, and below it needs no codec.
        return None
    if match := _ISO_8859.fullmatch(name):
        name = f"iso8859-{int(match[1])}"
    elif match := _NUMBERED.fullmatch(name):
        name = f"cp{match[1]}"
    # "x-" before a name, or a place before it, as in the languages of Unix.
    for each in (name, name[2:], name.rpartition(".")[2]):
        if codec := _known(_ALIASES.get(each, each)):
            return codec
    return None


def charset_in_html(raw: bytes) -> str | None:
    """The charset that an HTML page names in its own meta element, if it does so early."""
    match = _META.search(raw[:4096])
    return match[1].decode("ascii", "replace") if match else None


def _known(name: str) -> str | None:
    try:
        found = codecs.lookup(name).name
        # A word has to be tried: Python takes nothing for text in any codec.
        "a".encode(found)
    except (LookupError, ValueError, UnicodeError):
        return None
    if found in _NOT_FOR_MAIL:
        return None
    return {"ascii": None, "iso8859-1": FALLBACK}.get(found, found)


def _by_mark(raw: bytes) -> str | None:
    if raw.startswith(codecs.BOM_UTF8):
        return _strictly(raw[3:], "utf-8")
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and b"\0" in raw[:200]:
        return raw.decode("utf-16", "replace")
    return None


def _ascii(raw: bytes) -> str:
    if b"\x1b$" in raw or b"\x1b(J" in raw:
        # Japanese mail programs of old wrote iso-2022-jp without a word about it.
        japanese = _strictly(raw, "iso2022_jp_ext")
        if japanese is not None:
            return japanese
    return raw.decode("ascii")


def _strictly(raw: bytes, codec: str) -> str | None:
    try:
        return raw.decode(codec)
    except (UnicodeError, ValueError, LookupError, OverflowError):
        return japanese.decode(raw) if codec == "iso2022_jp_ext" else None


def _remark(words: str, declared: str | None, guess: str | None = None) -> Remark:
    facts = {"charset": declared or ""} | ({"guess": guess} if guess else {})
    return Remark(words, {name: clean(fact)[:60] for name, fact in facts.items()})


def _in_pairs(raw: bytes) -> str | None:
    """UTF-8 of programs that encode the two halves of a UTF-16 pair each on its own (CESU-8)."""
    try:
        return (
            raw.decode("utf-8", "surrogatepass").encode("utf-16", "surrogatepass").decode("utf-16")
        )
    except UnicodeError:
        return None


def _is_utf8(raw: bytes, utf8: str, codec: str | None) -> bool:
    # Valid UTF-8 is strong evidence, since other charsets are so only by accident: one
    # sequence is enough against windows-1252, more against those whose letters come in pairs.
    if codec is None or codec == "utf-8":
        return True
    if codec in _SEVEN_BIT:
        return True
    if codec.startswith(("utf-16", "utf-32")):
        return False
    surplus = len(raw) - len(utf8)
    if codec in _MULTIBYTE:
        return surplus >= 6 or _strictly(raw, codec) is None
    return surplus >= (1 if codec == FALLBACK else 2)


def _without_help(
    raw: bytes, declared: str | None, codec: str | None, hint: str | None, *, may_guess: bool
) -> Decoded:
    if codec == "utf-7" and raw.isascii():
        return Decoded(raw.decode("ascii"), Remark(N_("Declared as utf-7, but is ASCII.")))
    if codec in (None, "utf-8") and b"\xed" in raw and (paired := _in_pairs(raw)):
        return Decoded(paired)
    if codec in (None, "utf-8") and (mostly := guessing.mostly_utf8(raw)):
        return Decoded(mostly, Remark(N_("Some characters are broken UTF-8.")))
    if codec is not None and (codec in _MULTIBYTE or codec in _SEVEN_BIT):
        text = raw.decode(codec, "replace")
        if text.count("\ufffd") * 20 <= len(text):
            return Decoded(text, _remark(N_("Some characters are not %(charset)s."), declared))
    for other in (codec_of(hint), guessing.guess(raw) if may_guess else None):
        guessed = _strictly(raw, other) if other else None
        if guessed is not None:
            words = N_("The charset was guessed (%(guess)s; declared %(charset)s).")
            if not declared:
                words = N_("The charset was guessed (%(guess)s; none was declared).")
            return Decoded(guessed, _remark(words, declared, other))
    words = N_("The charset is unknown (declared %(charset)s).")
    if not declared:
        words = N_("The charset is unknown (none was declared).")
    return Decoded(raw.decode(FALLBACK, "replace"), _remark(words, declared))
