"""HTML that has been sanitised, as the plain text a person would have typed."""

from __future__ import annotations

import html as entities
import re
from dataclasses import dataclass, field

from helpdesk.core.html import targets

_TOKEN = re.compile(r'<(/?)([a-z0-9]+)((?: [\w-]+="[^"]*")*)>|([^<]+)')
_HREF = re.compile(r' href="([^"]*)"')
_ALT = re.compile(r' alt="([^"]*)"')
_START = re.compile(r' start="(\d{1,4})"')
_TIGHT = re.compile(r' class="[^"]*Mso|margin(?:-bottom)?:\s?0(?:in|cm|pt|px)?(?:[; "]|$)')

# Signs for breaks until the whole is known: a new line, a new paragraph, and a space that stays.
_LINE, _PARAGRAPH, _FIRM = "\ue000", "\ue001", "\ue002"
_BREAKS = re.compile(f"(?<! ) *+[{_LINE}{_PARAGRAPH}\n][ {_LINE}{_PARAGRAPH}\n]*+")
_SPACES = re.compile(" {2,}")
_OWN_SIGNS = re.compile(f"[{_LINE}{_PARAGRAPH}{_FIRM}]")
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\ufeff\u034f\u00ad\u2060"))
_RULE = "_" * 32

_PARAGRAPHS = {"h1", "h2", "h3", "h4", "h5", "h6", "figure", "dl"}
_LINES = {
    "address", "article", "aside", "caption", "center", "dd", "div", "dt", "figcaption", "footer",
    "header", "main", "section", "table", "tbody", "thead", "tfoot",
}  # fmt: skip
_FRAMED = {"blockquote", "td", "th", "tr"}
# Words are laid out again for each frame around them; deeper ones are only lines of the last.
_MOST_FRAMES = 16


@dataclass(slots=True)
class _Frame:
    """Words that are laid out on their own before they join what is around them."""

    name: str
    pieces: list[str] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Writer:
    """Where the reading stands: open frames, lists, links, and preformatted text."""

    frames: list[_Frame] = field(default_factory=lambda: [_Frame("")])
    lists: list[int | None] = field(default_factory=list)
    links: list[tuple[int, str]] = field(default_factory=list)
    preformatted: int = 0
    unframed: int = 0

    def put(self, piece: str) -> None:
        self.frames[-1].pieces.append(piece)

    def words(self, text: str) -> None:
        text = _OWN_SIGNS.sub("", entities.unescape(text)).translate(_INVISIBLE)
        if self.preformatted:
            self.put(text.replace("\r", "").replace("\t", "    ").replace(" ", _FIRM))
        else:
            self.put(_one_spaced(text))

    def opened(self, name: str, attributes: str) -> None:
        if name in _FRAMED:
            self._frame_opened(name)
        elif name == "a":
            href = _HREF.search(attributes)
            self.links.append((len(self.frames[-1].pieces), href[1] if href else ""))
        elif name in ("ul", "ol"):
            start = _START.search(attributes)
            self.lists.append(int(start[1] if start else 1) if name == "ol" else None)
            self.put(_LINE)
        elif name == "li":
            self._item()
        elif name == "pre":
            self.preformatted += 1
            self.put(_LINE)
        elif name == "br":
            self.put("\n")
        elif name == "hr":
            self.put(f"{_LINE}{_RULE}{_LINE}")
        elif name == "img" and (alt := _ALT.search(attributes)) and alt[1].strip():
            self.put(f"[{_one_spaced(entities.unescape(alt[1])).strip()}]")
        elif name == "p":
            self.put(_LINE if _TIGHT.search(attributes) else _PARAGRAPH)
        elif name in _LINES or name in _PARAGRAPHS:
            self.put(_PARAGRAPH if name in _PARAGRAPHS else _LINE)

    def closed(self, name: str) -> None:
        if name in _FRAMED:
            self._frame_closed(name)
        elif name == "a" and self.links:
            self._link_closed()
        elif name in ("ul", "ol"):
            if self.lists:
                self.lists.pop()
            self.put(_LINE)
        elif name == "pre":
            self.preformatted = max(0, self.preformatted - 1)
            self.put(_LINE)
        elif name in _PARAGRAPHS:
            self.put(_PARAGRAPH)
        elif name in _LINES or name in ("li", "p"):
            # The space below a paragraph comes with the next one: the last one needs none.
            self.put(_LINE)

    def _item(self) -> None:
        number = self.lists[-1] if self.lists else None
        indent = _FIRM * 2 * max(0, len(self.lists) - 1)
        if number is None:
            self.put(f"{_LINE}{indent}- ")
        else:
            self.put(f"{_LINE}{indent}{number}. ")
            self.lists[-1] = number + 1

    def _link_closed(self) -> None:
        since, href = self.links.pop()
        pieces = self.frames[-1].pieces
        text = "".join(pieces[since:]).strip(f" \n{_LINE}{_PARAGRAPH}")
        url = entities.unescape(href)
        if text and url and _bare(text) != _bare(url):
            pieces.append(f" <{url}>")

    def _frame_opened(self, name: str) -> None:
        if self.unframed or len(self.frames) > _MOST_FRAMES:
            self.unframed += 1
            self.put(_LINE)
        else:
            self.frames.append(_Frame(name))

    def _frame_closed(self, name: str) -> None:
        if self.unframed:
            self.unframed -= 1
            self.put(_LINE)
            return
        if len(self.frames) == 1 or self.frames[-1].name != name:
            return
        frame = self.frames.pop()
        text = laid_out("".join(frame.pieces))
        around = self.frames[-1]
        if name in ("td", "th"):
            around.cells.append(text)
        elif name == "tr":
            self.put(f"{_LINE}{_row(frame.cells, text)}{_LINE}")
        else:
            self.put(f"{_LINE}{_quoted(text)}{_LINE}" if text else _LINE)


def text_of_clean(clean: str) -> str:
    """The words of sanitised HTML: paragraphs, lists, rows of tables, quotations, links."""
    writer = _Writer()
    # Here the whole address follows a link that says something else.
    for token in _TOKEN.finditer(targets.SHOWN.sub("", clean)):
        closing, name, attributes, text = token.groups()
        if text is not None:
            writer.words(text)
        elif closing:
            writer.closed(name)
        else:
            writer.opened(name, attributes)
    writer.unframed = 0
    while len(writer.frames) > 1:
        writer.closed(writer.frames[-1].name)
    return laid_out("".join(writer.frames[0].pieces)).replace(_FIRM, " ")


def words_of(html: str) -> str:
    """The bare words of any HTML in one pass: for pages too large to be read as HTML."""
    pieces: list[str] = []
    skipped = ""
    for chunk in html.split("<"):
        tag, found, text = chunk.partition(">")
        name = tag[:12].split(" ")[0].strip("/\t\r\n").lower()
        if skipped:
            skipped = "" if name == skipped and tag.startswith("/") else skipped
            continue
        if name in ("script", "style", "title") and found:
            skipped = name
            continue
        if not found and pieces:
            continue
        if name in ("p", "div", "br", "tr", "li", "table", "h1", "h2", "h3", "pre"):
            pieces.append(_LINE)
        elif name in ("td", "th"):
            pieces.append(" ")
        pieces.append(_one_spaced(entities.unescape(text if found else tag)))
    return laid_out("".join(pieces).translate(_INVISIBLE))


def laid_out(text: str) -> str:
    """Breaks of all kinds as new lines: never more than one empty line, none at either end."""
    return _BREAKS.sub(_break, _SPACES.sub(" ", text)).strip(" \n")


def _break(run: re.Match[str]) -> str:
    signs = run[0].replace(" ", "")
    lines = signs.count("\n")
    # A block begins on a new line, which a <br> before it has already made.
    if signs[0] != "\n":
        lines += 1
    if _PARAGRAPH in signs:
        lines = max(lines, 2)
    return "\n" * min(lines, 2)


def _one_spaced(text: str) -> str:
    if text.isspace():
        return " "
    words = " ".join(text.split())
    return f"{' ' if text[:1].isspace() else ''}{words}{' ' if text[-1:].isspace() else ''}"


def _row(cells: list[str], loose: str) -> str:
    """One line for a row of data; one line per cell where the table only places things."""
    filled = [cell for cell in [*cells, loose] if cell]
    if any("\n" in cell for cell in filled):
        return "\n".join(filled)
    return " | ".join(filled)


def _quoted(text: str) -> str:
    lines = text.split("\n")
    return "\n".join(f">{line}" if line.startswith(">") else f"> {line}" for line in lines)


def _bare(url: str) -> str:
    url = url.strip().lower().removeprefix("mailto:").removeprefix("tel:")
    url = url.removeprefix("https://").removeprefix("http://").removeprefix("www.")
    return url.rstrip("/")
