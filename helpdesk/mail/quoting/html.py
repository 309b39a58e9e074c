"""Finds what HTML marks as quoted or as a signature, where the text itself doesn't show it."""

from __future__ import annotations

import html as entities
import re

# How mail programs mark what they quote. A sanitiser may have taken classes and ids away, so
# these are signs that help when they are there, and nothing depends on them.
_MARKS: tuple[str, ...] = (
    *("gmail_quote", "gmail_attr"),
    *("divRplyFwdMsg", "OLK_SRC_BODY_SECTION", "appendonsend"),
    *("ms-outlook-mobile-reference-message", "mail-editor-reference-message-container"),
    *('type="cite"', "type='cite'", "type=cite", "moz-cite-prefix", "moz-forward-container"),
    *("yahoo_quoted", "protonmail_quote", "tutanota_quote"),
    *('data-marker="__QUOTED_TEXT__"', 'data-marker="__DIVIDER__"'),
)
# How they mark the signature that a program has put in. Apple's mark is not among them: people
# go on writing inside it.
_SIGNATURES: tuple[str, ...] = (
    *("gmail_signature", "moz-signature", 'id="Signature"', "ms-outlook-mobile-signature"),
    *("protonmail_signature_block", "composer_signature", "front-signature"),
    *("messageSignatureSection", "zmail_signature", "hs-signature"),
)
_LONGEST_SIGNATURE = 20
_FEWEST_IN_COMMON = 0.6
_WORD = re.compile(r"\w+")
# Outlook draws a line above the header block, and says so in the style only.
_RULE_ABOVE = re.compile(
    r"<div[^>]{0,60}style=[\"'][^\"'>]{0,80}border-top:\s?solid #(?:B5C4DF|E1E1E1) 1\.0pt",
    re.IGNORECASE,
)
# Budgets: past this a quotation has begun long ago, and so many characters name a line.
_FAR_ENOUGH = 400_000
_ENOUGH_TO_KNOW = 1_500
_WORDS_TO_MATCH = 6

_HIDDEN = re.compile(r"<(style|script|head)\b[^>]*>[^<]*(?:</\1>)?|<!--[^>]*-->", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_DIV = re.compile(r"</?(?:div|span|pre|p|blockquote)\b", re.IGNORECASE)


def first_quoted_words(html: str) -> list[str]:
    """The first words inside the first marked quotation, at most six; empty without a mark."""
    html = html[:_FAR_ENOUGH]
    place = _first_quotation(html)
    return _words_after(html, place)[:_WORDS_TO_MATCH] if place is not None else []


def signature_lines(html: str, bare: list[str]) -> range:
    """The lines that HTML marks as the sender's own signature; an empty range without a mark."""
    html = html[:_FAR_ENOUGH]
    places = [at for at in (html.find(mark) for mark in _SIGNATURES) if at >= 0]
    if not places:
        return range(0)
    words = _words_after(html, min(places), whole=True)
    start = line_with(words[:_WORDS_TO_MATCH], bare) if words else None
    if start is None:
        return range(0)
    known = frozenset(_WORD.findall(" ".join(words)))
    end = start
    for at in range(start, min(start + _LONGEST_SIGNATURE, len(bare))):
        said = _WORD.findall(bare[at])
        if not said:
            continue
        if sum(word in known for word in said) < _FEWEST_IN_COMMON * len(said):
            break
        end = at + 1
    return range(start, end)


def _first_quotation(html: str) -> int | None:
    places = [at for at in (html.find(mark) for mark in _MARKS) if at >= 0]
    if "border-top" in html:
        rule = _RULE_ABOVE.search(html)
        if rule is not None:
            places.append(rule.start())
    return min(places, default=None)


def _words_after(html: str, place: int, *, whole: bool = False) -> list[str]:
    """The words behind the mark that stands at `place`; only its element's when that is `whole`."""
    inside = html.find(">", place) + 1
    if not inside:
        return []
    part = html[inside : inside + _ENOUGH_TO_KNOW]
    if whole:
        part = part[: _end_of_element(part)]
    cut = part.rpartition("<")
    part = part if cut[2].find(">") >= 0 or not cut[1] else cut[0]
    return entities.unescape(_TAG.sub(" ", _HIDDEN.sub(" ", part))).split()


def _end_of_element(part: str) -> int:
    """Where the element ends in whose beginning we are, by the balance of its <div>s."""
    depth = 1
    for tag in _DIV.finditer(part):
        depth += -1 if tag[0][1] == "/" else 1
        if depth == 0:
            return tag.start()
    return len(part)


def line_with(words: list[str], bare: list[str]) -> int | None:
    """The only line that begins with these words (they may go on below it), or None."""
    if len(words) < 2:
        return None
    found: int | None = None
    for at, line in enumerate(bare):
        if not line or not words[0].startswith(line.split(None, 1)[0][: len(words[0])]):
            continue
        if " ".join(bare[at : at + 8]).split()[: len(words)] == words:
            if found is not None:
                return None
            found = at
    return found
