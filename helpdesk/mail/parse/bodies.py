"""The words of several parts made into the words of one."""

from __future__ import annotations

from dataclasses import dataclass

from helpdesk.core import html as pages

_SAME_SO_FAR = 300


@dataclass(slots=True)
class Body:
    """Words as text, as sanitised HTML, or both; `source` is the HTML as it came."""

    text: str = ""
    html: str | None = None
    source: str = ""

    @property
    def is_empty(self) -> bool:
        """True when there is nothing to read."""
        return not self.text.strip() and not self.html

    def words(self) -> str:
        """The text, made from the HTML where there is none."""
        if self.text.strip() or not self.html:
            return self.text
        return pages.text_of_clean(self.html)


def best(bodies: list[Body]) -> Body:
    """The first text and the last HTML: the plainest and the richest form (RFC 2046, 5.1.4)."""
    text = next((body.text for body in bodies if body.text.strip()), "")
    rich = next((body for body in reversed(bodies) if body.html), Body())
    return Body(text, rich.html, rich.source)


def joined(bodies: list[Body]) -> Body:
    filled = [body for body in bodies if not body.is_empty]
    if len(filled) < 2:
        return filled[0] if filled else Body()
    if len(filled) == 2 and _says_the_same(*filled):
        return Body(filled[0].text, filled[1].html, filled[1].source)
    source = "\n".join(body.source for body in filled if body.source)
    html = None
    if any(body.html for body in filled):
        html = "\n".join(body.html or pages.of_text(body.text) for body in filled)
    if not any(body.text.strip() for body in filled):
        return Body("", html, source)
    return Body("\n\n".join(body.words().strip("\n") for body in filled), html, source)


def _says_the_same(first: Body, second: Body) -> bool:
    """True for a text and its HTML that a careless program put one after the other."""
    if first.html or second.text.strip() or not second.html:
        return False
    plain, rich = (
        "".join(filter(str.isalnum, words[: 4 * _SAME_SO_FAR]))[:_SAME_SO_FAR]
        for words in (first.text, second.words())
    )
    return plain == rich
