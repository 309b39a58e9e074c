"""Parameters of structured headers: RFC 2045, RFC 2231, and what is written instead of them."""

from __future__ import annotations

import re
import urllib.parse
from dataclasses import dataclass, field

from helpdesk.mail.parse import charsets, encoded_words

_VALUE = re.compile(r"\s*([^\s;,\"/]{0,100}+\s*/\s*[^\s;,\"]{0,100}|[^\s;,\"]*)")
_PARAMETER = re.compile(
    r"""([^\s=;"]{1,100})\s*=\s*(?:"((?:[^"\\]|\\.)*)("?)|([^;]*))""", re.DOTALL
)
_CONTINUED = re.compile(r"([^*]+)\*(?:(\d{1,3})(\*)?)?")
# Parameters that begin where a semicolon was forgotten; a run of blanks is looked at once, however
# long it is.
_FORGOTTEN = re.compile(
    r"""(?<![\s,])[\s,]++(?=(?:charset|boundary|(?:file)?name|format|delsp|size|report-type|protocol|micalg
    |(?:creation|modification|read)-date)(?:\*\d{0,3}\*?)?\s*=|[\w-]{1,30}\*\d{1,3}\*?=)""",
    re.IGNORECASE | re.VERBOSE,
)
_REMARK = re.compile(r"\s\([^()]*\)\s*\Z")
_CHARSET = re.compile(r"""charset\s*[:=]\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)
_LONGEST, _MOST = 16 * 1024, 300
_ESCAPED = re.compile(r'\\(["\\])')
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")


@dataclass(slots=True)
class Structured:
    """A header like Content-Type: its value in lower case, its parameters by lower-case name."""

    value: str
    parameters: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Pieces:
    """The numbered pieces of one parameter (RFC 2231 section 3)."""

    pieces: dict[int, tuple[str, bool]] = field(default_factory=dict)

    @property
    def is_encoded(self) -> bool:
        """True when any of them is more than plain text."""
        return any(encoded for _, encoded in self.pieces.values())

    def joined(self) -> str:
        ordered = [self.pieces[number] for number in sorted(self.pieces)]
        if not self.is_encoded:
            return "".join(text for text, _ in ordered)
        charset = None
        if ordered[0][1]:
            charset, first = _charset_and_text(ordered[0][0])
            ordered[0] = (first, True)
        raw = b""
        for text, encoded in ordered:
            raw += urllib.parse.unquote_to_bytes(text) if encoded else text.encode("utf-8")
        return charsets.decode(raw, charset).text


def read(header: str) -> Structured:
    """A structured header's value and parameters, decoded; broken ones as far as they go."""
    header = header[:_LONGEST]
    value = _VALUE.match(header)
    structured = Structured("".join(value[1].lower().split()) if value else "")
    position = value.end() if value and "=" not in value[1] else 0
    if position == len(header):
        return structured
    continued: dict[str, _Pieces] = {}
    for _ in range(_MOST):
        match = _PARAMETER.search(header, position)
        if match is None:
            break
        text, position = _text_of(header, match)
        name = match[1].lower()
        if "*" in name and (number := _CONTINUED.fullmatch(name)):
            pieces = continued.setdefault(number[1], _Pieces()).pieces
            # Without a number the whole value is encoded; with one only if a star follows it.
            pieces.setdefault(int(number[2] or 0), (text, number[2] is None or bool(number[3])))
        else:
            structured.parameters.setdefault(name, _decoded(text))
    for name, pieces_of_name in continued.items():
        # The extended form is the better one where a mail has both (RFC 6266 section 4.3).
        if pieces_of_name.is_encoded or name not in structured.parameters:
            structured.parameters[name] = _decoded(pieces_of_name.joined())
    if "charset" not in structured.parameters and (charset := _CHARSET.search(header)):
        structured.parameters["charset"] = charset[1]
    return structured


def _text_of(header: str, match: re.Match[str]) -> tuple[str, int]:
    """The parameter's text without quotation marks, and where the next one may begin."""
    quoted, closed, bare = match[2], match[3], match[4]
    if quoted is None:
        if forgotten := _FORGOTTEN.search(bare):
            return bare[: forgotten.start()].strip("'\""), match.start(4) + forgotten.end()
        end = match.end()
        following = header.find(";", end + 1)
        rest = header[end : following if following != -1 else len(header)]
        if "name" in match[1].lower() and rest.strip("; ") and "=" not in rest:
            # A semicolon in a file name that should have been quoted.
            bare, end = bare + rest, end + len(rest)
        if "name" not in match[1].lower():
            bare = _REMARK.sub("", bare)
        return bare.replace('"', "").strip().strip("'"), end
    if not closed:
        # A quotation mark that is never closed must not swallow the parameters behind it.
        text = quoted.split(";", 1)[0] if "=" in quoted else quoted
        return text.strip(), match.start(2) + len(text)
    end = match.end()
    following = header.find(";", end)
    rest = header[end : following if following != -1 else len(header)]
    if rest.strip() and "=" not in rest and "name" in match[1].lower():
        # Quotation marks inside quotation marks, not escaped: the last one closes.
        quoted += '"' + rest.strip().rstrip('"')
        end += len(rest)
    return _ESCAPED.sub(r"\1", quoted), end


def _charset_and_text(text: str) -> tuple[str | None, str]:
    charset, quote, rest = text.partition("'")
    if not quote:
        return None, text
    language, quote, words = rest.partition("'")
    # One quote instead of two: what follows it are the words already.
    return charset or None, words if quote else language


def _decoded(text: str) -> str:
    if "=?" in text:
        return encoded_words.decode(text)
    if "%" in text and len(_PERCENT.findall(text)) > 1:
        raw = urllib.parse.unquote_to_bytes(text)
        # Web mailers write names as in an address bar; only what becomes letters is meant so.
        if not raw.isascii():
            try:
                return raw.decode("utf-8")
            except UnicodeDecodeError:
                return text
    return text
