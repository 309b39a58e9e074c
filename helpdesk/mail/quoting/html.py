"""Finds the first words that HTML marks as quoted, where the text itself shows no quotation."""

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


def first_quoted_words(html: str) -> list[str]:
    """The first words inside the first marked quotation, at most six; empty without a mark."""
    html = html[:_FAR_ENOUGH]
    places = [at for at in (html.find(mark) for mark in _MARKS) if at >= 0]
    if "border-top" in html:
        rule = _RULE_ABOVE.search(html)
        if rule is not None:
            places.append(rule.start())
    if not places:
        return []
    inside = html.find(">", min(places)) + 1
    if not inside:
        return []
    part = html[inside : inside + _ENOUGH_TO_KNOW]
    shown = entities.unescape(_TAG.sub(" ", _HIDDEN.sub(" ", part.rpartition("<")[0] or part)))
    return shown.split()[:_WORDS_TO_MATCH]


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
