"""Where the words of a search stand: the newest words of each ticket that hold them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from helpdesk.core.db import db
from helpdesk.core.stems import forms, highlighted, phrase_pattern
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.accounts.permissions import Action, may
from helpdesk.domain.tickets.models import Message, MessageKind
from helpdesk.domain.tickets.search.exact import READ_OF_EACH, readable
from helpdesk.domain.tickets.search.language import Sought
from helpdesk.domain.tickets.search.portions import MOST_WORDS


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The words about a hit as segments (is it a hit?, words), and whether they are internal."""

    segments: Sequence[tuple[bool, str]]
    from_note: bool


def excerpts(numbers: Sequence[int], sought: Sought, *, by: Person) -> dict[int, Excerpt]:
    """Of each of these tickets the newest words that were found, where any message has them.

    A message with a phrase goes before a newer one that has only words.
    """
    if not numbers or not sought.in_index:
        return {}
    statement = (
        select(Message.ticket_id, Message.kind, func.substr(Message.text, 1, READ_OF_EACH))
        .where(Message.ticket_id.in_(numbers), readable(internal=may(by, Action.SEE_TICKETS)))
        .order_by(Message.id.desc())
    )
    # The stem of a word is dear; what all its forms begin with tells cheaply where to look.
    beginnings = [_shared_beginning(forms(word)) for word in sought.words[:MOST_WORDS]]
    phrases = [phrase_pattern(phrase) for phrase in sought.phrases]
    best: dict[int, tuple[int, str, str]] = {}
    for number, kind, words in db.session.execute(statement):
        lowered = words.lower()
        # A phrase weighs more than all words.
        weight = 2 * any(pattern.search(words) for pattern in phrases) + any(
            beginning in lowered for beginning in beginnings
        )
        if weight > (best[number][0] if number in best else 0):
            best[number] = weight, kind, words
    found: dict[int, Excerpt] = {}
    for number, (_weight, kind, words) in best.items():
        segments = highlighted(words, sought.to_mark, phrases=sought.phrases)
        if any(is_hit for is_hit, _ in segments):
            found[number] = Excerpt(segments, from_note=kind != MessageKind.MESSAGE.value)
    return found


def _shared_beginning(words: Sequence[str]) -> str:
    # What the first and the last in order share, all between them share.
    first, last = min(words), max(words)
    length = next(
        (place for place, sign in enumerate(first) if last[place : place + 1] != sign), len(first)
    )
    return first[:length]
