"""Bytes without a word about their charset: what they most probably are."""

from __future__ import annotations

import codecs

import charset_normalizer

FALLBACK = "cp1252"

# A guess is made among what is really sent, not among every code page that was ever defined.
_CANDIDATES = [
    "cp1252", "cp1250", "cp1251", "koi8_r", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257",
    "gb18030", "big5", "cp932", "euc_jp", "cp949", "cp874",
]  # fmt: skip
# Below this a guess by statistics is worse than the fallback; above the sample it only costs time.
_GUESS_FROM, _GUESS_SAMPLE = 48, 8 * 1024
# The Latin code pages differ in a few letters only, which statistics of bytes do not tell apart.
# The letters that people write do; the first of equals wins.
_LATIN = {
    "cp1252": "åäöæøéèêëàâçîïôûùüßñáíóúãõœ’‘“”–—…•€«»°´§",
    "cp1250": "ąćęłńóśźżáčďéěíňřšťúůýžőűăâîşţđäöüß’‘“”„–—…•€«»",
    "cp1254": "çğıöşüâîû’‘“”–—…•€",
    "cp1257": "āčēģīķļņōŗšūžąęėįųäöüõ’‘“”„–—…•€",
}
_HANDLER = "helpdesk-mixed"


def guess(raw: bytes) -> str | None:
    """The codec that bytes which are not UTF-8 are most probably in; None for too few of them."""
    if len(raw) < _GUESS_FROM:
        return None
    sample = raw[:_GUESS_SAMPLE]
    best = charset_normalizer.from_bytes(
        sample, cp_isolation=_CANDIDATES, preemptive_behaviour=False, enable_fallback=False
    ).best()
    if best is None:
        return None
    return _among_latin(sample) if best.encoding in _LATIN else best.encoding


def mostly_utf8(raw: bytes) -> str | None:
    """The words of UTF-8 in which something went wrong: cut characters, or a footer in another
    charset. None when more is broken than whole."""
    text = raw.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    # Each whole sequence of n bytes became one character.
    whole = len(raw) - len(text)
    return raw.decode("utf-8", _HANDLER) if whole > broken else None


def _among_latin(sample: bytes) -> str:
    high = bytes(byte for byte in sample if byte > 127)

    def common(codec: str) -> int:
        return sum(letter in _LATIN[codec] for letter in high.decode(codec, "replace").lower())

    return max(_LATIN, key=common)


def _in_another_charset(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    broken = error.object[error.start : error.end]
    if error.reason == "unexpected end of data" or len(broken) > 1:
        return "\ufffd", error.end
    return broken.decode(FALLBACK, "replace"), error.end


codecs.register_error(_HANDLER, _in_another_charset)
