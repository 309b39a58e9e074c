"""Rich text of Outlook: unpacked (MS-OXRTFCP), and turned into HTML (MS-OXRTFEX) or plain text."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, replace

from helpdesk.mail.parse import charsets

_DICTIONARY = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern "
    b"\\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0"
    b"\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_WINDOW = 4096
_LONGEST = 8 * 1024 * 1024
_TOKEN = re.compile(
    r"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z'])|([{}])|([^\\{}\r\n]+)"
)
_SKIPPED = {"fonttbl", "colortbl", "stylesheet", "info", "pict", "header", "footer", "object"}
_SIGNS = {
    "par": "\n", "line": "\n", "sect": "\n", "row": "\n", "cell": "\t", "tab": "\t",
    "emdash": "—", "endash": "–", "bullet": "•", "lquote": "‘", "rquote": "’",
    "ldblquote": "“", "rdblquote": "”",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Written:
    """The words of a rich text: HTML when it was made from HTML, else plain text."""

    words: str
    is_html: bool


@dataclass(slots=True)
class _State:
    """What holds in a group, and in the groups inside it until they say otherwise."""

    skipped: bool = False
    only_rtf: bool = False
    fallback_characters: int = 1


def unpacked(packed: bytes) -> bytes:
    """Compressed rich text (MS-OXRTFCP section 2.2); as it is when it is not compressed."""
    if len(packed) < 16:
        return packed
    _, size, kind = struct.unpack_from("<II4s", packed)
    if kind == b"MELA":
        return packed[16 : 16 + size]
    if kind != b"LZFu":
        return packed
    window = bytearray(_DICTIONARY.ljust(_WINDOW, b"\0"))
    at = len(_DICTIONARY)
    written = bytearray()
    position, limit = 16, min(size, _LONGEST)
    while position < len(packed) and len(written) < limit:
        flags = packed[position]
        position += 1
        for bit in range(8):
            if flags >> bit & 1:
                if position + 1 >= len(packed):
                    return bytes(written)
                pair = packed[position] << 8 | packed[position + 1]
                position += 2
                source, length = pair >> 4, (pair & 15) + 2
                if source == at:
                    return bytes(written)
            elif position < len(packed):
                source, length = -1, 1
            else:
                return bytes(written)
            for step in range(length):
                byte = packed[position] if source < 0 else window[(source + step) % _WINDOW]
                written.append(byte)
                window[at] = byte
                at = (at + 1) % _WINDOW
            position += source < 0
    return bytes(written)


def read(rtf: bytes) -> Written:
    """The words of a rich text."""
    text = rtf[:_LONGEST].decode("latin-1")
    codepage = re.search(r"\\ansicpg(\d{3,5})", text[:1000])
    charset = f"cp{codepage[1]}" if codepage else "cp1252"
    is_html = "\\fromhtml" in text[:2000]
    kept: list[str] = []
    pending = bytearray()
    stack = [_State()]
    to_skip = 0
    for token in _TOKEN.finditer(text):
        word, number, byte, sign, brace, plain = token.groups()
        state = stack[-1]
        shown = not state.skipped and not state.only_rtf
        if byte and to_skip:
            to_skip -= 1
            continue
        if byte:
            if shown:
                pending.append(int(byte, 16))
            continue
        if pending:
            kept.append(charsets.decode(bytes(pending), charset).text)
            pending.clear()
        if brace == "{":
            stack.append(replace(state))
        elif brace and len(stack) > 1:
            stack.pop()
        elif plain is not None:
            kept.append(plain[to_skip:] if shown else "")
            to_skip = max(0, to_skip - len(plain))
        elif sign:
            _sign(sign, stack, kept, is_html=is_html)
        elif word == "u" and number and shown:
            kept.append(chr(int(number) % 65536))
            to_skip = state.fallback_characters
        elif word:
            _word(word, number, stack, kept)
    words = "".join(kept).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return Written(words, is_html)


def _sign(sign: str, stack: list[_State], kept: list[str], *, is_html: bool) -> None:
    state = stack[-1]
    if sign == "*":
        # An unknown destination is to be skipped; of those only HTML's own tags are wanted.
        state.skipped = True
    elif not state.skipped and not state.only_rtf:
        kept.append({"~": " ", "-": "", "_": "-", "\n": "\n"}.get(sign, sign))


def _word(word: str, number: str | None, stack: list[_State], kept: list[str]) -> None:
    state = stack[-1]
    if word == "htmltag":
        state.skipped = False
        state.only_rtf = False
    elif word == "htmlrtf":
        state.only_rtf = number != "0"
    elif word == "uc":
        state.fallback_characters = int(number or 1)
    elif word in _SKIPPED:
        state.skipped = True
    elif not state.skipped and not state.only_rtf:
        kept.append(_SIGNS.get(word, ""))
