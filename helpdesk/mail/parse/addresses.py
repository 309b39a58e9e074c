"""Address lists (RFC 5322 section 3.4) as people and programs really write them; linear in time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from helpdesk.mail.parse import encoded_words
from helpdesk.mail.values import Address

# Lengths are bounded, so that thousands of quotation marks that never close cost little.
_TOKEN = re.compile(
    r"""(?P<encoded>=\?[^?\s]{1,60}\?[bBqQ]\?[^?]{0,2000}\?=)|(?P<quoted>"(?:[^"\\]|\\.){0,150}")"""
    r"""|(?P<angle><[^<>]*>?)|(?P<mark>[,;:()])"""
    r"""|(?P<text>[^"<,;:()\s]+|"|\s+)""",
    re.DOTALL,
)
# An address that stands in words. Two signs make none, so that no part of such is taken for one.
_BARE = re.compile(
    r"""(?:(?<![\w.@+-])[^\s<>()\[\]",;:@]{1,200}+|"(?:[^"\\]|\\.){1,200}+")@"""
    r"""(?:\[[\w.:]{1,100}\]|[^\s<>()\[\]",;:@]{1,255}+(?!@))"""
)
_SPACED = re.compile(r"(?<!\s)\s*+(@)\s*+|(?<=\w)\s+(\.)\s*(?=\w)")
_LITERAL = re.compile(r"[^@]+@\[[\w.:]{1,100}\]")
_ANGLE = re.compile(r"<[^<>]*>")
_REMARK = re.compile(r"\([^()]{0,200}\)")
# What stands before the address in the manner of old Exchange and of web pages.
_SCHEME = re.compile(r"[\[<]?\s{0,9}(?:smtp|mailto)\s{0,9}\Z", re.IGNORECASE)
# Archives of mailing lists write addresses so.
_SPELLED = re.compile(r"(\S{1,100}) at ([^\s@]{1,100}\.[^\s@.]{2,30})")
_WORD = re.compile(r"[^\s<>()\",;:@]{1,200}")
_LAST = 4
_SIGN_IN_NAME = "\ue000"
_ESCAPED = re.compile(r"\\(.)")
_WRAPPING = "<>[](){}'\"`,;: \t\u200b\u2060\ufeff\xa0"


@dataclass(slots=True)
class _Piece:
    """What stands between two commas: its words, its <address>, its (remark)."""

    words: list[str] = field(default_factory=list)
    angle: str | None = None
    words_before: int = 0
    remarks: list[str] = field(default_factory=list)
    has_sign: bool = False

    def phrase(self) -> str:
        return _phrase("".join(self.words))


def address_list(value: str, limit: int = 5_000) -> tuple[Address, ...]:
    """Every mailbox of a header's value (encoded words still closed), groups opened.

    Entries in which no address can be found are left out.
    """
    if "@" not in value and "=?" in value:
        # Some programs encode the whole list, addresses and all. A lonely encoded address is only
        # a name: no mail server has looked at it as the sender's.
        decoded = encoded_words.decode(value)
        value = decoded if "<" in decoded else value
    found: list[Address] = []
    names: list[str] = []
    # A lonely word is an address on the sender's own machine, unless the others have an "@".
    local = "@" not in value
    for piece in _separated(_pieces(value)):
        address = _mailbox(piece, names, local=local)
        if address is None:
            phrase = piece.phrase()
            names = [*names[-3:], phrase] if phrase else []
            continue
        names = []
        found.append(address)
        if len(found) == limit:
            break
    return tuple(found)


def display_name(value: str) -> str:
    """The words of a header that holds a name and no address."""
    return _phrase(_ANGLE.sub("", value)) or _phrase(value).strip("<> ")


def _separated(pieces: list[_Piece]) -> Iterator[_Piece]:
    """The pieces, those that are nothing but addresses in a row taken apart."""
    for piece in pieces:
        words = "".join(piece.words).split() if piece.angle is None else []
        if len(words) > 1 and all(map(_BARE.fullmatch, words)):
            yield from (_Piece([word]) for word in words)
        else:
            yield piece


def _pieces(value: str) -> list[_Piece]:
    pieces = [_Piece()]
    depth = 0
    for token in _TOKEN.finditer(value):
        kind, text = token.lastgroup, token[0]
        piece = pieces[-1]
        if text == "(" and kind == "mark":
            depth += 1
            piece.remarks.append("")
        elif depth and text == ")" and piece.remarks[-1].endswith("\\"):
            piece.remarks[-1] = piece.remarks[-1][:-1] + text
        elif text == ")" and kind == "mark":
            depth = max(0, depth - 1)
        elif depth:
            piece.remarks[-1] += text
        elif kind == "angle":
            if piece.angle is not None and piece.angle.strip("<> "):
                # Two addresses with no comma between them: words between belong to the second.
                pieces.append(_Piece(piece.words[piece.words_before :]))
                del piece.words[piece.words_before :]
            pieces[-1].angle = text
            pieces[-1].words_before = len(pieces[-1].words)
        elif text in (",", ";"):
            pieces.append(_Piece())
        elif text == ":" and kind == "mark":
            _colon(piece)
        elif kind == "quoted" and value[token.end() : token.end() + 1] != "@":
            # Whatever is quoted there is a name; it must never be taken for the address.
            piece.words.append(_ESCAPED.sub(r"\1", text[1:-1]).replace("@", _SIGN_IN_NAME))
        elif text != '"':
            piece.words.append(text)
            piece.has_sign = piece.has_sign or "@" in text
    if depth and "(" in value:
        # A remark that never ends must not swallow the addresses behind it.
        return _pieces(value.replace("(", " "))
    return pieces


def _colon(piece: _Piece) -> None:
    before = "".join(piece.words[-_LAST:])
    if piece.angle is None and (scheme := _SCHEME.search(before)):
        piece.words[-_LAST:] = [before[: scheme.start()]]
    elif piece.angle is None and not piece.has_sign:
        # The name of a group is no part of the address.
        piece.words.clear()
    else:
        piece.words.append(":")


def _mailbox(piece: _Piece, names_before: list[str], *, local: bool) -> Address | None:
    if piece.angle is not None:
        inside = piece.angle.strip("<> \t")
        address = _normal(inside)
        name = piece.phrase() or " ".join(filter(None, map(_phrase, piece.remarks)))
        if address:
            # An unquoted comma in "Last, First <address>" has cut the name in two.
            name = ", ".join([*names_before, name]) if names_before and name else name
            return Address(_without_self(name, address), address)
        if "@" not in name:
            return None
        piece = _Piece([name])
    text = "".join(piece.words).strip()
    if "=?" in text and not _BARE.search(text) and "<" in (decoded := encoded_words.decode(text)):
        text = decoded
    remarks = " ".join(filter(None, map(_phrase, piece.remarks)))
    if match := _BARE.search(_SPACED.sub(r"\1\2", text)):
        text = match.string
        address = _normal(match[0])
        name = _phrase(text[: match.start()] + text[match.end() :])
        name = name if any(map(str.isalnum, name)) else ""
        return Address(_without_self(name or remarks, address), address) if address else None
    if _SIGN_IN_NAME in text and _BARE.fullmatch(phrase := piece.phrase()):
        # Nothing but an address, with quotation marks around all of it.
        return Address(remarks, _normal(phrase))
    if local and (spelled := _SPELLED.fullmatch(text)):
        return Address(remarks, f"{spelled[1]}@{spelled[2].lower()}")
    is_word = local and "=?" not in text and _WORD.fullmatch(text)
    if is_word and not text.lower().startswith("undisclosed"):
        return Address(remarks, text)
    return None


def _normal(text: str) -> str:
    """The bare address with its domain in lower case; empty when it is none."""
    text = text.strip()
    if "=?" in text:
        text = encoded_words.decode(text)
    if text[:7].lower() == "mailto:":
        text = text[7:]
    elif text[:5].lower() == "smtp:":
        text = text[5:]
    if "(" in text and not text.startswith('"'):
        text = _REMARK.sub("", text).partition("(")[0]
    if text.startswith("@") and ":" in text:
        # A source route (RFC 5322 section 4.4): only the last address counts.
        text = text.rpartition(":")[2]
    if not text.startswith('"') and not _LITERAL.fullmatch(text):
        text = text.strip(_WRAPPING)
    local, at, domain = text.rpartition("@")
    if not at:
        return text if _WORD.fullmatch(text) else ""
    if not local or not domain:
        return ""
    if not local.startswith('"'):
        local = "".join(local.split())
        if "@" in local:
            # Two signs make no address, however they came there (encoded words may hide one).
            return ""
    return f"{local}@{''.join(domain.split()).lower().rstrip('.')}"


def _phrase(text: str) -> str:
    """A display name in readable words, without quotation marks around it."""
    text = text.replace(_SIGN_IN_NAME, "@")
    text = " ".join(encoded_words.decode(text).split()).strip(" ,;").removesuffix(" ]")
    if text.count("<") != text.count(">"):
        text = text.strip("<> ")
    while len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        text = text[1:-1].strip()
    return text.strip(" ,;")


def _without_self(name: str, address: str) -> str:
    """No name where the name only repeats the address."""
    return "" if name.lower() == address.lower() else name
